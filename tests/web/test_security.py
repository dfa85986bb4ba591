"""Headers, foreign requests, forged forms, hostile input, and errors that give nothing away."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from starlette.requests import ClientDisconnect
from structlog.testing import capture_logs

from monitor.domain.access import Role
from monitor.web.headers import CONTENT_SECURITY_POLICY, SecurityHeaders

if TYPE_CHECKING:
    from starlette.types import Message, Receive, Scope, Send

    from monitor.store.users import User
    from tests.web.conftest import Served, World


def test_every_answer_tells_the_browser_to_distrust(served: Served, operator: User) -> None:
    with served.client(operator) as client:
        for path in ("/", "/static/css/base.css", "/api/v1/alerts", "/nothing", "/sign-in"):
            headers = client.get(path).headers
            assert headers["content-security-policy"] == CONTENT_SECURITY_POLICY
            assert headers["x-content-type-options"] == "nosniff"
            assert headers["referrer-policy"] == "same-origin"
            assert headers["x-frame-options"] == "DENY"
            assert len(headers["x-request-id"]) == 12
        assert client.get("/").headers["cache-control"] == "no-store"
        assert client.get("/static/css/base.css").headers["cache-control"] == "no-cache"
    assert "unsafe" not in CONTENT_SECURITY_POLICY
    assert "frame-ancestors 'none'" in CONTENT_SECURITY_POLICY


FOREIGN: tuple[dict[str, str], ...] = (
    {"Origin": "https://evil.example"},
    {"Origin": "null"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {},
)


def test_other_sites_cannot_act_in_somebodys_name(
    served: Served, world: World, operator: User
) -> None:
    alert = world.raise_alert()
    with served.client(operator) as client:
        del client.headers["Origin"]
        action = {"action": "acknowledge"}
        path = f"/api/v1/alerts/{alert}/actions"
        for headers in FOREIGN:
            assert client.post(path, json=action, headers=headers).status_code == 403
            assert client.post("/sign-out", headers=headers).status_code == 403
            assert client.delete("/api/v1/live/bamboo-hall-1/x", headers=headers).status_code == 403
    assert world.alert_state(alert) == "open"


def test_our_own_pages_are_recognised_either_way(
    served: Served, world: World, operator: User
) -> None:
    alert = world.raise_alert()
    with served.client(operator) as client:
        del client.headers["Origin"]
        own = {"Sec-Fetch-Site": "same-origin"}
        path = f"/api/v1/alerts/{alert}/actions"
        comment = {"action": "comment", "reason": "on my way"}
        assert client.post(path, json=comment, headers=own).status_code == 200
        assert client.post(path, json=comment, headers={"Origin": served.url}).status_code == 200


def test_a_form_needs_the_token_of_its_session(
    served: Served, world: World, operator: User
) -> None:
    alert = world.raise_alert()
    with served.client(operator) as client:
        form = {"action": "acknowledge"}
        assert client.post(f"/alerts/{alert}/act", data=form).status_code == 403
        other = served.client(operator)
        foreign = other.get("/account").text.partition('name="token" value="')[2][:64]
        other.close()
        forged = {**form, "token": foreign}
        assert client.post(f"/alerts/{alert}/act", data=forged).status_code == 403
    assert world.alert_state(alert) == "open"


NOWHERE = (
    "/alerts/0",
    "/alerts/99999999999999999999999999",
    "/alerts/abc",
    "/institutions/%00",
    "/institutions/..%2f..%2fetc",
    "/cameras/' OR 1=1 --",
    "/rooms/" + "x" * 500,
    "/inspections/-1",
    "/static/../../pyproject.toml",
    "/static/%2e%2e/rendering.py",
    "/sign-in/once/x/y",
)


def test_nonsense_is_not_found(served: Served, operator: User) -> None:
    with served.client(operator) as client:
        for path in NOWHERE:
            answer = client.get(path)
            assert answer.status_code in (403, 404), (path, answer.text[:200])
            assert "Traceback" not in answer.text


BAD_INPUT = (
    "/alerts?cursor=garbage",
    "/alerts?state=exploded",
    "/alerts?since=yesterday",
    "/alerts?since=0001-01-01",
    "/alerts?until=9999-12-31",
    "/alerts?institution=%00",
    "/inspections?month=2026-13",
    "/inspections?month=1999-01",
    "/alerts?since=2026-02-30",
    "/api/v1/alerts?limit=100000",
    "/api/v1/alerts?since=2026-11-02T09:30:00",
    "/api/v1/alerts?cursor=%00",
    "/api/v1/feed?after=-1",
)


def test_bad_input_is_told_apart_from_our_own_faults(served: Served, world: World) -> None:
    with served.client(world.user("super", Role.SUPERVISOR)) as client:
        for path in BAD_INPUT:
            answer = client.get(path)
            assert answer.status_code == 422, (path, answer.text[:300])
            assert "Traceback" not in answer.text


def test_what_people_write_is_shown_and_not_run(
    served: Served, world: World, operator: User
) -> None:
    alert = world.raise_alert()
    hostile = "<script>alert(1)</script>\x00\"'--{{ 7*7 }}"
    with served.client(operator) as client:
        action = {"action": "comment", "reason": hostile}
        assert client.post(f"/api/v1/alerts/{alert}/actions", json=action).status_code == 200
        page = client.get(f"/alerts/{alert}").text
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
        assert "<script>alert" not in page
        assert "49" not in page.partition("&lt;script&gt;")[2][:120]


def test_large_bodies_are_refused(served: Served, operator: User) -> None:
    with served.client(operator) as client:
        body = {"action": "comment", "reason": "x" * 400_000}
        assert client.post("/api/v1/alerts/1/actions", json=body).status_code == 413


def test_our_own_fault_is_told_kindly_and_with_a_reference(
    served: Served, operator: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("the secret inside")

    monkeypatch.setattr("monitor.store.alert_repository.AlertRepository.list", broken)
    with served.client(operator) as client:
        for path in ("/alerts", "/api/v1/alerts"):
            answer = client.get(path)
            assert answer.status_code == 500
            assert answer.headers["content-security-policy"] == CONTENT_SECURITY_POLICY
            assert "secret inside" not in answer.text
            assert "Traceback" not in answer.text
            assert answer.headers["x-request-id"] in answer.text


def test_who_leaves_in_the_middle_of_asking_is_no_failure() -> None:
    sent: list[Message] = []

    async def left(scope: Scope, receive: Receive, send: Send) -> None:
        raise ClientDisconnect

    async def receive() -> Message:
        return {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "POST", "path": "/api/v1/live/x", "headers": []}
    with capture_logs() as logs:
        asyncio.run(SecurityHeaders(left)(scope, receive, send))
    assert sent == []
    assert logs == []


def test_failures_are_told_in_both_languages(served: Served, world: World) -> None:
    titles: dict[str, tuple[int, str, str]] = {
        "/alerts/77": (404, "没有找到", "Not found"),
        "/system": (403, "您没有权限", "You may not do this"),
        "/alerts?state=x": (422, "填写有误", "Something is not filled in correctly"),
    }
    with served.client(world.user("ins", Role.INSPECTOR)) as client:
        for language in (0, 1):
            for path, (status, *words) in titles.items():
                answer = client.get(path)
                assert answer.status_code == status
                assert words[language] in answer.text
                assert answer.headers["x-request-id"] in answer.text
            client.post("/preferences", data={"language": "en"})


def test_a_machine_gets_problem_json(served: Served, operator: User) -> None:
    with served.client(operator) as client:
        answer = client.get("/api/v1/alerts/77")
        assert answer.headers["content-type"] == "application/problem+json"
        problem = answer.json()
        assert problem["status"] == 404
        assert problem["request_id"] == answer.headers["x-request-id"]


def test_the_description_of_the_api_is_for_people_who_are_signed_in(
    served: Served, operator: User
) -> None:
    with served.client(operator) as client:
        document = client.get("/api/v1/openapi.json").json()
        assert "/api/v1/alerts/{alert_id}/actions" in document["paths"]
        assert "/sign-in" not in document["paths"]
