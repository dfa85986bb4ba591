"""How long an alert is left alone, when it is told again, and when it comes and goes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from monitor.domain.events import Severity


def _cool_downs() -> Mapping[Severity, timedelta]:
    return {Severity.HIGH: timedelta(minutes=2), Severity.MEDIUM: timedelta(minutes=5)}


def _again() -> Mapping[Severity, timedelta]:
    return {
        Severity.CRITICAL: timedelta(minutes=10),
        Severity.HIGH: timedelta(minutes=30),
        Severity.MEDIUM: timedelta(hours=4),
    }


@dataclass(frozen=True, slots=True)
class Reminders:
    """When an alert that somebody acknowledged, and nobody ended, is told again.

    ``after`` the acknowledgement and after each reminder, by severity; one not named is not told
    again. There are ``most`` reminders in a row.
    """

    after: Mapping[Severity, timedelta] = field(default_factory=_again)
    most: int = 6


@dataclass(frozen=True, slots=True)
class LifePolicy:
    """Times and numbers in the life of an alert.

    For ``cool_down`` after somebody ended an alert, a new one at its place is shown but not told;
    if it lasts longer it is told then. A severity not named, as critical, is told at once.
    ``flaps`` occurrences at one place within ``flap_window`` are flapping. An ended alert may be
    reopened for ``reopen_within``; a snooze lasts ``longest_snooze`` at most, for a critical
    alert ``longest_critical_snooze``. ``reminders`` are those of acknowledged alerts, but for the
    institutions that ``reminders_at`` names.
    """

    cool_down: Mapping[Severity, timedelta] = field(default_factory=_cool_downs)
    flaps: int = 5
    flap_window: timedelta = timedelta(minutes=15)
    reopen_within: timedelta = timedelta(hours=24)
    longest_snooze: timedelta = timedelta(hours=4)
    longest_critical_snooze: timedelta = timedelta(minutes=15)
    reminders: Reminders = field(default_factory=Reminders)
    reminders_at: Mapping[str, Reminders] = field(default_factory=dict)

    def snooze_limit(self, severity: Severity) -> timedelta:
        """Return how long an alert of ``severity`` may be snoozed at a time."""
        if severity is Severity.CRITICAL:
            return min(self.longest_critical_snooze, self.longest_snooze)
        return self.longest_snooze

    def reminder_after(
        self, institution_id: str, severity: Severity, told: int = 0
    ) -> timedelta | None:
        """Return how long until the next reminder once ``told`` were told; ``None``: no more."""
        reminders = self.reminders_at.get(institution_id, self.reminders)
        return reminders.after.get(severity) if told < reminders.most else None
