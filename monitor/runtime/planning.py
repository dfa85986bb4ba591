"""The month's plan over the store: made once, moved on when a day passed, counted for the page."""

from __future__ import annotations

from datetime import date, timedelta
from zoneinfo import ZoneInfo

from monitor.domain.access import DISTRICT, Role, Scope, ScopeKind
from monitor.domain.alerts import SYSTEM
from monitor.domain.clock import Clock, utc_now
from monitor.domain.errors import InputError
from monitor.domain.places import District, Institution, NoticeState
from monitor.domain.text import Text
from monitor.domain.visits import Coverage, PlannedVisit, VisitKind, VisitState
from monitor.inspections.ical import CalendarEvent
from monitor.inspections.period import shifted
from monitor.inspections.plan import (
    Inspector,
    Standing,
    Visit,
    assign,
    moved,
    plan_month,
    working_days,
)
from monitor.runtime.desk import StoreDesk
from monitor.runtime.risk_desk import RiskDesk
from monitor.settings.planning import Planning
from monitor.store.base import Database
from monitor.store.place_repository import PlaceRepository
from monitor.store.register_repository import RegisterRepository
from monitor.store.user_repository import UserRepository
from monitor.store.users import User
from monitor.store.visits import VisitRepository, VisitView

_CALENDAR_DAYS_BACK = 62
_KINDS = {
    VisitKind.MONTHLY: Text(zh="检查", en="Inspection"),
    VisitKind.REINSPECTION: Text(zh="复查", en="Re-inspection"),
}

_PAIR_FOUND = Text("已找到检查人员", "inspectors were found")
_MONTH_OVER = Text("该月已结束", "its month is over")
_NOT_MADE = Text("当天没有检查", "it was not made on its day")


