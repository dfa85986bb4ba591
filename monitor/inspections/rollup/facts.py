"""What a roll-up is computed from: a year of a district, as plain values.

Days are local days of the district. The facts end at ``as_of``; nothing later is in them, except
that an alert's state is its present one, since a verdict may come after the month is over.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from monitor.domain.alerts import AlertState
from monitor.domain.checklists import ItemSeverity, Result
from monitor.domain.text import Text
from monitor.domain.visits import VisitState


@dataclass(frozen=True, slots=True)
class PlaceFact:
    """An institution that is to be inspected."""

    id: str
    name: Text
    community: str


@dataclass(frozen=True, slots=True)
class ItemFact:
    """An item of the checklists, in the words of the newest one that has it."""

    id: str
    section: Text
    text: Text
    severity: ItemSeverity


@dataclass(frozen=True, slots=True)
class ChecklistFact:
    """The newest checklist of an institution and month; ``None`` is a blank box."""

    institution_id: str
    month: date
    results: Mapping[str, Result | None]
    score: float | None

    @property
    def complete(self) -> bool:
        """Say whether no box is blank."""
        return None not in self.results.values()


@dataclass(frozen=True, slots=True)
class VisitFact:
    """A planned visit and how it stands."""

    institution_id: str
    month: date
    day: date
    state: VisitState


@dataclass(frozen=True, slots=True)
class FindingFact:
    """A finding. ``corrected`` is the day from which it counts as put right, if it does."""

    id: int
    institution_id: str
    item_id: str
    severity: ItemSeverity
    repeats: int
    text: Text
    owner: str
    raised: date
    due: date
    corrected: date | None
    closed: date | None

    def open_on(self, day: date) -> bool:
        """Say whether it had been raised by the end of ``day`` and not yet closed."""
        return self.raised <= day and (self.closed is None or self.closed > day)

    def overdue_on(self, day: date) -> int:
        """Return for how many days it should have been put right at the end of ``day``."""
        put_right = self.corrected is not None and self.corrected <= day
        if put_right or not self.open_on(day):
            return 0
        return max(0, (day - self.due).days)


@dataclass(frozen=True, slots=True)
class AlertFact:
    """An alert: when it was raised, how it stands, and when somebody first acknowledged it."""

    institution_id: str
    rule: str
    raised: datetime
    state: AlertState
    acknowledged: datetime | None


@dataclass(frozen=True, slots=True)
class UptimeFact:
    """How long the cameras of an institution were on line in a month, in seconds, added up."""

    institution_id: str
    month: date
    online: float
    offline: float


@dataclass(frozen=True, slots=True)
class ProposalFact:
    """What the risk score speaks for at ``as_of``."""

    institution_id: str
    score: float
    measures: tuple[str, ...]
    reasons: tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class DecisionFact:
    """What a person decided about an institution and signed."""

    institution_id: str
    measure: str
    proposed: tuple[str, ...]
    reason: str
    by: str
    at: datetime
    sha256: str


@dataclass(frozen=True, slots=True)
class RetentionChannel:
    """How many unbroken days a camera's recorder could show, of how many it must."""

    institution_id: str
    camera_id: str
    required_days: int
    unbroken_days: int
    met: bool


@dataclass(frozen=True, slots=True)
class RetentionProof:
    """The newest audit of recordings: made at ``at``, of the days up to ``through``."""

    at: datetime
    through: date
    channels: tuple[RetentionChannel, ...]


@dataclass(frozen=True, slots=True)
class DistrictFacts:
    """Everything about a district that a roll-up counts; ``months`` are in order."""

    district: Text
    scope: str
    timezone: str
    months: tuple[date, ...]
    as_of: datetime
    places: tuple[PlaceFact, ...]
    items: tuple[ItemFact, ...]
    checklists: tuple[ChecklistFact, ...]
    visits: tuple[VisitFact, ...]
    findings: tuple[FindingFact, ...]
    alerts: tuple[AlertFact, ...]
    uptimes: tuple[UptimeFact, ...]
    proposals: tuple[ProposalFact, ...] | None
    decisions: tuple[DecisionFact, ...]
    rule_names: Mapping[str, Text] = field(default_factory=dict)
    retention: RetentionProof | None = None
