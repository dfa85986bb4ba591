"""What was reported as put right is looked at on a visit of its own, planned once and moved on."""

from __future__ import annotations

import threading
from datetime import date, timedelta

import pytest

from monitor.domain.access import DISTRICT
from monitor.domain.alerts import SYSTEM, Actor
from monitor.domain.checklists import ItemSeverity
from monitor.domain.clock import ManualClock, utc_now
from monitor.domain.findings import FindingAction, NewFinding
from monitor.domain.text import Text
from monitor.domain.visits import VisitKind, VisitState
from monitor.runtime.desk import StoreDesk
from monitor.runtime.environment import Environment
from monitor.runtime.reinspecting import ReinspectionDesk
from monitor.store.base import Database
from monitor.store.finding_repository import FindingRepository
from monitor.store.findings import raise_findings
from monitor.store.reinspections import ReinspectionRepository
from monitor.store.visits import VisitRepository, VisitView
from tests.runtime.test_planning import DAY, NOVEMBER, desk, environment

HEAD, CHIEF = Actor(900, "head"), Actor(901, "chief")
__all__ = ["environment"]


def again_of(environment: Environment, database: Database, clock: ManualClock) -> ReinspectionDesk:
    plans = desk(environment, database, clock)
    return ReinspectionDesk(database, environment.settings.planning, clock, plans)


def put_right(
    environment: Environment, database: Database, clock: ManualClock, *items: str
) -> list[int]:
    now, day = utc_now(clock), date(2026, 11, 2)
    (saved,) = StoreDesk(database, environment.district, clock).make(DISTRICT, NOVEMBER, "i00")
    wrong = Text("不合格", "wrong")
    new = [
        NewFinding(
            item,
            ItemSeverity.MAJOR,
            wrong,
            "",
            day + timedelta(days=5),
            day + timedelta(days=9),
            day,
            photo_needed=False,
        )
        for item in items
    ]
    with database.transaction() as session:
        raise_findings(session, "i00", saved.view.id, new, SYSTEM, now)
    findings = FindingRepository(database)
    ids = [one.id for one in findings.list(DISTRICT) if one.item_id in items]
    for key in ids:
        findings.act(DISTRICT, key, FindingAction.CORRECT, HEAD, now, text="done")
    return ids


def reinspections(database: Database) -> list[VisitView]:
    return list(ReinspectionRepository(database).planned())


def test_several_services_plan_one_visit_and_later_claims_join_it(
    environment: Environment, database: Database, clock: ManualClock
) -> None:
    ids = put_right(environment, database, clock, "S-01", "S-02")
    services = [again_of(environment, database, clock) for _ in range(3)]
    threads = [threading.Thread(target=service.plan) for service in services]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    (view,) = reinspections(database)
    assert view.plan.kind is VisitKind.REINSPECTION
    assert len(set(view.inspectors)) == 2
    assert date(2026, 11, 2) < view.plan.day <= date(2026, 11, 11)  # by when the template says
    ids += put_right(environment, database, clock, "S-03")
    again = again_of(environment, database, clock)
    assert again.plan_for("i01") == 0
    assert again.plan_for("i00") == 1
    (same,) = reinspections(database)
    looked_at = ReinspectionRepository(database).findings(same.id)
    assert [item.finding.id for item in looked_at] == ids


def test_it_is_no_monthly_visit_and_does_not_count_for_coverage(
    environment: Environment, database: Database, clock: ManualClock
) -> None:
    put_right(environment, database, clock, "S-01")
    plans, visits = desk(environment, database, clock), VisitRepository(database)
    again_of(environment, database, clock).plan()
    (view,) = reinspections(database)
    done = {"state": VisitState.DONE.value}
    visits.change(DISTRICT, view.id, done, "", SYSTEM, utc_now(clock))
    assert plans.coverage(DISTRICT, NOVEMBER).done == 0
    assert plans.make(NOVEMBER) == 6
    assert visits.record_done("i00", NOVEMBER, SYSTEM, utc_now(clock))
    assert plans.coverage(DISTRICT, NOVEMBER).done == 1
    # Nobody has looked at it, whatever the paper says: it is planned anew.
    assert again_of(environment, database, clock).plan() == 1


@pytest.mark.parametrize("closed", [False, True])
def test_it_moves_on_over_the_end_of_its_month_until_nothing_is_left(
    environment: Environment, database: Database, clock: ManualClock, *, closed: bool
) -> None:
    ids = put_right(environment, database, clock, "S-01")
    again = again_of(environment, database, clock)
    again.plan()
    (before,) = reinspections(database)
    clock.advance(32 * DAY)  # 4 December
    if closed:
        act = FindingRepository(database).act
        act(DISTRICT, ids[0], FindingAction.CLOSE, CHIEF, utc_now(clock), text="seen")
    said = again.catch_up()
    if closed:
        assert said.en == "0 re-inspections moved, 1 called off, 0 planned"
        assert reinspections(database) == []
        return
    assert said.en == "1 re-inspections moved, 0 called off, 0 planned"
    (after,) = reinspections(database)
    assert (after.id, after.month, after.plan.day) == (
        before.id,
        date(2026, 12, 1),
        date(2026, 12, 4),
    )
