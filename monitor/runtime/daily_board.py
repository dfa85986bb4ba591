"""Who has not reported yet today: the district's number that goes down to nought."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from monitor.domain.access import Scope
from monitor.domain.places import Institution, NoticeState
from monitor.domain.registers import LogKind
from monitor.domain.workdays import Workdays
from monitor.store.base import Database
from monitor.store.place_repository import PlaceRepository
from monitor.store.register_repository import RegisterRepository


@dataclass(frozen=True, slots=True)
class DayReport:
    """How one institution stands on one day; ``open`` is whether it operates then."""

    institution: Institution
    open: bool
    made: frozenset[LogKind]
    missing: tuple[LogKind, ...]

    @property
    def waiting(self) -> bool:
        """Say whether something is still to be reported."""
        return self.open and bool(self.missing)


@dataclass(frozen=True, slots=True)
class DayBoard:
    """All institutions on one day, those that have most to report first."""

    day: date
    reports: tuple[DayReport, ...]

    @property
    def waiting(self) -> int:
        """Return how many have not reported everything yet."""
        return sum(report.waiting for report in self.reports)

    @property
    def expected(self) -> int:
        """Return how many operate on the day."""
        return sum(report.open for report in self.reports)


def read_board(
    database: Database, scope: Scope, day: date, daily: Collection[LogKind], calendar: Workdays
) -> DayBoard:
    """Return the board of a day for the institutions within ``scope``."""
    institutions = PlaceRepository(database).institutions(scope)
    registers = RegisterRepository(database)
    made = registers.logs_of_day(scope, day)
    exceptions = registers.day_exceptions([item.id for item in institutions])
    working = calendar.is_working(day)
    reports = []
    for item in institutions:
        done = made.get(item.id, frozenset())
        closed = item.notice_state is NoticeState.CLOSED
        is_open = not closed and exceptions.get(item.id, {}).get(day, working)
        missing = tuple(kind for kind in daily if kind not in done) if is_open else ()
        reports.append(DayReport(item, is_open, done, missing))
    return DayBoard(day, tuple(sorted(reports, key=lambda report: -len(report.missing))))
