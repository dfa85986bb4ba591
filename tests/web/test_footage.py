"""Exports on pages and by the API, and the register that tells of them."""

from __future__ import annotations

import csv
import io
import json
from typing import TYPE_CHECKING

import httpx
import pytest

from monitor.domain.access import DISTRICT, Role, Scope, ScopeKind
from monitor.domain.access_register import AccessKind
from monitor.domain.clock import ManualClock
from monitor.store.access_register import AccessRegister
from monitor.store.exports import ExportRepository

if TYPE_CHECKING:
    from monitor.store.users import User
    from tests.web.conftest import Served, World

DATABASES = ["sqlite"]


def _form(client: httpx.Client) -> dict[str, str]:
    page = client.get("/account").text
    return {"token": page.partition('name="token" value="')[2].partition('"')[0]}


def _ready(world: World, export_id: int) -> None:
    """Store a package as the maker does."""
    exports = ExportRepository(world.database)
    claimed = exports.claim(world.now)
    assert claimed is not None
    exports.finish(export_id, world.files.write(f"exports/{export_id}.zip", b"zipped"), world.now)


def test_an_export_goes_its_whole_way(served: Served, world: World, operator: User) -> None:
    alert = world.raise_alert()
    head = world.user("head", Role.SUPERVISOR)
    with served.client(operator) as asking, served.client(head) as deciding:
        form = {**_form(asking), "reason": "公安调取"}
        assert asking.post(f"/alerts/{alert}/export", data=form).status_code == 303
        assert asking.post(f"/alerts/{alert}/export", data=form).status_code == 409
        assert "待审批" in asking.get("/exports").text
        assert asking.get("/exports/1/package").status_code == 409, "not approved yet"
        verdict = {**_form(asking), "verdict": "approve", "reason": "me"}
        assert asking.post("/exports/1/decide", data=verdict).status_code == 403
        page = deciding.get("/exports").text
        assert "公安调取" in page
        assert "Wang (指导中心)" in page
        decide = {**_form(deciding), "verdict": "approve"}
        assert deciding.post("/exports/1/decide", data=decide).status_code == 422, "say why"
        decide["reason"] = "手续齐全"
        assert deciding.post("/exports/1/decide", data=decide).status_code == 303
        assert deciding.post("/exports/1/decide", data=decide).status_code == 409
        _ready(world, 1)
        assert "手续齐全" in asking.get("/exports").text
        package = asking.get("/exports/1/package")
        assert (package.status_code, package.content) == (200, b"zipped")
        assert package.headers["content-type"] == "application/zip"
        assert deciding.get("/exports/1/package").status_code == 404, "only who asked fetches it"
    register = AccessRegister(world.database)
    kinds = [entry.access.kind for entry in register.search(DISTRICT).entries]
    assert kinds == [
        AccessKind.EXPORT_DOWNLOADED,
        AccessKind.EXPORT_MADE,
        AccessKind.EXPORT_APPROVED,
        AccessKind.EXPORT_REQUESTED,
    ]
    assert register.verify().sound


def test_supervisors_do_not_decide_for_themselves_nor_admins_at_all(
    served: Served, world: World
) -> None:
    alert = world.raise_alert()
    with served.client(world.user("head", Role.SUPERVISOR)) as head:
        form = {**_form(head), "reason": "x"}
        head.post(f"/alerts/{alert}/export", data=form)
        own = head.post("/exports/1/decide", data={**form, "verdict": "approve"})
        assert own.status_code == 403
        assert "须由他人审批" in head.get("/exports").text
    with served.client(world.user("admin", Role.ADMIN)) as admin:
        form = {**_form(admin), "reason": "x", "verdict": "approve"}
        assert admin.post("/exports/1/decide", data=form).status_code == 403


def test_what_lies_outside_the_scope_is_not_exported_or_viewed(
    served: Served, world: World, sunshine_staff: User
) -> None:
    alert = world.raise_alert("bamboo-hall", "crowding")
    with served.client(world.user("wang")) as client:
        client.post(f"/alerts/{alert}/export", data={**_form(client), "reason": "x"})
    scope = sunshine_staff.scope
    head = world.user("head", Role.SUPERVISOR, scope)
    auditor = world.user("auditor", Role.AUDITOR, scope)
    with served.client(sunshine_staff) as staff:
        form = {**_form(staff), "reason": "x"}
        for path in (f"/alerts/{alert}/view", f"/alerts/{alert}/export"):
            assert staff.post(path, data=form).status_code == 404, path
        for path in (f"/api/v1/alerts/{alert}/viewings", f"/api/v1/alerts/{alert}/exports"):
            assert staff.post(path, json={"reason": "x"}).status_code == 404, path
        for path in ("/exports/1/package", "/api/v1/exports/1/package"):
            assert staff.get(path).status_code == 404, path
        assert staff.get("/api/v1/exports").json() == []
    with served.client(head) as client:
        assert "竹林" not in client.get("/exports").text
        form = {**_form(client), "reason": "x", "verdict": "approve"}
        assert client.post("/exports/1/decide", data=form).status_code == 404
    with served.client(auditor) as client:
        assert "Wang" not in client.get("/register").text
        form = {**_form(client), "reason": "audit", "year": "2026", "form": "json"}
        assert client.post("/register/export", data=form).json() == []


