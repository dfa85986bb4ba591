"""The pictures of a roll-up, for pages and for paper."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING

from monitor.domain.checklists import Result
from monitor.inspections.pictures import (
    Bar,
    Cell,
    HeatRow,
    Picture,
    Series,
    Table,
    bars,
    heat,
    lines,
)
from monitor.inspections.reports.rollup_words import (
    NOTHING,
    WORDS,
    count,
    number,
    percent,
    seconds,
    short_month,
)
from monitor.inspections.reports.words import month_name
from monitor.inspections.rollup import Rollup, RollupKind

if TYPE_CHECKING:
    from monitor.domain.text import Language
    from monitor.inspections.rollup.figures import InstitutionFigures, MonthFigures

MOST_ITEMS = 12
_ROWS_A_SHEET = 90


def trends(rollup: Rollup, language: Language) -> tuple[Picture, ...]:
    """Return the lines over the months: coverage and results, findings, alerts, cameras."""
    word = _speaker(language)
    share = percent

    def quick(value: float | None) -> str:
        return seconds(value, language)

    def tick(value: float) -> str:
        return f"{value:g}秒" if language == "zh" else f"{value:g} s"

    return (
        _trend(
            rollup,
            language,
            "coverage",
            [("coverage", lambda month: month.coverage)],
            share,
            ceiling=1,
        ),
        _trend(
            rollup,
            language,
            "pass_share",
            [("pass_share", lambda month: month.tally.pass_share)],
            share,
            ceiling=1,
        ),
        _trend(
            rollup,
            language,
            "findings",
            [
                ("raised", lambda month: month.findings_raised),
                ("closed", lambda month: month.findings_closed),
                ("overdue", lambda month: month.findings_overdue),
            ],
            count,
            whole=True,
        ),
        _trend(
            rollup,
            language,
            "alerts",
            [("alerts", lambda month: month.alerts.total)],
            count,
            whole=True,
        ),
        _trend(
            rollup,
            language,
            "false_share",
            [("false_share", lambda month: month.alerts.false_share)],
            share,
        ),
        _trend(
            rollup,
            language,
            "ack_median",
            [
                ("ack_median", lambda month: month.alerts.acknowledged_median),
                ("p90_line", lambda month: month.alerts.acknowledged_p90),
            ],
            quick,
            tick=tick,
        ),
        _trend(
            rollup,
            language,
            "uptime",
            [("uptime", lambda month: month.uptime)],
            share,
            ceiling=1,
            title=word("cameras"),
        ),
        _trend(
            rollup,
            language,
            "score",
            [("score", lambda month: month.score_median)],
            number,
            ceiling=100,
        ),
    )


def worst_items(rollup: Rollup, language: Language) -> Picture:
    """Return bars of the items that failed most."""
    word = _speaker(language)
    failed = sorted(
        (item for item in rollup.items if item.tally.failed),
        key=lambda item: (-item.tally.failed, item.id),
    )[:MOST_ITEMS]
    rows = [
        Bar(
            f"{item.id} {item.text.of(language)}",
            (item.tally.failed, item.tally.blank),
            f"{item.tally.failed} / {item.tally.judged}",
        )
        for item in failed
    ]
    first = failed[0].id if failed else NOTHING
    return bars(
        "worst-items",
        word("worst_items"),
        f"{word('worst_items')}: {first}",
        rows,
        ((word("failed"), "bad"), (word("blank"), "wait")),
        axis=word("item"),
        last=f"{word('failed')} / {word('passed')} + {word('failed')}",
        width=720,
        left=360,
        right=70,
    )


def by_rule(rollup: Rollup, language: Language) -> Picture:
    """Return bars of the alerts of each rule by verdict."""
    word = _speaker(language)
    rows = [
        Bar(
            rule.name.of(language),
            (
                rule.quality.resolved,
                rule.quality.false,
                rule.quality.drill,
                rule.quality.waiting,
            ),
            f"{rule.quality.total} · {word('false_share')} {percent(rule.quality.false_share)}",
        )
        for rule in rollup.rules
    ]
    return bars(
        "by-rule",
        word("by_rule"),
        f"{word('by_rule')}: {word('total')} {rollup.alerts.total},"
        f" {word('false_share')} {percent(rollup.alerts.false_share)}",
        rows,
        (
            (word("resolved"), "accent"),
            (word("false"), "bad"),
            (word("drill"), "soft"),
            (word("waiting"), "wait"),
        ),
        axis=word("rule"),
        last=f"{word('total')} · {word('false_share')}",
        width=720,
        left=190,
        right=150,
    )


def result_maps(rollup: Rollup, language: Language) -> tuple[Picture, ...]:
    """Return the heat maps of institutions and items, those with most failures first."""
    word = _speaker(language)
    year = rollup.kind is RollupKind.YEAR
    results = {
        Result.PASS: Cell(word("passed"), "pale"),
        Result.FAIL: Cell(word("failed"), "bad"),
        Result.NOT_APPLICABLE: Cell(word("na"), "soft", 0.35),
        None: Cell(word("blank"), "wait", 0.55),
    }
    counts = (
        Cell(word("never"), "pale", 0.5),
        Cell(word("once"), "wait", 0.75),
        Cell(word("often"), "bad"),
    )

    def fields(row: InstitutionFigures) -> list[Cell | None]:
        if row.tally == type(row.tally)():
            return [None] * len(rollup.items)
        if year:
            return [counts[min(count, 2)] for count in row.failures]
        return [results[result] for result in row.results]

    ids = [item.id for item in rollup.items]
    head = (word("institution"), word("passed"), word("failed"), word("na"), word("blank"))
    return tuple(
        heat(
            f"results-{sheet}",
            word("year_heat" if year else "heat"),
            f"{word('year_heat' if year else 'heat')}: {_from_to(rows, language)}",
            ids,
            [
                HeatRow(row.place.name.of(language), fields(row), str(row.tally.failed))
                for row in rows
            ],
            counts if year else tuple(results.values()),
            Table(
                (*head, word("failed_items")),
                tuple((*_tally(row, language), _failed(row, ids, year=year)) for row in rows),
            ),
        )
        for sheet, rows in enumerate(_sheets(_worst_first(rollup)))
    )


def score_maps(rollup: Rollup, language: Language) -> tuple[Picture, ...]:
    """Return the heat maps of institutions and months by score, the lowest last score first."""
    word = _speaker(language)
    high = Cell(word("score_high"), "pale")
    middle = Cell(word("score_middle"), "mild")
    low = Cell(word("score_low"), "bad")

    def field(score: float | None) -> Cell | None:
        if score is None:
            return None
        return high if score >= 90 else middle if score >= 75 else low

    months = [short_month(month.month, language) for month in rollup.months]
    whole = tuple(month_name(month.month).of(language) for month in rollup.months)
    ordered = sorted(rollup.institutions, key=lambda row: (_last(row), row.place.id))
    return tuple(
        heat(
            f"scores-{sheet}",
            word("scores"),
            f"{word('scores')}: {_from_to(rows, language)}",
            months,
            [
                HeatRow(
                    row.place.name.of(language),
                    [field(score) for score in row.scores],
                    words=["" if score is None else f"{int(score)}" for score in row.scores],
                )
                for row in rows
            ],
            (high, middle, low),
            Table(
                (word("institution"), *whole),
                tuple(
                    (row.place.name.of(language), *(number(score) for score in row.scores))
                    for row in rows
                ),
            ),
            head_height=14,
            left=170,
            upright=True,
        )
        for sheet, rows in enumerate(_sheets(ordered))
    )


def _trend(
    rollup: Rollup,
    language: Language,
    key: str,
    parts: Sequence[tuple[str, Callable[[MonthFigures], float | None]]],
    say: Callable[[float | None], str],
    *,
    ceiling: float | None = None,
    whole: bool = False,
    title: str | None = None,
    tick: Callable[[float], str] | None = None,
) -> Picture:
    word = _speaker(language)
    series = [
        Series(word(name), tuple(value(month) for month in rollup.months)) for name, value in parts
    ]
    now = ", ".join(f"{one.name} {say(one.values[-1])}" for one in series)
    last = month_name(rollup.months[-1].month).of(language)
    return lines(
        f"trend-{key}",
        title or word(key),
        f"{last}: {now}",
        [short_month(month.month, language) for month in rollup.months],
        series,
        say,
        axis=word("month"),
        nothing=word("no_data"),
        names=[month_name(month.month).of(language) for month in rollup.months],
        ceiling=ceiling,
        whole=whole,
        tick=tick,
    )


def _worst_first(rollup: Rollup) -> list[InstitutionFigures]:
    return sorted(rollup.institutions, key=lambda row: (-row.tally.failed, row.place.id))


def _sheets(rows: Sequence[InstitutionFigures]) -> Iterator[Sequence[InstitutionFigures]]:
    for start in range(0, len(rows), _ROWS_A_SHEET):
        yield rows[start : start + _ROWS_A_SHEET]


def _last(row: InstitutionFigures) -> float:
    known = [score for score in row.scores if score is not None]
    return known[-1] if known else -1.0


def _from_to(rows: Sequence[InstitutionFigures], language: Language) -> str:
    names = [row.place.name.of(language) for row in rows]
    return names[0] if len(names) == 1 else f"{names[0]} – {names[-1]} ({len(names)})"


def _tally(row: InstitutionFigures, language: Language) -> tuple[str, ...]:
    sums = row.tally
    counts = (sums.passed, sums.failed, sums.not_applicable, sums.blank)
    return (row.place.name.of(language), *(str(count) for count in counts))


def _failed(row: InstitutionFigures, ids: Sequence[str], *, year: bool) -> str:
    named = [
        f"{item} ×{count}" if year and count > 1 else item
        for item, count in zip(ids, row.failures, strict=True)
        if count
    ]
    return " ".join(named) or NOTHING


def _speaker(language: Language) -> Callable[[str], str]:
    return lambda key: WORDS[key].of(language)
