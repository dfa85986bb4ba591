"""Alarm quality of a month and the rush of the moment, within what somebody may see."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from monitor.detectors.rules import rule_parameters
from monitor.domain.access import DISTRICT, Scope, ScopeKind
from monitor.domain.alarm_quality import (
    FLOOD,
    MOST_PER_HOUR,
    TEN_MINUTES,
    AlarmQuality,
    measure,
)
from monitor.domain.alarm_relief import Relief, reliefs
from monitor.domain.clock import Clock, utc_now
from monitor.domain.hours import Span
from monitor.domain.places import District, Room
from monitor.store.alarms import AlarmRepository
from monitor.store.base import Database

_DAY_HOURS = 24.0


@dataclass(frozen=True, slots=True)
class MonthOfAlarms:
    """A month's measures with what would relieve it; ``watched_hours`` are those of one desk."""

    month: date
    people: int
    watched_hours: float
    quality: AlarmQuality
    reliefs: tuple[Relief, ...]


@dataclass(frozen=True, slots=True)
class Rush:
    """How many alarms came in the last ten minutes and the last hour."""

    ten_minutes: int
    hour: int

    @property
    def too_much(self) -> bool:
        """Say whether it is more than one person can handle."""
        return self.ten_minutes > FLOOD or self.hour > MOST_PER_HOUR


class AlarmDesk:
    """Measures alarms. Somebody watches while any room in sight is open."""

    def __init__(self, database: Database, district: District, clock: Clock) -> None:
        self._alarms = AlarmRepository(database)
        self._district = district
        self._clock = clock

    def month(self, scope: Scope, month: date, people: int = 1) -> MonthOfAlarms:
        """Measure the month that begins on ``month``, as far as it has passed."""
        zone = ZoneInfo(self._district.timezone)
        start = datetime.combine(month, time(), zone).astimezone(UTC)
        following = (month + timedelta(days=31)).replace(day=1)
        over = datetime.combine(following, time(), zone).astimezone(UTC)
        end = max(min(over, utc_now(self._clock)), start)
        alarms = self._alarms.raised(scope, start, end)
        hours = self._watched(scope, start.astimezone(zone), end.astimezone(zone))
        quality = measure(alarms, start, end, hours, people)
        adjustable = frozenset(
            rule
            for rule, parameters in rule_parameters().items()
            if any(parameter.name == "after" for parameter in parameters)
        )
        return MonthOfAlarms(month, people, hours, quality, reliefs(quality, alarms, adjustable))

    def rush(self, scope: Scope) -> Rush:
        """Count what came in lately."""
        now = utc_now(self._clock)
        hour = [
            alarm
            for alarm in self._alarms.raised(scope, now - timedelta(hours=1), now)
            if alarm.announced
        ]
        return Rush(sum(alarm.raised >= now - TEN_MINUTES for alarm in hour), len(hour))

    def _watched(self, scope: Scope, start: datetime, end: datetime) -> float:
        rooms = tuple(self._rooms(scope))
        if not rooms or any(room.opening_hours is None for room in rooms):
            return (end - start).total_seconds() / 3600
        minutes = 0
        day = start.date()
        while day <= end.date():
            spans = [
                span
                for room in rooms
                if room.opening_hours is not None
                for span in room.opening_hours.on(day)
            ]
            last = end.hour * 60 + end.minute if day == end.date() else round(_DAY_HOURS * 60)
            minutes += _covered(spans, last)
            day += timedelta(days=1)
        return minutes / 60

    def _rooms(self, scope: Scope) -> Iterator[Room]:
        homes = {
            home.id
            for home in self._district.institutions
            if scope
            in (
                DISTRICT,
                Scope(ScopeKind.INSTITUTION, home.id),
                Scope(ScopeKind.COMMUNITY, home.community or "-"),
            )
        }
        return (room for room in self._district.rooms if room.institution_id in homes)


def _covered(spans: Iterable[Span], last: int) -> int:
    """Return how many minutes of a day up to ``last`` lie within any of ``spans``."""
    total, reached = 0, 0
    for span in sorted(spans, key=lambda span: span.start):
        start, end = max(span.start, reached), min(span.end, last)
        total += max(end - start, 0)
        reached = max(reached, end)
    return total
