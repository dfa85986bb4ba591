"""The stretch of time a checklist's readings cover: up to a month, ending when it was made.

A checklist made during its month covers the month that has just passed (made on 1 November:
October; made on 23 November: from 23 October). One made later covers exactly its own month.
"""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from monitor.domain.errors import InputError
from monitor.domain.text import Text


@dataclass(frozen=True, slots=True)
class Period:
    """From ``start`` up to, not including, ``end``; days are those of ``timezone``."""

    start: datetime
    end: datetime
    timezone: str

    @property
    def first_day(self) -> date:
        """The first local day."""
        return self.start.astimezone(ZoneInfo(self.timezone)).date()

    @property
    def last_day(self) -> date:
        """The last local day, which may not be over yet."""
        last = self.end - timedelta(microseconds=1)
        return last.astimezone(ZoneInfo(self.timezone)).date()

    @property
    def last_full_day(self) -> date:
        """The last local day that is over."""
        return self.end.astimezone(ZoneInfo(self.timezone)).date() - timedelta(days=1)

    @property
    def seconds(self) -> float:
        """How long it lasts."""
        return (self.end - self.start).total_seconds()


def period_of(month: date, now: datetime, timezone: str) -> Period:
    """Return the period that a checklist of ``month`` covers when it is made at ``now``.

    Raises:
        InputError: the month has not begun.
    """
    zone = ZoneInfo(timezone)
    if now < _midnight(month.replace(day=1), zone):
        raise InputError(
            Text(f"{month:%Y-%m} 还没有开始", f"{month:%Y-%m} has not begun yet"),
            where="month",
            hint=Text(
                "请写本月或更早的月份，如 2026-11", "give this month or an earlier one, as YYYY-MM"
            ),
        )
    end = min(now, _midnight(shifted(month, 1), zone))
    day = end.astimezone(zone).date()
    first = shifted(day, -1)
    length = calendar.monthrange(first.year, first.month)[1]
    start = _midnight(first.replace(day=min(day.day, length)), zone)
    return Period(start.astimezone(UTC), end.astimezone(UTC), timezone)


def shifted(day: date, months: int) -> date:
    """Return the first day of the month that lies ``months`` after the one of ``day``."""
    index = day.year * 12 + day.month - 1 + months
    return date(index // 12, index % 12 + 1, 1)


def _midnight(day: date, zone: ZoneInfo) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=zone)
