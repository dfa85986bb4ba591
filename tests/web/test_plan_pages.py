"""The plan on the screen: made, changed with a reason, followed in a calendar, kept from others."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import TYPE_CHECKING

from monitor.domain.access import DISTRICT, Role, Scope, ScopeKind
from monitor.domain.alerts import SYSTEM, Actor
from monitor.domain.visits import VisitState
from monitor.store.visits import VisitRepository

if TYPE_CHECKING:
    import httpx

    from monitor.store.users import User
    from tests.web.conftest import Served, World

DATABASES = ["sqlite"]
PLAN = "/inspections/plan"


def _post(client: httpx.Client, path: str, **fields: str) -> httpx.Response:
    page = client.get(PLAN).text
    token = page.partition('name="token" value="')[2].partition('"')[0]
    return client.post(path, data={"token": token, **fields})


def _inspectors(world: World) -> list[User]:
    community = Scope(ScopeKind.COMMUNITY, "梅园街道")
    return [
        world.user("wide1", Role.INSPECTOR),
        world.user("wide2", Role.INSPECTOR),
        world.user("mei", Role.INSPECTOR, community),
    ]


def test_a_month_is_planned_changed_and_counted(served: Served, world: World) -> None:
    people = _inspectors(world)
    visits = VisitRepository(world.database)
    with served.client(world.user("boss", Role.SUPERVISOR)) as boss:
        made = _post(boss, f"{PLAN}/make", month="2026-11")
        assert made.headers["location"] == f"{PLAN}?month=2026-11&made=2"
        assert _post(boss, f"{PLAN}/make", month="2026-11").headers["location"].endswith("made=0")
        assert _post(boss, f"{PLAN}/make", month="2027-06").status_code == 422
        for month in ("9999-12", "soon"):
            assert boss.get(f"{PLAN}?month={month}").status_code == 422
        page = boss.get(PLAN).text
        assert "Wide1" in page
        assert "Mei" in page
        view = next(
            v
            for v in visits.list(DISTRICT, world.now.date().replace(day=1))
            if v.plan.institution_id == "bamboo"
        )
        change = {
            "day": "2026-11-02",
            "announced": "yes",
            "safety": str(people[0].id),
            "health": str(people[1].id),
        }
        here, first = f"{PLAN}/{view.id}", {"version": str(view.version)}
        assert _post(boss, here, **change, **first).status_code == 422  # why?
        foreign = {**change, "health": str(people[2].id)}
        assert _post(boss, here, **foreign, **first, reason="x").status_code == 422
        twice = {**change, "health": str(people[0].id)}
        assert _post(boss, here, **twice, **first, reason="x").status_code == 422
        december = {**change, "day": "2026-12-01"}
        assert _post(boss, here, **december, **first, reason="x").status_code == 422
        assert _post(boss, here, **change, **first, reason="换班").status_code == 303
        assert _post(boss, here, **change, **first, reason="x").status_code == 409
        assert "换班" in boss.get(here).text
    with served.client(people[2]) as other:
        assert other.get(here).status_code == 404  # of another community
    with served.client(people[0]) as mine:
        assert _post(mine, f"{here}/done").status_code == 303
    assert visits.get(DISTRICT, view.id).state is VisitState.DONE
    with served.client(world.user("operator2", Role.AUDITOR)) as reader:
        plan = reader.get("/api/v1/inspections/plan?month=2026-11").json()
        assert (plan["inspected"], plan["institutions"]) == (1, 2)
        assert ">1<small>/2</small>" in reader.get("/").text


def test_a_plan_is_approved_and_what_changed_since_is_counted(served: Served, world: World) -> None:
    people = _inspectors(world)
    visits = VisitRepository(world.database)
    boss = world.user("boss", Role.SUPERVISOR)
    with served.client(boss) as client, served.client(people[0]) as inspector:
        approve = f"{PLAN}/approve"
        assert _post(client, approve, month="2026-11").status_code == 422  # of nothing
        _post(client, f"{PLAN}/make", month="2026-11")
        assert "草案，尚未批准" in inspector.get(PLAN).text
        assert _post(inspector, approve, month="2026-11").status_code == 403
        approved = _post(client, approve, month="2026-11").headers["location"]
        assert approved == f"{PLAN}?month=2026-11&approved=0"  # nobody has a channel of their own
        page = inspector.get(PLAN).text
        assert "Boss (指导中心) 已批准" in page
        assert "此后改动" not in page
        view = visits.list(DISTRICT, world.now.date().replace(day=1))[0]
        later = world.now + timedelta(minutes=1)
        visits.change(DISTRICT, view.id, {"announced": True}, "r", Actor(boss.id, "Boss"), later)
        moved = {"day": view.plan.day + timedelta(days=1)}
        visits.change(DISTRICT, view.id, moved, "by itself", SYSTEM, later)
        assert "此后改动 1 次检查" in client.get(PLAN).text
    community = Scope(ScopeKind.COMMUNITY, "梅园街道")
    with served.client(world.user("street", Role.SUPERVISOR, community)) as client:
        assert _post(client, approve, month="2026-11").status_code == 403


def test_a_visit_leads_to_its_checklist_on_site(served: Served, world: World) -> None:
    people = _inspectors(world)
    visits = VisitRepository(world.database)
    month = world.now.date().replace(day=1)
    with served.client(world.user("boss", Role.SUPERVISOR)) as boss:
        _post(boss, f"{PLAN}/make", month="2026-11")
        _post(boss, f"{PLAN}/make", month="2026-12")
    (view,) = visits.list(Scope(ScopeKind.INSTITUTION, "sunshine"), month)
    (ahead,) = visits.list(Scope(ScopeKind.INSTITUTION, "sunshine"), date(2026, 12, 1))
    with served.client(people[0]) as inspector:
        here = f"{PLAN}/{view.id}"
        assert 'href="tel:021-55550118"' in inspector.get(here).text
        assert f"{PLAN}/{ahead.id}/begin" not in inspector.get(f"{PLAN}/{ahead.id}").text
        assert _post(inspector, f"{PLAN}/{ahead.id}/begin").status_code == 422  # not begun yet
        begun = _post(inspector, f"{here}/begin").headers["location"]
        assert inspector.get(begun).status_code == 200
        assert "继续现场检查" in inspector.get(here).text
        assert _post(inspector, f"{here}/begin").headers["location"] == begun
    with served.client(world.user("reader", Role.AUDITOR)) as reader:
        assert _post(reader, f"{here}/begin").status_code == 403


def test_institutions_do_not_learn_of_unannounced_visits(
    served: Served, world: World, sunshine_staff: User
) -> None:
    _inspectors(world)
    with served.client(world.user("boss", Role.SUPERVISOR)) as boss:
        _post(boss, f"{PLAN}/make", month="2026-11")
    own = Scope(ScopeKind.INSTITUTION, "sunshine")
    month = world.now.date().replace(day=1)
    (view,) = VisitRepository(world.database).list(own, month)
    with served.client(sunshine_staff) as staff:
        assert "还没有检查计划" in staff.get(PLAN).text
        assert staff.get(f"{PLAN}/{view.id}").status_code == 404
        assert staff.get("/api/v1/inspections/plan").json()["visits"] == []


def test_a_calendar_opens_by_its_secret_address_only(served: Served, world: World) -> None:
    inspector, *_ = _inspectors(world)
    with served.client(world.user("boss", Role.SUPERVISOR)) as boss:
        _post(boss, f"{PLAN}/make", month="2026-11")
    with served.client(inspector) as client:
        addresses = []
        for _ in range(2):
            page = _post(client, f"{PLAN}/calendar").text
            address = re.search(r"/calendar/[A-Za-z0-9_-]+\.ics", page)
            assert address is not None
            addresses.append(address[0])
        assert addresses[1] not in client.get(PLAN).text
    with served.client() as stranger:
        feed = stranger.get(addresses[1])
        assert feed.headers["content-type"].startswith("text/calendar")
        assert feed.text.count("BEGIN:VEVENT") == 2
        assert "检查" in feed.text
        assert stranger.get(addresses[0]).status_code != 200  # replaced by the second
        assert stranger.get(f"/calendar/{'x' * 43}.ics").status_code != 200
