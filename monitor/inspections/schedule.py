"""Which monthly slots exist and which of them are due: pure, for a scheduler to act on.

A slot is one month of one district. It becomes due at its first moment and stays due until it is
done, so a service that slept through the first of the month catches up when it wakes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime
from zoneinfo import ZoneInfo

from monitor.domain.errors import InputError
from monitor.domain.text import Text
from monitor.inspections.period import shifted

JOB = "monthly-checklists"
"""Name under which the runs are recorded; with the slot it makes a run unique."""

_MONTH = re.compile(r"^(\d{4})-(\d{2})$")


def slot_of(month: date) -> str:
    """Return the slot's name, ``2026-11``."""
    return f"{month:%Y-%m}"


def parse_month(text: str) -> date:
    """Return the first day of the month written as ``2026-11``.

    Raises:
        InputError: it is not a month.
    """
    match = _MONTH.match(text)
    if match is None or not 1 <= int(match[2]) <= 12 or int(match[1]) < 2000:
        raise InputError(
            Text(f"“{text}”不是月份", f"'{text}' is not a month"),
            where="month",
            hint=Text("年和月写作 2026-11", "write year and month as 2026-11"),
        )
    return date(int(match[1]), int(match[2]), 1)


def month_at(now: datetime, timezone: str) -> date:
    """Return the first day of the local month of ``now``."""
    return now.astimezone(ZoneInfo(timezone)).date().replace(day=1)


def due_months(
    now: datetime,
    timezone: str,
    done: Iterable[str],
    since: datetime | None = None,
    most: int = 3,
) -> tuple[date, ...]:
    """Return the months whose slot is due and not in ``done``, oldest first.

    Args:
        now: the present moment.
        timezone: zone in which months begin.
        done: names of the slots that have been done.
        since: when the service first ran; months that were over by then are not owed.
        most: how many months back, this one included, are ever caught up.
    """
    finished = set(done)
    this = month_at(now, timezone)
    oldest = shifted(this, 1 - most)
    if since is not None:
        oldest = max(oldest, month_at(since, timezone))
    months: list[date] = []
    month = oldest
    while month <= this:
        if slot_of(month) not in finished:
            months.append(month)
        month = shifted(month, 1)
    return tuple(months)


def next_slot(now: datetime, timezone: str) -> datetime:
    """Return the moment at which the next month's slot becomes due."""
    following = shifted(month_at(now, timezone), 1)
    return datetime(following.year, following.month, 1, tzinfo=ZoneInfo(timezone))
