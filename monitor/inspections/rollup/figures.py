"""The figures of a roll-up, ready to be shown; a share is 0–1, ``None`` where nothing is known."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from monitor.domain.checklists import ItemSeverity, Result
from monitor.domain.text import Text
from monitor.inspections.rollup.facts import (
    DecisionFact,
    PlaceFact,
    ProposalFact,
    RetentionProof,
)


class RollupKind(StrEnum):
    """What a roll-up covers: the last of its months, or all of them."""

    MONTH = "month"
    YEAR = "year"


@dataclass(frozen=True, slots=True)
class Tally:
    """How many items passed, failed, did not apply, or are blank."""

    passed: int = 0
    failed: int = 0
    not_applicable: int = 0
    blank: int = 0

    @property
    def judged(self) -> int:
        """How many passed or failed."""
        return self.passed + self.failed

    @property
    def pass_share(self) -> float | None:
        """The share of those judged that passed."""
        return self.passed / self.judged if self.judged else None


@dataclass(frozen=True, slots=True)
class AlertQuality:
    """How alerts ended, and in what time they were first acknowledged, in seconds.

    The false share counts those that a person called false among those called false or resolved;
    drills and alerts without a verdict are left out.
    """

    total: int
    waiting: int
    resolved: int
    false: int
    drill: int
    acknowledged: int
    acknowledged_median: float | None
    acknowledged_p90: float | None

    @property
    def false_share(self) -> float | None:
        """The share of false alarms among alerts with a verdict."""
        judged = self.false + self.resolved
        return self.false / judged if judged else None


@dataclass(frozen=True, slots=True)
class MonthFigures:
    """One month of the trend; findings stand as at its end, or at the moment of the data.

    ``checklists`` are those of institutions that were inspected.
    """

    month: date
    institutions: int
    planned: int
    inspected: int
    checklists: int
    tally: Tally
    score_median: float | None
    findings_raised: int
    findings_closed: int
    findings_open: int
    findings_overdue: int
    alerts: AlertQuality
    uptime: float | None

    @property
    def coverage(self) -> float | None:
        """The share of institutions that were inspected."""
        return self.inspected / self.institutions if self.institutions else None


@dataclass(frozen=True, slots=True)
class ItemFigures:
    """The results of one item in all institutions."""

    id: str
    section: Text
    text: Text
    severity: ItemSeverity
    tally: Tally


@dataclass(frozen=True, slots=True)
class InstitutionFigures:
    """One institution. ``results`` are in the order of the items; ``failures`` count its months.

    ``scores`` and ``inspected`` follow the months of the roll-up.
    """

    place: PlaceFact
    tally: Tally
    results: tuple[Result | None, ...]
    failures: tuple[int, ...]
    scores: tuple[float | None, ...]
    inspected: tuple[bool, ...]
    findings_open: int
    findings_overdue: int
    alerts: int
    uptime: float | None


@dataclass(frozen=True, slots=True)
class RuleFigures:
    """The alerts of one rule."""

    rule: str
    name: Text
    quality: AlertQuality


@dataclass(frozen=True, slots=True)
class OverdueFinding:
    """A finding that should have been put right by the moment of the data."""

    id: int
    institution: PlaceFact
    item_id: str
    text: Text
    severity: ItemSeverity
    repeats: int
    owner: str
    due: date
    days: int


@dataclass(frozen=True, slots=True)
class FindingSums:
    """Findings of the months covered. ``closed_days_median`` is the time from raised to closed."""

    raised: int
    repeated: int
    closed: int
    closed_in_time: int
    closed_days_median: float | None
    by_severity: tuple[tuple[ItemSeverity, int], ...]


@dataclass(frozen=True, slots=True)
class Rollup:
    """A roll-up; ``content_sha256`` covers everything else in it."""

    kind: RollupKind
    district: Text
    scope: str
    timezone: str
    months: tuple[MonthFigures, ...]
    covered: tuple[date, ...]
    as_of: datetime
    tally: Tally
    items: tuple[ItemFigures, ...]
    institutions: tuple[InstitutionFigures, ...]
    findings: FindingSums
    overdue: tuple[OverdueFinding, ...]
    alerts: AlertQuality
    rules: tuple[RuleFigures, ...]
    uptime: float | None
    proposals: tuple[ProposalFact, ...] | None
    decisions: tuple[DecisionFact, ...]
    retention: RetentionProof | None
    content_sha256: str = ""

    @property
    def name(self) -> str:
        """Return the name of its time, ``2026-11`` or ``2026``."""
        last = self.covered[-1]
        return f"{last:%Y-%m}" if self.kind is RollupKind.MONTH else f"{last:%Y}"

    def score_of(self, row: InstitutionFigures) -> float | None:
        """Return an institution's newest score in the months covered."""
        known = [
            score
            for month, score in zip(self.months, row.scores, strict=True)
            if month.month in self.covered and score is not None
        ]
        return known[-1] if known else None

    @property
    def inspected(self) -> int:
        """Return how many institutions were inspected at least once in the months covered."""
        at = [month.month in self.covered for month in self.months]
        return sum(
            any(done and wanted for done, wanted in zip(row.inspected, at, strict=True))
            for row in self.institutions
        )
