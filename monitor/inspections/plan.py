"""The month's plan: every institution once, the most pressing first, spread over working days.

Pure proposals: days by urgency and calendar, then two inspectors for each visit, one of the
community and one of the whole district where there are such, with the work shared evenly.
"""

from __future__ import annotations

import calendar as months
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from monitor.domain.errors import InputError
from monitor.domain.text import Text
from monitor.domain.visits import PlannedVisit
from monitor.domain.workdays import PUBLIC, Workdays

_SOON_DAYS = 60


@dataclass(frozen=True, slots=True)
class Standing:
    """What speaks for looking at an institution early.

    ``waiting`` alerts are open or acknowledged, ``failed`` items those of its newest checklist,
    ``notice_days`` how long its Notice still holds (``None``: not known), and ``missed`` says that
    last month's visit was not made. On the days ``closed`` nobody is there.
    """

    institution_id: str
    waiting: int = 0
    failed: int = 0
    notice_days: int | None = None
    missed: bool = False
    closed: frozenset[date] = frozenset()
    community: str = ""

    @property
    def weight(self) -> float:
        """Return how pressing a visit is; only the order matters."""
        soon = self.notice_days is not None and self.notice_days <= _SOON_DAYS
        owed = 100.0 if self.missed else 0.0
        return 3.0 * self.waiting + 2.0 * self.failed + (5.0 if soon else 0.0) + owed

    @property
    def reasons(self) -> Mapping[str, int]:
        """Return what the weight is made of."""
        found = {"waiting": self.waiting, "failed": self.failed, "missed": int(self.missed)}
        if self.notice_days is not None and self.notice_days <= _SOON_DAYS:
            found["notice_days"] = self.notice_days
        return {name: value for name, value in found.items() if value or name == "notice_days"}


@dataclass(frozen=True, slots=True)
class Visit:
    """One proposed inspection."""

    institution_id: str
    day: date
    weight: float
    standing: Standing = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Inspector:
    """Somebody who inspects; ``community`` is empty for one of the whole district."""

    user_id: int
    community: str = ""

    def covers(self, community: str) -> bool:
        """Say whether the inspector may visit an institution of a community."""
        return self.community in ("", community)


def plan_month(
    month: date, standings: Sequence[Standing], first: date, calendar: Workdays = PUBLIC
) -> tuple[Visit, ...]:
    """Return one visit for each institution on the working days of ``month`` from ``first`` on.

    Raises:
        InputError: no working day of the month is left.
    """
    days = working_days(month, first, calendar)
    if not days:
        raise InputError(
            Text(f"{month:%Y-%m} 没有剩余的工作日", f"no working day of {month:%Y-%m} is left"),
            where="month",
            hint=Text("请安排下个月", "plan the next month"),
        )
    ordered = sorted(standings, key=lambda item: (-item.weight, item.institution_id))
    visits = []
    for index, item in enumerate(ordered):
        wished = index * len(days) // len(ordered)
        open_days = [day for day in days if day not in item.closed] or list(days)
        day = _nearest(open_days, days[wished])[0]
        visits.append(Visit(item.institution_id, day, item.weight, item))
    return tuple(visits)


def assign(
    visits: Iterable[Visit],
    inspectors: Sequence[Inspector],
    days: Sequence[date],
    most_a_day: int,
    *,
    announced: bool = False,
) -> tuple[PlannedVisit, ...]:
    """Give each visit two inspectors, and another day where its own is full.

    The most pressing choose first. Where even the freest day is full somebody makes more visits
    than ``most_a_day``: that every institution is seen comes before the ease of inspectors.
    """
    load: Counter[tuple[int, date]] = Counter()
    month: Counter[int] = Counter()
    planned = []
    for visit in visits:
        item = visit.standing
        able = [person for person in inspectors if person.covers(item.community)]
        open_days = [day for day in days if day not in item.closed] or list(days)
        choice: tuple[date, list[Inspector]] | None = None
        for day in _nearest(open_days, visit.day):
            free = [person for person in able if load[person.user_id, day] < most_a_day]
            if len(free) >= 2:
                choice = day, free
                break
        day, free = choice or (visit.day, able)
        pair = _pair(free, month, item.community)
        for person in pair:
            load[person.user_id, day] += 1
            month[person.user_id] += 1
        ids: list[int | None] = [person.user_id for person in pair]
        safety, health = [*ids, None, None][:2]
        planned.append(
            PlannedVisit(
                visit.institution_id, day, safety, health, visit.weight, item.reasons, announced
            )
        )
    return tuple(planned)


def moved(visit: PlannedVisit, today: date, days: Sequence[date]) -> PlannedVisit | None:
    """Return a visit that was not made on its day on the next working day, if there is one."""
    left = [day for day in days if day >= today]
    return replace(visit, day=left[0]) if left else None


def working_days(month: date, first: date, calendar: Workdays = PUBLIC) -> tuple[date, ...]:
    """Return the working days of a month from ``first`` on."""
    last = month.replace(day=months.monthrange(month.year, month.month)[1])
    start = max(month.replace(day=1), first)
    return calendar.between(start, last) if start <= last else ()


def _nearest(days: Sequence[date], wished: date) -> list[date]:
    # The same distance: rather later, for what is not pressing can wait.
    return sorted(days, key=lambda day: (abs((day - wished).days), day < wished))


def _pair(
    able: Sequence[Inspector], month: Mapping[int, int], community: str
) -> tuple[Inspector, ...]:
    def order(person: Inspector) -> tuple[int, int]:
        return month[person.user_id], person.user_id

    local = sorted((p for p in able if p.community and p.community == community), key=order)
    wide = sorted((p for p in able if not p.community), key=order)
    if local and wide:
        return local[0], wide[0]
    return tuple(sorted(able, key=order)[:2])