class PlanDesk:
    """Makes and keeps the plan of inspections."""

    def __init__(
        self,
        database: Database,
        district: District,
        planning: Planning,
        clock: Clock,
        desk: StoreDesk,
        risk: RiskDesk,
    ) -> None:
        self._district = district
        self._planning = planning
        self._clock = clock
        self._desk = desk
        self._risk = risk
        self._places = PlaceRepository(database)
        self._registers = RegisterRepository(database)
        self._users = UserRepository(database)
        self._visits = VisitRepository(database)

    @property
    def today(self) -> date:
        """The district's local day."""
        return utc_now(self._clock).astimezone(ZoneInfo(self._district.timezone)).date()

    def holidays_known(self, month: date) -> bool:
        """Say whether the public holidays of a month's year are known."""
        return self._planning.calendar().knows(month.year)

    def days_left(self, month: date) -> int:
        """Return how many working days of a month are left."""
        return len(working_days(month, self.today, self._planning.calendar()))

    def propose(self, month: date) -> tuple[PlannedVisit, ...]:
        """Return a visit to each institution in what is left of a month; nothing is stored.

        Raises:
            InputError: no working day of the month is left.
        """
        calendar = self._planning.calendar()
        visits: tuple[Visit, ...] = plan_month(month, self._standings(month), self.today, calendar)
        days = working_days(month, self.today, calendar)
        return assign(
            visits,
            self.inspectors(),
            days,
            self._planning.visits_a_day,
            announced=self._planning.announced,
        )

    def make(self, month: date) -> int:
        """Plan a visit for every institution that has none in a month; return how many.

        Visits for which nobody could be found so far get their inspectors, if there are any now.

        Raises:
            InputError: no working day of the month is left.
        """
        now = utc_now(self._clock)
        proposed = self.propose(month)
        added = self._visits.plan(month, proposed, now)
        pairs = {item.institution_id: item for item in proposed if item.safety_inspector}
        for view in self._monthly(DISTRICT, month):
            found = pairs.get(view.plan.institution_id)
            if found and not view.inspectors and view.state is VisitState.PLANNED:
                pair = {
                    "safety_inspector": found.safety_inspector,
                    "health_inspector": found.health_inspector,
                }
                self._visits.change(
                    DISTRICT, view.id, pair, _PAIR_FOUND.kept(), SYSTEM, now, view.version
                )
        return added

    def catch_up(self) -> Text:
        """Move what was not made on its day, close what its month has passed, add the missing."""
        now, today = utc_now(self._clock), self.today
        month = today.replace(day=1)
        closed = self._done_by_checklists(month)
        late = missed = 0
        days = working_days(month, today, self._planning.calendar())
        for old in (shifted(month, -1), month):
            for view in self._monthly(DISTRICT, old):
                if view.state is not VisitState.PLANNED or view.plan.day >= today:
                    continue
                new = moved(view.plan, today, days) if old == month else None
                changes = {"state": VisitState.MISSED.value} if new is None else {"day": new.day}
                reason = _MONTH_OVER if new is None else _NOT_MADE
                self._visits.change(
                    DISTRICT, view.id, changes, reason.kept(), SYSTEM, now, view.version
                )
                late += new is not None
                missed += new is None
        added = self.make(month) if days and self._monthly(DISTRICT, month) else 0
        return Text(
            f"{late} 次检查改期，{missed} 次未做，补排 {added} 次，{closed} 次已完成",
            f"{late} visits moved, {missed} missed, {added} added, {closed} found done",
        )

    def visits(self, scope: Scope, month: date) -> tuple[VisitView, ...]:
        """Return the visits of a month within ``scope``; an institution sees announced ones."""
        found = self._visits.list(scope, month)
        if scope.kind is ScopeKind.INSTITUTION:
            return tuple(view for view in found if view.plan.announced)
        return found

    def coverage(self, scope: Scope, month: date) -> Coverage:
        """Return how many institutions within ``scope`` have been inspected in a month."""
        wanted = {item.id for item in self._inspected(scope)}
        done = late = 0
        for view in self._monthly(scope, month):
            if view.plan.institution_id in wanted:
                done += view.state is VisitState.DONE
                late += view.state is VisitState.PLANNED and view.plan.day < self.today
        return Coverage(month, done, len(wanted), late)

    def inspectors(self) -> tuple[Inspector, ...]:
        """Return everybody who inspects, of the whole district or of a community."""
        return tuple(
            Inspector(user.id, user.scope.id if user.scope.kind is ScopeKind.COMMUNITY else "")
            for user in self.inspecting_users()
        )

    def inspecting_users(self) -> tuple[User, ...]:
        """Return the accounts of everybody who inspects."""
        return tuple(
            user
            for user in self._users.list(DISTRICT)
            if user.active
            and user.role is Role.INSPECTOR
            and user.scope.kind is not ScopeKind.INSTITUTION
        )

    def check_pair(self, institution: Institution, pair: tuple[int | None, int | None]) -> None:
        """Refuse a pair that may not inspect an institution.

        Raises:
            InputError: somebody goes twice, does not inspect, or not in this community.
        """
        given = [user_id for user_id in pair if user_id is not None]
        if len(set(given)) < len(given):
            raise InputError(
                Text("检查须由两个不同的人进行", "two different people inspect"), where="inspectors"
            )
        able = {p.user_id for p in self.inspectors() if p.covers(institution.community)}
        if not set(given) <= able:
            raise InputError(
                Text("这个人不能在此检查", "this person may not inspect here"), where="inspectors"
            )

    def calendar(self, user: User) -> tuple[CalendarEvent, ...]:
        """Return the visits of an inspector for a calendar, in the inspector's language."""
        since = self.today - timedelta(days=_CALENDAR_DAYS_BACK)
        places = {item.id: item for item in self._places.institutions(DISTRICT)}
        names = {item.id: item.display_name for item in self.inspecting_users()}
        chinese = user.language == "zh"
        events = []
        for view in self._visits.of_inspector(user.id, since):
            place = places.get(view.plan.institution_id)
            if place is None:
                continue
            others = [names.get(key, "") for key in view.inspectors if key != user.id]
            mine = view.plan.safety_inspector == user.id
            part = ("安全" if mine else "卫生") if chinese else ("safety" if mine else "health")
            with_whom = ("同行：" if chinese else "with ") + "、".join(others) if others else ""
            title = place.name.of(user.language)
            events.append(
                CalendarEvent(
                    uid=f"visit-{view.id}@{self._district.id}.kanhu",
                    day=view.plan.day,
                    title=f"{_KINDS[view.plan.kind].of(user.language)} ({part}): {title}",
                    place=place.address,
                    description=with_whom,
                    version=view.version,
                    updated=view.updated,
                    cancelled=view.state in (VisitState.CANCELLED, VisitState.MISSED),
                )
            )
        return tuple(events)

    def _inspected(self, scope: Scope) -> tuple[Institution, ...]:
        return tuple(
            item
            for item in self._places.institutions(scope)
            if item.notice_state is not NoticeState.CLOSED
        )

    def _standings(self, month: date) -> list[Standing]:
        before = self._monthly(DISTRICT, shifted(month, -1))
        missed = {v.plan.institution_id for v in before if v.state is VisitState.MISSED}
        wanted = {item.id for item in self._inspected(DISTRICT)}
        exceptions = self._registers.day_exceptions(sorted(wanted))
        last = self._visits.last_done(self.today)
        return [
            Standing(
                one.institution.id,
                score=one.score.total,
                parts={part.factor.value: part.points for part in one.score.parts},
                last=last.get(one.institution.id),
                missed=one.institution.id in missed,
                closed=frozenset(
                    day
                    for day, is_open in exceptions.get(one.institution.id, {}).items()
                    if not is_open
                ),
                community=one.institution.community,
            )
            for one in self._risk.assess_all(DISTRICT)
            if one.institution.id in wanted
        ]

    def _monthly(self, scope: Scope, month: date) -> tuple[VisitView, ...]:
        return tuple(
            view for view in self._visits.list(scope, month) if view.plan.kind is VisitKind.MONTHLY
        )

    def _done_by_checklists(self, month: date) -> int:
        now = utc_now(self._clock)
        return sum(
            self._visits.record_done(item.institution_id, month, SYSTEM, now)
            for item in self._desk.list(DISTRICT, month)
            if item.blank == 0
        )
