"""Re-inspections in the plan: a day, two inspectors, and moved on until they are made."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta

from monitor.domain.access import DISTRICT, Scope, ScopeKind
from monitor.domain.alerts import SYSTEM
from monitor.domain.clock import Clock, utc_now
from monitor.domain.findings import FindingState
from monitor.domain.places import Institution
from monitor.domain.text import Text
from monitor.domain.visits import PlannedVisit, VisitKind, VisitState
from monitor.inspections.plan import Standing, Visit, assign
from monitor.runtime.planning import PlanDesk
from monitor.settings.planning import Planning
from monitor.store.base import Database
from monitor.store.finding_views import FindingView
from monitor.store.place_repository import PlaceRepository
from monitor.store.register_repository import RegisterRepository
from monitor.store.reinspections import ReinspectionRepository
from monitor.store.visits import VisitRepository

_LONGEST_DAYS = 31
"""So far ahead a day is looked for where the findings leave more time."""
_NOTHING_LEFT = Text("没有需要复查的问题了", "nothing is left to look at again")
_NOT_MADE = Text("当天没有复查", "it was not made on its day")


class ReinspectionDesk:
    """Plans a visit for what institutions report as put right."""

    def __init__(
        self, database: Database, planning: Planning, clock: Clock, plans: PlanDesk
    ) -> None:
        self._planning = planning
        self._clock = clock
        self._plans = plans
        self._places = PlaceRepository(database)
        self._registers = RegisterRepository(database)
        self._visits = VisitRepository(database)
        self._again = ReinspectionRepository(database)

    def plan(self, scope: Scope = DISTRICT) -> int:
        """Plan a re-inspection wherever something waits for one; return how many institutions."""
        waiting = self._again.waiting(scope)
        places = {item.id: item for item in self._places.institutions(DISTRICT)}
        now = utc_now(self._clock)
        return sum(
            bool(self._again.plan(self._proposed(places[key], findings), now))
            for key, findings in waiting.items()
            if key in places
        )

    def plan_for(self, institution_id: str) -> int:
        """Plan a re-inspection of one institution if something waits there; say if it did."""
        return self.plan(Scope(ScopeKind.INSTITUTION, institution_id))

    def catch_up(self) -> Text:
        """Move on what was not made on its day, call off what has nothing left, plan the rest."""
        now, today = utc_now(self._clock), self._plans.today
        moved = ended = 0
        for view in self._again.planned():
            states = {item.finding.state for item in self._again.findings(view.id)}
            if FindingState.CORRECTED not in states:
                changes: dict[str, object] = {"state": VisitState.CANCELLED.value}
                reason = _NOTHING_LEFT
                ended += 1
            elif view.plan.day < today:
                day = self._days(today, today + timedelta(days=_LONGEST_DAYS))[0]
                changes = {"day": day, "month": day.replace(day=1)}
                reason = _NOT_MADE
                moved += 1
            else:
                continue
            self._visits.change(
                DISTRICT, view.id, changes, reason.kept(), SYSTEM, now, view.version
            )
        planned = self.plan()
        return Text(
            f"{moved} 次复查改期，取消 {ended} 次，安排 {planned} 次",
            f"{moved} re-inspections moved, {ended} called off, {planned} planned",
        )

    def _proposed(self, place: Institution, findings: Sequence[FindingView]) -> PlannedVisit:
        first = self._plans.today + timedelta(days=1)
        last = max(first, min(item.reinspect_by for item in findings))
        last = min(last, first + timedelta(days=_LONGEST_DAYS))
        closed = self._registers.day_exceptions([place.id]).get(place.id, {})
        shut = frozenset(day for day, is_open in closed.items() if not is_open)
        days = self._days(first, last)
        wished = self._with_the_monthly_visit(place.id, days)
        standing = Standing(place.id, closed=shut, community=place.community)
        (planned,) = assign(
            [Visit(place.id, wished, 0.0, standing)],
            self._plans.inspectors(),
            days,
            self._planning.visits_a_day,
            announced=self._planning.announced,
            busy=self._busy(days),
        )
        return PlannedVisit(
            place.id,
            planned.day,
            planned.safety_inspector,
            planned.health_inspector,
            reasons={"findings": float(len(findings))},
            announced=planned.announced,
            kind=VisitKind.REINSPECTION,
        )

    def _with_the_monthly_visit(self, institution_id: str, days: Sequence[date]) -> date:
        """Return the day of the monthly visit where it falls in time, else the first day."""
        own = Scope(ScopeKind.INSTITUTION, institution_id)
        planned = [
            view.plan.day
            for view in self._visits.between(own, days[0], days[-1])
            if view.state is VisitState.PLANNED and view.plan.day in days
        ]
        return planned[0] if planned else days[0]

    def _busy(self, days: Sequence[date]) -> Counter[tuple[int, date]]:
        return Counter(
            (user_id, view.plan.day)
            for view in self._visits.between(DISTRICT, days[0], days[-1])
            for user_id in view.inspectors
        )

    def _days(self, first: date, last: date) -> tuple[date, ...]:
        """Return the working days between two days, or the next one after them."""
        calendar = self._planning.calendar()
        found = calendar.between(first, last)
        while not found:
            last += timedelta(days=1)
            found = calendar.between(first, last)
        return found
