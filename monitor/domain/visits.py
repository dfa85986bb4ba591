"""Visits: the inspections of a month and what is looked at again, and how each came out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum


class VisitState(StrEnum):
    """How a visit stands. ``MISSED`` is one whose month ended before it was made."""

    PLANNED = "planned"
    DONE = "done"
    MISSED = "missed"
    CANCELLED = "cancelled"


class VisitKind(StrEnum):
    """What a visit is for: the whole checklist of a month, or what was reported as put right."""

    MONTHLY = "monthly"
    REINSPECTION = "reinspection"


@dataclass(frozen=True, slots=True)
class PlannedVisit:
    """A visit to be made on a day by two inspectors, one for safety and one for health.

    An inspector is ``None`` where nobody could be found. ``weight`` orders the visits of a month;
    ``reasons`` say what it is made of.
    """

    institution_id: str
    day: date
    safety_inspector: int | None = None
    health_inspector: int | None = None
    weight: float = 0.0
    reasons: Mapping[str, float] = field(default_factory=dict)
    announced: bool = False
    kind: VisitKind = VisitKind.MONTHLY


@dataclass(frozen=True, slots=True)
class Coverage:
    """How many of the institutions that must be inspected in a month have been.

    Re-inspections do not count.
    """

    month: date
    done: int
    total: int
    late: int

    @property
    def complete(self) -> bool:
        """Say whether every institution has been inspected."""
        return self.done >= self.total
