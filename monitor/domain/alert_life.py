"""How long an alert is left alone, and when it counts as coming and going."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from monitor.domain.events import Severity


def _cool_downs() -> Mapping[Severity, timedelta]:
    return {Severity.HIGH: timedelta(minutes=2), Severity.MEDIUM: timedelta(minutes=5)}


@dataclass(frozen=True, slots=True)
class LifePolicy:
    """Times and numbers in the life of an alert.

    For ``cool_down`` after somebody ended an alert, a new one at its place is shown but not told;
    if it lasts longer it is told then. A severity not named, as critical, is told at once.
    ``flaps`` occurrences at one place within ``flap_window`` are flapping. An ended alert may be
    reopened for ``reopen_within``; a snooze lasts ``longest_snooze`` at most, for a critical
    alert ``longest_critical_snooze``.
    """

    cool_down: Mapping[Severity, timedelta] = field(default_factory=_cool_downs)
    flaps: int = 5
    flap_window: timedelta = timedelta(minutes=15)
    reopen_within: timedelta = timedelta(hours=24)
    longest_snooze: timedelta = timedelta(hours=4)
    longest_critical_snooze: timedelta = timedelta(minutes=15)

    def snooze_limit(self, severity: Severity) -> timedelta:
        """Return how long an alert of ``severity`` may be snoozed at a time."""
        if severity is Severity.CRITICAL:
            return min(self.longest_critical_snooze, self.longest_snooze)
        return self.longest_snooze
