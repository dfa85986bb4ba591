"""Nobody gets in where they may not, and no route forgets to ask."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import httpx
import pytest
from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute, iter_route_contexts

from monitor.domain.access import Role, Scope, ScopeKind
from monitor.web.access import Permission, check_every_route, permissions_of, rule_of
from monitor.web.api import ROUTERS as API
from monitor.web.pages import ROUTERS as PAGES
from tests.web.elsewhere import FORM, api_request, things_elsewhere

if TYPE_CHECKING:
    from tests.web.conftest import Served, World

DATABASES = ["sqlite"]

PUBLIC = {
    ("GET", "/sign-in"),
    ("POST", "/sign-in"),
    ("POST", "/sign-in/code"),
    ("GET", "/sign-in/once/{token}"),
    ("GET", "/sign-in/oidc"),
    ("GET", "/sign-in/oidc/back"),
    ("POST", "/preferences"),
    ("POST", "/demo/inbox/{token}"),
    ("GET", "/healthz"),
    ("GET", "/calendar/{token}.ics"),
    ("GET", "/readyz"),
    ("POST", "/api/v1/whip/{camera_id}"),
    ("DELETE", "/api/v1/whip/{camera_id}/{session_id}"),
}
PLACES = {
    "{alert_id}": "1",
    "{institution_id}": "sunshine",
    "{room_id}": "sunshine-toddler",
    "{camera_id}": "sunshine-toddler-1",
    "{session_id}": "session-1",
    "{evidence_id}": "1",
    "{checklist_id}": "1",
    "{photo_id}": "0b7d4a5e-0c1f-4b7e-9a39-8a6b8f0f7d11",
    "{signature_id}": "1",
    "{finding_id}": "1",
    "{file_id}": "1",
    "{shelf_id}": "1",
    "{notice_id}": "1",
    "{channel_id}": "duty",
    "{frame_id}": "sunshine-toddler-1_1793582940000",
    "{form}": "pdf",
    "{book}": "staff",
    "{document_id}": "1",
    "{visit_id}": "1",
    "{version_id}": "1",
    "{template_id}": "1",
    "{item_id}": "S-01",
    "{segment_id}": "1",
    "{hold_id}": "1",
    "{token}": "token",
    "{token_id}": "1",
    "{device_id}": "1",
    "{export_id}": "1",
    "{user_id}": "1",
    "{period}": "2026-11",
    "{sha256}": "0" * 64,
    "{request_id}": "1",
    "{request_file_id}": "1",
    "{copy_id}": "1",
}
STREAM = "/api/v1/feed"


def _routes() -> list[tuple[str, str, Permission | None]]:
    found = []
    for router in (*PAGES, *API):
        for context in iter_route_contexts(router.routes):
            route = context.original_route
            assert isinstance(route, APIRoute)
            found += [(method, route.path, rule_of(route)) for method in route.methods or ()]
    return sorted(found, key=str)


def _filled(path: str) -> str:
    for place, value in PLACES.items():
        path = path.replace(place, value)
    return path


def test_only_a_few_routes_are_public() -> None:
    assert {(method, path) for method, path, rule in _routes() if rule is None} == PUBLIC


def test_every_permission_guards_something() -> None:
    used = {rule for _, _, rule in _routes()} - {None}
    assert used == set(Permission) - {Permission.REOPEN}  # which depends on the action


def test_a_route_without_a_rule_keeps_the_application_from_starting() -> None:
    router = APIRouter()

    @router.get("/forgotten")
    def forgotten() -> str:
        return "everybody may read this"

    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    app.include_router(router, prefix="/deep")
    with pytest.raises(LookupError, match="/forgotten"):
        check_every_route(app.routes)


def test_strangers_get_no_further_than_the_door(served: Served) -> None:
    with served.client() as stranger:
        for method, path, rule in _routes():
            if rule is None:
                continue
            answer = stranger.request(method, _filled(path))
            if path.startswith(("/api/", "/metrics")):
                assert answer.status_code == 401, (method, path)
            else:
                assert answer.status_code == 303, (method, path)
                assert answer.headers["location"].startswith("/sign-in"), (method, path)


def test_strangers_cannot_tell_what_exists(served: Served) -> None:
    with served.client() as stranger:
        for path in ("/alerts/1", "/alerts/999", "/nothing/at/all", "/openapi.json", "/docs"):
            assert stranger.get(path).status_code == 303, path


def test_each_role_gets_what_it_may_and_nothing_else(served: Served, world: World) -> None:
    world.raise_alert()
    for role in Role:
        _check_role(role, served.client(world.user(role.value, role)))


def _check_role(role: Role, client: httpx.Client) -> None:
    token = "not the right token"  # forms are refused, but only after the permission was checked
    for method, path, rule in _routes():
        if rule is None or path == STREAM:
            continue
        data = {"token": token, "month": "2026-11"} if method == "POST" else None
        answer = client.request(method, _filled(path), data=data)
        allowed = rule in permissions_of(role)
        refused = answer.status_code == 403 and "X-Request-ID" in answer.headers
        if allowed and method == "POST" and not path.startswith("/api/"):
            assert refused, (method, path)  # by its form token
        else:
            assert refused is not allowed, (role, method, path, answer.status_code)
            assert answer.status_code < 500, (method, path)
    client.close()


OWN = {
    ("POST", "/account/tokens/{token_id}/revoke"),
    ("POST", "/account/devices/{device_id}/test"),
    ("POST", "/account/devices/{device_id}/remove"),
}
"""Routes to one's own things: they have no scope, and tests of their own."""

