"""The month's plan: every institution once, the most pressing first, spread over working days.

A pure proposal. Who inspects, holidays and re-assignment are people's business.
"""

from __future__ import annotations

import calendar
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from monitor.domain.errors import InputError


@dataclass(frozen=True, slots=True)
class Standing:
    """What speaks for looking at an institution early.

    ``waiting`` alerts are open or acknowledged, ``failed`` items those of its newest checklist,
    ``notice_days`` how long its Notice still holds (``None``: not known).
    """

    institution_id: str
    waiting: int = 0
    failed: int = 0
    notice_days: int | None = None

    @property
    def weight(self) -> float:
        """Return how pressing a visit is; only the order matters."""
        soon = self.notice_days is not None and self.notice_days <= 60
        return 3.0 * self.waiting + 2.0 * self.failed + (5.0 if soon else 0.0)


@dataclass(frozen=True, slots=True)
class Visit:
    """One proposed inspection."""

    institution_id: str
    day: date
    weight: float


def plan_month(month: date, standings: Sequence[Standing], first: date) -> tuple[Visit, ...]:
    """Return one visit for each institution on the working days of ``month`` from ``first`` on.

    Raises:
        InputError: no working day of the month is left.
    """
    days = [day for day in _working_days(month) if day >= first]
    if not days:
        raise InputError(
            f"no working day of {month:%Y-%m} is left", where="month", hint="plan the next month"
        )
    ordered = sorted(standings, key=lambda item: (-item.weight, item.institution_id))
    return tuple(
        Visit(item.institution_id, days[index * len(days) // len(ordered)], item.weight)
        for index, item in enumerate(ordered)
    )


def _working_days(month: date) -> list[date]:
    length = calendar.monthrange(month.year, month.month)[1]
    days = (month.replace(day=number) for number in range(1, length + 1))
    return [day for day in days if day.weekday() < 5]