def test_a_program_asks_for_an_export(served: Served, world: World, operator: User) -> None:
    alert = world.raise_alert()
    with served.client(operator) as client:
        path = f"/api/v1/alerts/{alert}/exports"
        assert client.post(path, json={"reason": " "}).status_code == 422
        asked = client.post(path, json={"reason": "court", "faces": "shown"})
        assert asked.status_code == 201
        assert (asked.json()["state"], asked.json()["faces"]) == ("requested", "shown")
        assert [item["id"] for item in client.get("/api/v1/exports").json()] == [1]


@pytest.fixture
def audited(world: World) -> None:
    """Let somebody look at recordings of both institutions, once with a hostile reason."""
    for room, rule in (("sunshine-toddler", "unattended_child"), ("bamboo-hall", "crowding")):
        world.raise_alert(room, rule)


def test_an_auditor_searches_checks_and_takes_a_year_along(
    served: Served, world: World, operator: User, audited: None
) -> None:
    with served.client(operator) as client:
        for alert, reason in ((1, "家长询问"), (2, "=HYPERLINK(evil)")):
            client.post(f"/api/v1/alerts/{alert}/viewings", json={"reason": reason})
        assert client.get("/register").status_code == 403
    with served.client(world.user("auditor", Role.AUDITOR)) as client:
        page = client.get("/register").text
        assert "家长询问" in page
        assert "指导中心" in page
        assert "127.0.0.1" in page
        assert "竹林" in client.get("/register?institution=bamboo").text
        assert "家长询问" not in client.get("/register?institution=bamboo").text
        assert "没有符合条件" in client.get("/register?person=nobody").text
        assert "家长询问" in client.get("/register?person=wan&since=2026-11-02&kind=viewed").text
        assert client.get("/register?kind=x").status_code == 422
        assert client.get("/register?since=x").status_code == 422
        assert "校验通过，共 2 条" in client.get("/register?verify=true").text
        form = {**_form(client), "year": "2026", "form": "csv"}
        assert client.post("/register/export", data=form).status_code == 422, "say why"
        form["reason"] = "年度归档"
        taken = client.post("/register/export", data=form)
        rows = list(csv.DictReader(io.StringIO(taken.text.removeprefix("\ufeff"))))
        assert [row["kind"] for row in rows] == ["viewed", "viewed", "register_exported"]
        assert rows[1]["reason"] == "'=HYPERLINK(evil)", "a spreadsheet runs nothing"
        assert json.loads(rows[0]["what"])["room"] == "sunshine-toddler"
        assert rows[1]["former"] == rows[0]["hash"]
        as_json = client.post("/register/export", data={**form, "form": "json"}).json()
        assert len(as_json) == 4
        assert as_json[1]["reason"] == "=HYPERLINK(evil)"
        empty = client.post("/register/export", data={**form, "year": "2020", "form": "json"})
        assert empty.json() == []


def test_the_checklist_counts_who_looked(
    served: Served, world: World, operator: User, clock: ManualClock
) -> None:
    world.raise_alert()
    with served.client(operator) as client:
        client.post("/api/v1/alerts/1/viewings", json={"reason": "家长询问"})
    clock.advance(60)
    month = world.now.date().replace(day=1)
    world.context.inspections.generate(DISTRICT, month, "sunshine")
    with served.client(world.user("head", Role.SUPERVISOR)) as client:
        assert "本期调阅1次，其中0次无事由或未批准" in client.get("/inspections/1").text


def test_a_scoped_auditor_sees_their_part(served: Served, world: World, operator: User) -> None:
    world.raise_alert()
    world.raise_alert("bamboo-hall", "crowding")
    with served.client(operator) as client:
        for alert in (1, 2):
            client.post(f"/api/v1/alerts/{alert}/viewings", json={"reason": f"reason {alert}"})
    scope = Scope(ScopeKind.COMMUNITY, "竹园街道")
    with served.client(world.user("auditor", Role.AUDITOR, scope)) as client:
        page = client.get("/register").text
        assert "reason 2" in page
        assert "reason 1" not in page