OF_THE_DISTRICT = (
    "/inspections/templates/",
    "/notices/channels/",
    "/reports/{period}",
    "/configuration/",
)
"""Templates, channels and the configuration are the whole district's; a report holds what one may
see."""

NOT_MADE = {
    "/exports/{export_id}/package",
    "/api/v1/exports/{export_id}/package",
    "/cameras/{camera_id}/phone",
    "/sign-in/oidc/again/{institution_id}",
}
"""Packages that a worker makes later, cameras that are phones, a provider: there is none."""


def _guards_a_place(method: str, path: str) -> bool:
    return "{" in path and (method, path) not in OWN and not path.startswith(OF_THE_DISTRICT)


@pytest.fixture
def foreign(world: World, recorded_segment: bytes) -> dict[str, str]:
    """Put one of everything into the other institution; return the ids by their place."""
    return things_elsewhere(world, recorded_segment)


def test_what_lies_outside_the_scope_does_not_exist_on_any_route(
    served: Served, world: World, foreign: dict[str, str]
) -> None:
    """Walks all routes × roles; a route with a new kind of id fails until it is made there."""
    scope = Scope(ScopeKind.INSTITUTION, "sunshine")
    tried = set()
    for role in Role:
        user = world.user(f"near-{role.value}", role, scope)
        with served.client(user) as client:
            form = {**FORM, "token": _form_token(client)}
            for method, path, rule in _routes():
                if rule not in permissions_of(role) or not _guards_a_place(method, path):
                    continue
                sent = api_request(method, path, user) if path.startswith("/api/") else {}
                if method == "POST" and not sent:
                    sent = {"data": form}
                answer = client.request(method, _there(path, foreign), **sent)
                assert answer.status_code == 404, (role, method, path, answer.status_code)
                tried.add((method, path))
    guarded = {
        (method, path) for method, path, rule in _routes() if rule and _guards_a_place(method, path)
    }
    assert tried == guarded


def test_what_was_asked_for_outside_the_scope_is_there_for_the_district(
    served: Served, world: World, foreign: dict[str, str]
) -> None:
    """The test above would pass, too, if its things did not exist at all."""
    seen = {role: world.user(f"wide-{role.value}", role) for role in (Role.SUPERVISOR, Role.ADMIN)}
    for role, user in seen.items():
        with served.client(user) as client:
            for method, path, rule in _routes():
                if method != "GET" or rule not in permissions_of(role):
                    continue
                if not _guards_a_place(method, path) or path in NOT_MADE:
                    continue
                sent = api_request(method, path, user) if path.startswith("/api/") else {}
                answer = client.get(_there(path, foreign), **sent)
                assert answer.status_code != 404, (role, path)


def _there(path: str, ids: dict[str, str]) -> str:
    return re.sub(r"\{\w+\}", lambda place: ids[place[0]], path)


def _form_token(client: httpx.Client) -> str:
    return client.get("/account").text.partition('name="token" value="')[2].partition('"')[0]


def test_the_feed_is_only_for_those_who_may_watch() -> None:
    rules = {path: rule for _, path, rule in _routes()}
    assert rules[STREAM] is Permission.WATCH
    assert all(Permission.WATCH in permissions_of(role) for role in Role)


def test_pictures_are_not_for_auditors_and_live_video_not_for_inspectors() -> None:
    assert Permission.EVIDENCE not in permissions_of(Role.AUDITOR)
    assert Permission.LIVE not in permissions_of(Role.AUDITOR)
    assert Permission.LIVE not in permissions_of(Role.INSPECTOR)
    assert Permission.REOPEN not in permissions_of(Role.OPERATOR)
    assert Permission.SYSTEM not in permissions_of(Role.INSTITUTION)
