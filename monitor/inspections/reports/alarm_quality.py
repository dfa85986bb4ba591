"""The month's alarm quality on paper: A4, one language, drawn from JSON by Typst."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from monitor.domain.alarm_quality import AlarmQuality, Load, Source, Spread, Verdicts
from monitor.domain.alarm_relief import Relief
from monitor.domain.text import Language, Text
from monitor.inspections.pictures import Bar, Picture, bars
from monitor.inspections.reports.rollup_words import seconds
from monitor.inspections.reports.typesetting import typeset
from monitor.inspections.reports.words import moment, month_name

_MOST_ROWS = 15
_WORDS = {
    "title": Text(zh="告警质量月报", en="Alarm quality"),
    "made": Text(zh="生成时间", en="Made at"),
    "watched": Text(zh="值守时间 × 人数", en="Hours watched × people"),
    "rates": Text(zh="告警量", en="How many"),
    "total": Text(zh="告警总数", en="Alarms"),
    "per_hour": Text(zh="每人每小时", en="Per operator-hour"),
    "per_ten": Text(zh="每人每 10 分钟", en="Per operator and 10 min"),
    "busiest": Text(zh="最忙 10 分钟", en="Busiest 10 min"),
    "flood": Text(zh="告警泛滥时间占比", en="Share of time in flood"),
    "top_share": Text(zh="前十来源占比", en="Share of the top ten"),
    "false": Text(zh="误报率（已判定）", en="False, of those judged"),
    "technical": Text(zh="设备告警（不计入）", en="Technical (not counted)"),
    "shelved": Text(zh="已搁置（不计入）", en="Shelved (not counted)"),
    "flapping": Text(zh="反复告警", en="Flapping"),
    "times": Text(zh="快慢", en="How fast"),
    "measure": Text(zh="指标", en="Measure"),
    "median": Text(zh="中位数", en="Median"),
    "high": Text(zh="95%", en="95 %"),
    "count": Text(zh="次数", en="Count"),
    "detect": Text(zh="发生到告警", en="From onset to alarm"),
    "beyond": Text(zh="其中规则等待时间之外", en="… beyond the rule's own wait"),
    "acknowledge": Text(zh="告警到首次处理", en="From alarm to first answer"),
    "in_time": Text(zh="60 秒内处理的占比", en="Answered within 60 s"),
    "top": Text(zh="最多的来源", en="Loudest sources"),
    "rule": Text(zh="规则", en="Rule"),
    "place": Text(zh="位置", en="Where"),
    "share": Text(zh="占比", en="Share"),
    "by_rule": Text(zh="各规则判定", en="Verdicts by rule"),
    "by_camera": Text(zh="各摄像机判定", en="Verdicts by camera"),
    "camera": Text(zh="摄像机", en="Camera"),
    "confirmed": Text(zh="属实", en="Confirmed"),
    "false_count": Text(zh="误报", en="False"),
    "drill": Text(zh="演练", en="Drill"),
    "undecided": Text(zh="未定", en="Undecided"),
    "false_share": Text(zh="误报率", en="False share"),
    "relief": Text(zh="可减少告警的设置（须先试算）", en="What would halve it (back-test first)"),
    "after": Text(zh="持续时间改为", en="Raise after"),
    "avoided": Text(zh="可减少", en="Avoided"),
    "lost": Text(zh="其中属实", en="… of these confirmed"),
    "nothing": Text(zh="本月没有告警。", en="There were no alarms in this month."),
    "none": Text(zh="无需建议。", en="Nothing to suggest."),
    "verdict": Text(zh="各规则告警的判定", en="Alarms by rule and verdict"),
    "method": Text(
        zh="参照 EEMUA 191 与 ISA-18.2：每人每小时约 6 次可从容处理，12 次为上限；"
        "10 分钟内每人超过 10 次为泛滥，泛滥时间不应超过 1%。误报率按值班员判定计算。",
        en="After EEMUA 191 and ISA-18.2: about 6 an hour are handled well by one person, 12 are "
        "the most; more than 10 each in ten minutes are a flood, which should last no more than "
        "1 % of the time. False is what operators judged to be false.",
    ),
}
_LOADS = {
    Load.ACCEPTABLE: Text(zh="告警量可以从容处理。", en="The load can be handled well."),
    Load.HEAVY: Text(
        zh="告警量偏大：高于每人每小时 6 次。", en="The load is heavy: above 6 an hour each."
    ),
    Load.TOO_MUCH: Text(
        zh="告警量超出人力所及：请增加人手，或按下表调整规则。",
        en="The load is more than people can handle: add people, or change rules as below.",
    ),
}


@dataclass(frozen=True, slots=True)
class Names:
    """How rules, places and cameras are called in the language of the report."""

    district: str
    rule: Callable[[str], str]
    place: Callable[[str, str], str]
    camera: Callable[[str], str]


def render_alarm_quality(
    quality: AlarmQuality,
    reliefs: Sequence[Relief],
    names: Names,
    month: date,
    timezone: str,
    language: Language,
) -> bytes:
    """Return the report of a month as a PDF; the same measures give the same bytes."""
    data = _sheet(quality, reliefs, names, language)
    named = month_name(month).of(language)
    data |= {"month": named, "made": moment(quality.end, timezone), "district": names.district}
    if quality.busiest_at is not None:
        data["figures"]["busiest"] += f" ({moment(quality.busiest_at, timezone)})"
    return typeset("alarm_quality.typ", data, quality.end)


def _sheet(
    quality: AlarmQuality, reliefs: Sequence[Relief], names: Names, language: Language
) -> dict[str, Any]:
    picture = verdict_picture(quality, names, language)
    return {
        "language": language,
        "words": {key: text.of(language) for key, text in _WORDS.items()},
        "load": quality.load.value,
        "load_text": _LOADS[quality.load].of(language),
        "empty": quality.total == 0,
        "figures": _figures(quality, language),
        "picture": {"svg": picture.svg, "alt": picture.description},
        "times": [
            _spread("detect", quality.to_detect, language),
            _spread("beyond", quality.beyond_wait, language),
            _spread("acknowledge", quality.to_acknowledge, language),
        ],
        "top": [_source(source, names) for source in quality.top],
        "rules": [_verdicts(item, names.rule(item.key)) for item in quality.by_rule[:_MOST_ROWS]],
        "cameras": [
            _verdicts(item, names.camera(item.key)) for item in quality.by_camera[:_MOST_ROWS]
        ],
        "reliefs": [_relief(item, names, language) for item in reliefs],
    }


def _figures(quality: AlarmQuality, language: Language) -> dict[str, str]:
    hours = "小时" if language == "zh" else " h"
    return {
        "total": str(quality.total),
        "per_hour": _rate(quality.per_hour),
        "per_ten": _rate(quality.per_ten_minutes),
        "busiest": str(quality.busiest),
        "flood": _share(quality.flood_share),
        "top_share": _share(quality.top_share),
        "false": _share(quality.overall.false_share),
        "in_time": _share(quality.acknowledged_in_time),
        "technical": str(quality.technical),
        "shelved": str(quality.shelved),
        "flapping": str(quality.flapping),
        "watched": f"{quality.operator_hours:.0f}{hours}",
    }


def verdict_picture(quality: AlarmQuality, names: Names, language: Language) -> Picture:
    """Return bars of the alarms of each rule by verdict."""

    def word(key: str) -> str:
        return _WORDS[key].of(language)

    rows = [
        Bar(
            names.rule(item.key),
            (item.confirmed, item.false, item.drill, item.undecided),
            f"{item.total} · {word('false_share')} {_share(item.false_share)}",
        )
        for item in quality.by_rule[:_MOST_ROWS]
    ]
    return bars(
        "verdicts",
        word("verdict"),
        f"{word('verdict')}: {word('total')} {quality.total}",
        rows,
        (
            (word("confirmed"), "accent"),
            (word("false_count"), "bad"),
            (word("drill"), "soft"),
            (word("undecided"), "wait"),
        ),
        axis=word("rule"),
        last=f"{word('total')} · {word('false_share')}",
        width=720,
        left=190,
        right=150,
    )


def _spread(name: str, found: Spread, language: Language) -> list[str]:
    named = _WORDS[name].of(language)
    times = (seconds(value, language) for value in (found.median, found.high))
    return [named, str(found.count), *times]


def _source(source: Source, names: Names) -> list[str]:
    place = names.place(source.institution_id, source.room_id)
    return [names.rule(source.rule), place, str(source.count), _share(source.share)]


def _verdicts(item: Verdicts, name: str) -> list[str]:
    counts = (item.total, item.confirmed, item.false, item.drill, item.undecided)
    return [name, *map(str, counts), _share(item.false_share)]


def _relief(item: Relief, names: Names, language: Language) -> list[str]:
    return [
        names.rule(item.rule),
        names.place(item.institution_id, item.room_id),
        str(item.alarms),
        seconds(item.after, language),
        "–" if item.after is None else str(item.avoided),
        "–" if item.after is None else str(item.lost),
    ]


def _rate(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}"


def _share(value: float | None) -> str:
    return "–" if value is None else f"{100 * value:.1f}%"
