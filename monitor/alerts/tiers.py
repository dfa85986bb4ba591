"""Escalation policies as data: which tiers there are, and when each of them is told."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from monitor.domain.events import Event, Severity
from monitor.domain.hours import DayTime
from monitor.domain.text import Text


class TierHours(StrEnum):
    """At which hours of the institution a tier is told; make-up days and holidays count."""

    ALWAYS = "always"
    OPEN = "open"
    CLOSED = "closed"
    NAP = "nap"
    AWAKE = "awake"

    def fit(self, time: DayTime) -> bool:
        """Say whether ``time`` is among them; where no hours are known every hour is."""
        match self:
            case TierHours.OPEN:
                return time.open is not False
            case TierHours.CLOSED:
                return time.open is not True
            case TierHours.NAP:
                return time.nap
            case TierHours.AWAKE:
                return time.open is not False and not time.nap
        return True


HoursOf = Callable[[str, datetime], DayTime]
"""Says what time of day it is in a room, by its id, at a moment."""


def always_open(_room_id: str, _moment: datetime) -> DayTime:
    """Know no hours."""
    return DayTime()


@dataclass(frozen=True, slots=True)
class Tier:
    """Who is told, and how long after the alert, by severity; a severity not named is not told.

    ``channels`` and those of whoever is on call in ``rota`` are told. Outside ``hours`` the tier
    is skipped and the next one told instead, or, with ``wait``, told when they come.
    """

    id: str
    name: Text
    after: Mapping[Severity, timedelta]
    channels: tuple[str, ...] = ()
    rota: str | None = None
    hours: TierHours = TierHours.ALWAYS
    wait: bool = False


@dataclass(frozen=True, slots=True)
class EscalationPolicy:
    """The tiers of some institutions, all if empty, in the order of their telling.

    For severities in ``goes_on`` the tiers are told also after the condition has ended by
    itself, as long as nobody has acknowledged it.
    """

    id: str
    tiers: tuple[Tier, ...]
    institutions: frozenset[str] = frozenset()
    goes_on: frozenset[Severity] = field(default=frozenset({Severity.CRITICAL}))

    def fits(self, event: Event) -> bool:
        """Say whether the policy is for the institution of ``event``."""
        return not self.institutions or event.institution_id in self.institutions
