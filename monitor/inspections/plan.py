"""The month's plan: every institution once, by its risk, spread over working days.

Pure proposals: days by risk score and calendar, then two inspectors for each visit, one of the
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

_OWED = 100.0
"""More than any score: what was missed last month comes first."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What speaks for looking at an institution early.

    ``score`` is its risk score and ``parts`` the points that it is made of, ``last`` the day of
    its last inspection (``None``: never), and ``missed`` says that last month's visit was not
    made. On the days ``closed`` nobody is there.
    """

    institution_id: str
    score: float = 0.0
    parts: Mapping[str, float] = field(default_factory=dict)
    last: date | None = None
    missed: bool = False
    closed: frozenset[date] = frozenset()
    community: str = ""

    @property
    def weight(self) -> float:
        """Return how pressing a visit is; only the order matters."""
        return self.score + (_OWED if self.missed else 0.0)

    @property
    def order(self) -> tuple[float, date, str]:
        """Return by what visits are put in order: weight, longest not seen, id."""
        return -self.weight, self.last or date.min, self.institution_id

    @property
    def reasons(self) -> Mapping[str, float]:
        """Return what the weight is made of."""
        owed = {"missed": 1.0} if self.missed else {}
        return {**owed, **{name: points for name, points in self.parts.items() if points}}


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
    ordered = sorted(standings, key=lambda item: item.order)
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
    busy: Mapping[tuple[int, date], int] | None = None,
) -> tuple[PlannedVisit, ...]:
    """Give each visit two inspectors, and another day where its own is full.

    The most pressing choose first. Where even the freest day is full somebody makes more visits
    than ``most_a_day``: that every institution is seen comes before the ease of inspectors.
    ``busy`` counts what inspectors do on a day already.
    """
    load: Counter[tuple[int, date]] = Counter(busy or {})
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
