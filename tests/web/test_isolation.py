"""What lies outside somebody's scope does not exist for them, whichever way they ask."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from monitor.domain.access import DISTRICT, Role, Scope, ScopeKind

if TYPE_CHECKING:
    from monitor.store.users import User
    from tests.web.conftest import Served, World


@pytest.fixture
def foreign(world: World) -> dict[str, int]:
    """Return ids of an alert, its evidence and a checklist of the other institution."""
    alert = world.raise_alert("bamboo-hall", "crowding")
    desk = world.context.inspections
    month = world.now.date().replace(day=1)
    desk.generate(DISTRICT, month, "bamboo")
    return {"alert": alert, "evidence": 1, "checklist": desk.list(DISTRICT, month)[0].id}


def test_an_institution_does_not_see_another(
    served: Served, sunshine_staff: User, foreign: dict[str, int]
) -> None:
    staff = served.client(sunshine_staff)
    reader = served.client(served.world.user("head", Role.SUPERVISOR, sunshine_staff.scope))
    hidden = (
        f"/alerts/{foreign['alert']}",
        "/institutions/bamboo",
        "/rooms/bamboo-hall",
        "/cameras/bamboo-hall-1",
        f"/inspections/{foreign['checklist']}",
        f"/inspections/{foreign['checklist']}/report.pdf",
        f"/api/v1/alerts/{foreign['alert']}",
        f"/api/v1/evidence/{foreign['evidence']}",
        "/api/v1/institutions/bamboo",
        "/api/v1/cameras/bamboo-hall-1",
        "/api/v1/cameras/bamboo-hall-1/still",
    )
    for client in (staff, reader):
        for path in hidden:
            assert client.get(path).status_code == 404, path
        for path in ("/", "/alerts", "/institutions", "/inspections", "/alerts?institution=bamboo"):
            page = client.get(path)
            assert page.status_code == 200
            assert "竹林" not in page.text, path
            assert "bamboo-" not in page.text, path
        for path in ("/api/v1/alerts", "/api/v1/institutions", "/api/v1/cameras"):
            assert "bamboo" not in client.get(path).text, path
        client.close()


def test_an_institution_cannot_act_on_another(
    served: Served, world: World, sunshine_staff: User, foreign: dict[str, int]
) -> None:
    with served.client(sunshine_staff) as staff:
        action = {"action": "resolve", "reason": "not mine"}
        path = f"/api/v1/alerts/{foreign['alert']}/actions"
        assert staff.post(path, json=action).status_code == 404
        sdp = {"Content-Type": "application/sdp"}
        live = staff.post("/api/v1/live/bamboo-hall-1", content="v=0", headers=sdp)
        assert live.status_code == 404
        assert staff.delete("/api/v1/live/bamboo-hall-1/session-1").status_code == 404
    assert world.alert_state(foreign["alert"]) == "open"
    assert world.workers.offers == []
    assert world.workers.closed == []


def test_checklists_are_made_within_the_scope_only(served: Served, world: World) -> None:
    scope = Scope(ScopeKind.COMMUNITY, "梅园街道")
    inspector = world.user("inspector", Role.INSPECTOR, scope)
    with served.client(inspector) as client:
        token = _token(client.get("/inspections").text)
        month = {"token": token, "month": "2026-11"}
        assert client.post("/inspections/generate", data=month).status_code == 303
        other = {**month, "institution": "bamboo"}
        assert client.post("/inspections/generate", data=other).status_code == 404
    made = world.context.inspections.list(DISTRICT, world.now.date().replace(day=1))
    assert [item.institution_id for item in made] == ["sunshine"]


def test_a_community_sees_its_institutions(served: Served, world: World) -> None:
    world.raise_alert("sunshine-toddler")
    world.raise_alert("bamboo-hall", "crowding")
    scope = Scope(ScopeKind.COMMUNITY, "竹园街道")
    with served.client(world.user("zhu", Role.OPERATOR, scope)) as client:
        page = client.get("/").text
        assert "竹林托育中心" in page
        assert "阳光托育园" not in page


def _token(html: str) -> str:
    return html.partition('name="token" value="')[2].partition('"')[0]
