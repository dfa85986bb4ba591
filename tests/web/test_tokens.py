"""API tokens: narrower than their person, for a time, and only for programs."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from monitor.domain.access import DISTRICT, Role, Scope, ScopeKind
from monitor.domain.clock import ManualClock
from monitor.store.api_tokens import ApiTokenRepository
from monitor.store.user_repository import UserRepository
from monitor.web.access import FOR_PROGRAMS, Permission
from monitor.web.form_token import form_token

if TYPE_CHECKING:
    from monitor.store.users import User
    from tests.web.conftest import Served, World

DATABASES = ["sqlite"]
SUNSHINE = Scope(ScopeKind.INSTITUTION, "sunshine")


def _token(world: World, user: User, *grants: str, scope: Scope = DISTRICT) -> str:
    repository = ApiTokenRepository(world.database)
    text, _ = repository.create(user, "a display", grants, scope, timedelta(days=30), world.now)
    return text


def _program(served: Served, token: str) -> httpx.Client:
    client = served.client()
    del client.headers["Origin"]  # a program is no page of ours
    client.headers["Authorization"] = f"Bearer {token}"
    return client


def test_a_program_reads_and_acts_with_a_token(
    served: Served, world: World, operator: User
) -> None:
    alert = world.raise_alert()
    with _program(served, _token(world, operator, "watch", "handle")) as program:
        assert program.get("/api/v1/alerts").json()["alerts"][0]["id"] == alert
        done = program.post(f"/api/v1/alerts/{alert}/actions", json={"action": "acknowledge"})
        assert done.status_code == 200, done.text
    assert world.alert_state(alert) == "acknowledged"
    used = ApiTokenRepository(world.database).of_user(operator.id)[0]
    assert (used.used, used.address) == (world.now, "127.0.0.1")


def test_a_token_does_no_more_than_it_was_made_for(
    served: Served, world: World, operator: User
) -> None:
    alert = world.raise_alert("bamboo-hall", "crowding")
    token = _token(world, operator, "watch", scope=SUNSHINE)
    with _program(served, token) as program:
        action = {"action": "acknowledge"}
        refused = program.post(f"/api/v1/alerts/{alert}/actions", json=action)
        assert refused.status_code == 403
        assert refused.json()["detail"] == "该令牌不含用途“handle”", "its person may"
        assert program.get(f"/api/v1/alerts/{alert}").status_code == 404, "out of its scope"
        assert "bamboo" not in program.get("/api/v1/institutions").text
        assert program.get("/account").status_code == 303, "pages are for people"
        assert program.get("/metrics").status_code == 403
    admin = world.user("admin", Role.ADMIN)
    everything = _token(world, admin, *(item.value for item in Permission))
    with _program(served, everything) as program:
        assert program.get("/metrics").status_code == 200
        assert program.get("/users").status_code == 303
        assert program.get("/register").status_code == 303
    assert FOR_PROGRAMS.isdisjoint({Permission.USERS, Permission.APPROVE, Permission.REGISTER})


def test_a_program_of_an_institution_keeps_its_register(served: Served, world: World) -> None:
    head = world.user("head", Role.INSTITUTION, SUNSHINE)
    drills = "/api/v1/registers/sunshine/books/drills"
    drill = {"kind": "fire", "held": "2026-10-30", "attended": "41"}
    with _program(served, _token(world, head, "registers", scope=SUNSHINE)) as program:
        assert program.put(drills, json={"entries": [drill]}).status_code == 403
    with _program(served, _token(world, head, "registers", "report", scope=SUNSHINE)) as program:
        put = program.put(drills, json={"entries": [drill]})
        assert put.status_code == 200, put.text
        assert put.json()["added"] == 1
        assert [entry["values"]["attended"] for entry in program.get(drills).json()] == ["41"]
        elsewhere = drills.replace("sunshine", "bamboo")
        assert program.put(elsewhere, json={"entries": [drill]}).status_code == 404
        changes = program.get("/api/v1/registers/sunshine/changes").json()
        assert [(change["origin"], change["action"]) for change in changes] == [("api", "added")]


def test_a_cookie_counts_for_nothing_beside_a_token(
    served: Served, world: World, operator: User
) -> None:
    with served.client(operator) as client:
        client.headers["Authorization"] = "Bearer kanhu_made-up"
        assert client.get("/api/v1/alerts").status_code == 401
        assert client.get("/api/v1/alerts").headers["www-authenticate"] == "Bearer"
        del client.headers["Origin"]
        action = {"action": "acknowledge"}
        assert client.post("/api/v1/alerts/1/actions", json=action).status_code == 401


def test_tokens_end(served: Served, world: World, operator: User, clock: ManualClock) -> None:
    repository, users = ApiTokenRepository(world.database), UserRepository(world.database)
    token = _token(world, operator, "watch")
    with _program(served, token) as program:
        assert program.get("/api/v1/alerts").status_code == 200
        users.set_active(operator.id, active=False)
        users.set_active(operator.id, active=True)
        assert program.get("/api/v1/alerts").status_code == 401
    token = _token(world, operator, "watch")
    made = repository.of_user(operator.id)[0]
    repository.revoke(operator.id, made.id, world.now)
    with _program(served, token) as program:
        assert program.get("/api/v1/alerts").status_code == 401
    token = _token(world, operator, "watch")
    with _program(served, token) as program:
        clock.advance(30 * 86400)
        assert program.get("/api/v1/alerts").status_code == 401


def test_guessing_tokens_makes_the_address_wait(served: Served, operator: User) -> None:
    with _program(served, "kanhu_guess") as program:
        for _ in range(30):
            assert program.get("/api/v1/alerts").status_code == 401
        refused = program.get("/api/v1/alerts")
        assert refused.status_code == 429
        assert int(refused.headers["retry-after"]) >= 59


def test_a_person_makes_and_revokes_tokens_on_a_page(
    served: Served, world: World, operator: User
) -> None:
    with served.client(operator) as client:
        page = client.get("/account/tokens").text
        form = {"token": page.partition('name="token" value="')[2].partition('"')[0]}
        wanted = {**form, "name": "display", "grants": ["watch", "evidence"], "days": "30"}
        made = client.post("/account/tokens", data=wanted)
        found = re.search(r"kanhu_[A-Za-z0-9_-]+", made.text)
        assert found is not None
        assert found[0] not in client.get("/account/tokens").text, "shown once only"
        with _program(served, found[0]) as program:
            assert program.get("/api/v1/alerts").status_code == 200
        unfit: tuple[dict[str, Any], ...] = (
            {"grants": ["users"]},
            {"grants": ["label"]},
            {"grants": []},
            {"name": ""},
            {"days": "900"},
        )
        for wrong in unfit:
            assert client.post("/account/tokens", data={**wanted, **wrong}).status_code == 422
        assert (
            client.post("/account/tokens", data={**wanted, "institution": "moon"}).status_code
            == 404
        )
        assert client.post("/account/tokens/1/revoke", data=form).status_code == 303
        with _program(served, found[0]) as program:
            assert program.get("/api/v1/alerts").status_code == 401
        other = served.client(world.user("li"))
        other_page = other.get("/account/tokens").text
        theirs = {"token": other_page.partition('name="token" value="')[2].partition('"')[0]}
        assert other.post("/account/tokens/1/revoke", data=theirs).status_code == 404
        other.close()


@pytest.mark.parametrize("path", ["/readyz", "/healthz"])
def test_the_service_says_that_it_is_ready(served: Served, path: str) -> None:
    with served.client() as client:
        assert client.get(path).status_code == 200


def test_prometheus_reads_counts_by_route(served: Served, world: World, operator: User) -> None:
    world.raise_alert()
    token = _token(world, world.user("prom", Role.AUDITOR), "metrics")
    with served.client(operator) as client, _program(served, token) as program:
        client.get("/alerts/1")
        text = program.get("/metrics").text
        assert 'kanhu_http_requests_total{method="GET",route="/alerts/{alert_id}"' in text
        assert "kanhu_alerts_open 1.0" in text
        assert "kanhu_cameras 5.0" in text
        assert client.get("/metrics").status_code == 403


def test_somebody_who_asks_too_often_has_to_wait(
    served: Served, operator: User, clock: ManualClock
) -> None:
    token = _token(served.world, operator, "watch")
    with served.client(operator) as client, _program(served, token) as program:
        doors = served.app.state.site.doors
        for _ in range(1200):
            doors.calls.take("1", clock.now())
        assert program.get("/api/v1/alerts").status_code == 429
        assert client.get("/api/v1/alerts").status_code == 200, "the person goes on working"
        for _ in range(6000):
            doors.pages.take(form_token(client.cookies["kanhu-session"]), clock.now())
        assert client.get("/alerts").status_code == 429
        clock.advance(60)
        assert client.get("/alerts").status_code == 200
        assert program.get("/api/v1/alerts").status_code == 200
