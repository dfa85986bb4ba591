"""The ten figures with which a roll-up begins."""

from __future__ import annotations

from dataclasses import dataclass

from monitor.domain.text import Language
from monitor.inspections.reports.rollup_words import WORDS, number, percent, seconds
from monitor.inspections.rollup import Rollup


@dataclass(frozen=True, slots=True)
class Tile:
    """A figure: what it is, its value, what stands beneath it, and ``bad`` where it is alarming."""

    label: str
    value: str
    under: str = ""
    tone: str = ""


def glance(rollup: Rollup, language: Language) -> tuple[Tile, ...]:
    """Return the figures, the inspections first, then the cameras."""

    def word(key: str) -> str:
        return WORDS[key].of(language)

    places, late = len(rollup.institutions), len(rollup.overdue)
    last, quality, tally, findings = (
        rollup.months[-1],
        rollup.alerts,
        rollup.tally,
        rollup.findings,
    )
    scores = [
        month.score_median
        for month in rollup.months
        if month.month in rollup.covered and month.score_median is not None
    ]
    in_time = percent(share_of(findings.closed_in_time, findings.closed))
    return (
        Tile(
            word("inspected"),
            f"{rollup.inspected} / {places}",
            percent(share_of(rollup.inspected, places)),
        ),
        Tile(
            word("pass_share"),
            percent(tally.pass_share),
            f"{word('failed')} {tally.failed} · {word('blank')} {tally.blank}",
        ),
        Tile(word("score"), number(scores[-1] if scores else None)),
        Tile(word("raised"), str(findings.raised), f"{word('repeated')} {findings.repeated}"),
        Tile(
            word("overdue"),
            str(late),
            f"{word('open')} {last.findings_open}",
            "bad" if late else "",
        ),
        Tile(word("alerts"), str(quality.total), f"{word('drill')} {quality.drill}"),
        Tile(
            word("false_share"),
            percent(quality.false_share),
            f"{quality.false} / {quality.false + quality.resolved}",
        ),
        Tile(
            word("ack_median"),
            seconds(quality.acknowledged_median, language),
            f"{word('p90')} {seconds(quality.acknowledged_p90, language)}",
        ),
        Tile(word("uptime"), percent(rollup.uptime)),
        Tile(word("closed"), str(findings.closed), f"{word('in_time')} {in_time}"),
    )


def share_of(part: int, whole: int) -> float | None:
    """Return a part as a share of the whole, ``None`` where there is no whole."""
    return part / whole if whole else None
