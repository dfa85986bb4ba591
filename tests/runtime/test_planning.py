"""The month's plan is made once, caught up after a pause, moved on, and told the day before."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from sqlalchemy import select

from monitor.domain.access import DISTRICT, Role, Scope, ScopeKind
from monitor.domain.alerts import SYSTEM, Actor
from monitor.domain.clock import ManualClock, to_datetime, utc_now
from monitor.domain.registers import Entry, Paper, PaperKind, StaffMember, StaffRole
from monitor.domain.visits import VisitState
from monitor.runtime.desk import StoreDesk
from monitor.runtime.environment import Environment
from monitor.runtime.planning import PlanDesk
from monitor.runtime.reminders import ExpiryReminders
from monitor.runtime.risk_desk import RiskDesk
from monitor.runtime.service_process import Jobs
from monitor.store.base import Database
from monitor.store.outbox import OutboxRow
from monitor.store.outbox_repository import OutboxRepository
from monitor.store.place_repository import PlaceRepository
from monitor.store.register_repository import RegisterRepository
from monitor.store.user_repository import UserRepository
from monitor.store.users import NewUser
from monitor.store.visits import VisitRepository

NOVEMBER, DECEMBER = date(2026, 11, 1), date(2026, 12, 1)
DAY = 86400.0
CONFIG: dict[str, Any] = {
    "version": 1,
    "service": {"data_dir": "data"},
    "district": {"id": "d", "name": {"zh": "区", "en": "District"}},
    "notify": {
        "channels": [
            {"id": "duty", "url": "json://127.0.0.1/duty"},
            {"id": "sun", "url": "json://127.0.0.1/sun", "institutions": ["i00"], "language": "en"},
        ]
    },
    "institutions": [
        {
            "id": f"i{number:02}",
            "name": {"zh": f"{number}号园", "en": f"Nursery {number}"},
            "community": ("梅园", "竹园")[number % 2],
        }
        for number in range(6)
    ],
}
Load = Callable[[], Environment]


@pytest.fixture
def environment(tmp_path: Path, database: Database, clock: ManualClock) -> Environment:
    path = tmp_path / "district.yaml"
    path.write_text(yaml.safe_dump(CONFIG, allow_unicode=True), "utf-8")
    loaded = Environment.load(path)
    now = to_datetime(clock.now())
    PlaceRepository(database).sync(loaded.district, now)
    users = UserRepository(database)
    for name, scope in (
        ("wide1", DISTRICT),
        ("wide2", DISTRICT),
        ("mei", Scope(ScopeKind.COMMUNITY, "梅园")),
        ("zhu", Scope(ScopeKind.COMMUNITY, "竹园")),
    ):
        users.create(NewUser(name, name, Role.INSPECTOR, scope), "a fine long password", now)
    return loaded


def desk(environment: Environment, database: Database, clock: ManualClock) -> PlanDesk:
    district = environment.district
    inner = StoreDesk(database, district, clock)
    risk = RiskDesk(database, district.timezone, environment.settings.risk.policy(), clock)
    return PlanDesk(database, district, environment.settings.planning, clock, inner, risk)


def planned(database: Database, month: date) -> dict[str, date]:
    visits = VisitRepository(database).list(DISTRICT, month)
    return {view.plan.institution_id: view.plan.day for view in visits}


def outbox(database: Database) -> list[tuple[str, str]]:
    with database.reading() as session:
        rows = session.scalars(select(OutboxRow).order_by(OutboxRow.id))
        return [(row.channel_id, row.title) for row in rows]


def test_several_services_make_one_plan_with_two_inspectors_each(
    environment: Environment, database: Database, clock: ManualClock
) -> None:
    services = [Jobs(environment, database, clock) for _ in range(3)]
    threads = [threading.Thread(target=service.monthly_plan) for service in services]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    visits = VisitRepository(database).list(DISTRICT, NOVEMBER)
    assert len(visits) == 6
    assert all(len(set(view.inspectors)) == 2 for view in visits)
    assert planned(database, DECEMBER) == {}


def test_the_next_month_is_planned_ahead_and_a_pause_over_the_first_is_caught_up(
    environment: Environment, database: Database, clock: ManualClock
) -> None:
    jobs = Jobs(environment, database, clock)
    jobs.monthly_plan()
    clock.advance(25 * DAY)  # 27 November
    jobs.monthly_plan()
    assert len(planned(database, DECEMBER)) == 6
    clock.advance(50 * DAY)  # the first of January slept through
    for _ in range(2):
        jobs.monthly_plan()
    january = planned(database, date(2027, 1, 1))
    assert len(january) == 6
    assert min(january.values()) >= date(2027, 1, 16)


def test_the_order_is_that_of_the_risk_scores_and_says_why(
    environment: Environment, database: Database, clock: ManualClock
) -> None:
    registers, now = RegisterRepository(database), utc_now(clock)
    for place, papers in (("i03", 2), ("i05", 1)):
        expired = [
            Paper(kind, "1", None, date(2026, 10, 1))
            for kind in (PaperKind.INSURANCE, PaperKind.FOOD_LICENCE)[:papers]
        ]
        registers.put(place, expired, now)
    policy = environment.settings.risk.policy()
    risk = RiskDesk(database, environment.district.timezone, policy, clock)
    scores = {one.institution.id: one.score for one in risk.assess_all(DISTRICT)}
    proposed = desk(environment, database, clock).propose(NOVEMBER)
    order = [visit.institution_id for visit in proposed]
    assert order == ["i03", "i05", "i00", "i01", "i02", "i04"]
    assert [visit.weight for visit in proposed] == [scores[key].total for key in order]
    assert proposed[0].reasons == {"documents": scores["i03"].total}
    assert scores["i03"].total > scores["i05"].total > 0


def test_a_visit_not_made_is_moved_on_and_in_the_end_owed(
    environment: Environment, database: Database, clock: ManualClock
) -> None:
    plans, visits = desk(environment, database, clock), VisitRepository(database)
    plans.make(NOVEMBER)
    first, *_ = visits.list(DISTRICT, NOVEMBER)
    now = utc_now(clock)
    assert visits.record_done(first.plan.institution_id, NOVEMBER, SYSTEM, now)
    assert not visits.record_done(first.plan.institution_id, NOVEMBER, SYSTEM, now)
    assert plans.coverage(DISTRICT, NOVEMBER).done == 1
    clock.advance(18 * DAY)  # 20 November
    assert plans.coverage(DISTRICT, NOVEMBER).late > 0
    plans.catch_up()
    assert plans.coverage(DISTRICT, NOVEMBER).late == 0
    open_days = {
        v.plan.day for v in visits.list(DISTRICT, NOVEMBER) if v.state is VisitState.PLANNED
    }
    assert min(open_days) >= date(2026, 11, 20)
    clock.advance(12 * DAY)  # 2 December
    plans.make(DECEMBER)
    plans.catch_up()
    states = [view.state for view in visits.list(DISTRICT, NOVEMBER)]
    assert states.count(VisitState.MISSED) == 5
    clock.advance(5 * DAY)
    owed = [visit for visit in plans.propose(DECEMBER) if visit.reasons.get("missed")]
    assert len(owed) == 5
    moved = visits.history(visits.list(DISTRICT, NOVEMBER)[-1].id)
    assert {change.by for change in moved} == {"system"}


def test_inspectors_who_come_later_are_given_the_visits_that_wait_for_them(
    environment: Environment, database: Database, clock: ManualClock
) -> None:
    users = UserRepository(database)
    everybody = users.list(DISTRICT)
    for user in everybody:
        users.set_active(user.id, active=False)
    plans, visits = desk(environment, database, clock), VisitRepository(database)
    assert plans.make(NOVEMBER) == 6
    assert not any(view.inspectors for view in visits.list(DISTRICT, NOVEMBER))
    for user in everybody:
        users.set_active(user.id, active=True)
    plans.catch_up()
    assert all(len(view.inspectors) == 2 for view in visits.list(DISTRICT, NOVEMBER))


def test_an_institution_sees_announced_visits_only(
    environment: Environment, database: Database, clock: ManualClock
) -> None:
    plans, visits = desk(environment, database, clock), VisitRepository(database)
    plans.make(NOVEMBER)
    own = Scope(ScopeKind.INSTITUTION, "i00")
    assert plans.visits(own, NOVEMBER) == ()
    (view,) = visits.list(own, NOVEMBER)
    boss = Actor(None, "boss")
    visits.change(own, view.id, {"announced": True}, "first visit", boss, utc_now(clock))
    assert len(plans.visits(own, NOVEMBER)) == 1


def test_tomorrow_s_visits_are_told_once_and_not_to_institutions(
    environment: Environment, database: Database, clock: ManualClock
) -> None:
    plans = desk(environment, database, clock)
    plans.make(NOVEMBER)
    visits = VisitRepository(database)
    view = visits.list(DISTRICT, NOVEMBER)[0]
    tomorrow = {"day": plans.today + timedelta(days=1)}
    visits.change(DISTRICT, view.id, tomorrow, "r", SYSTEM, utc_now(clock))
    jobs = [Jobs(environment, database, clock) for _ in range(2)]
    clock.advance(8 * 3600)  # half past five in the afternoon
    for service in jobs:
        service.daily_reminders()
    titles = [(channel, title) for channel, title in outbox(database) if "检查" in title]
    assert titles == [("duty", f"明日（{tomorrow['day']}）检查 1 家机构")]


def test_each_end_is_told_once_a_step_and_a_step_slept_through_is_not_made_up_for(
    environment: Environment, database: Database, clock: ManualClock
) -> None:
    registers = RegisterRepository(database)
    now: datetime = utc_now(clock)
    today = date(2026, 11, 2)
    entries: list[Entry] = [
        Paper(PaperKind.NOTICE, "1", None, today + timedelta(days=100)),
        StaffMember("S1", "陈静", StaffRole.COOK, health_certificate_expires=today),
    ]
    registers.put("i00", entries, now)
    reminders = ExpiryReminders(environment, database, clock)
    told = [reminders.run() for _ in range(2)]
    assert [text.en for text in told] == ["1 reminders told", "0 reminders told"]
    assert outbox(database) == [
        ("duty", "0号园：1 项即将或已经到期"),
        ("sun", "Nursery 0: 1 ending soon or ended"),
    ]
    counts = []
    for days in (40, 5, 30, 24, 2):  # 60, 55, 25, 1 and -1 days before the Notice ends
        clock.advance(days * DAY)
        counts.append(reminders.run())
    assert [text.en.split()[0] for text in counts] == ["2", "0", "1", "1", "1"]
    bodies = OutboxRepository(database).lease("t", utc_now(clock))
    assert all("陈静" not in notice.body and notice.alert_id is None for notice in bodies)


def test_reminders_from_several_services_go_out_once(
    environment: Environment, database: Database, clock: ManualClock
) -> None:
    paper = Paper(PaperKind.NOTICE, "1", None, date(2026, 11, 20))
    RegisterRepository(database).put("i01", [paper], utc_now(clock))
    several = [ExpiryReminders(environment, database, clock) for _ in range(3)]
    threads = [threading.Thread(target=item.run) for item in several]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [channel for channel, _ in outbox(database)] == ["duty"]
