"""The bar leads to every page that a person may see, and to no other."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from fastapi.routing import APIRoute, iter_route_contexts

from monitor.domain.access import Role, Scope, ScopeKind
from monitor.domain.text import LANGUAGES, Language
from monitor.web.access import Permission, permissions_of, rule_of
from monitor.web.i18n import translate
from monitor.web.navigation import Navigation, navigation
from monitor.web.pages import ROUTERS

if TYPE_CHECKING:
    from tests.web.conftest import Served, World

DATABASES = ["sqlite"]
ELSEWHERE = {
    "/account": "the person's menu",
    "/account/devices": "the account",
    "/account/second-factor": "the account",
    "/account/tokens": "the account",
    "/sign-in": "nobody is signed in",
    "/sign-in/oidc": "nobody is signed in",
    "/sign-in/oidc/back": "nobody is signed in",
    "/inspections/metrics": "the templates",
    "/inspections/templates/new": "the templates",
    "/on-site/worker.js": "a script",
    "/push/worker.js": "a script",
    "/handovers": "the control room",
    "/alarm-quality/report.pdf": "the quality of alarms",
    "/connections.xlsx": "the connections",
    "/onboarding/template.xlsx": "the import",
    "/privacy/requests/new": "the requests",
    "/configuration/history": "the configuration",
    "/configuration/place": "the configuration",
    "/configuration/rules": "the configuration",
}
"""Addresses without an id that are not of the bar, and what leads to them instead."""


def _addresses() -> dict[str, Permission | None]:
    found = {}
    for router in ROUTERS:
        for context in iter_route_contexts(router.routes):
            route = context.original_route
            assert isinstance(route, APIRoute)
            if "GET" in (route.methods or ()) and "{" not in route.path:
                found[route.path] = rule_of(route)
    return found


def _of(role: Role, path: str = "/", *, demo: bool = True, labelling: bool = True) -> Navigation:
    return navigation(path, permissions_of(role), demo=demo, labelling=labelling)


def _leads_to(nav: Navigation) -> dict[str, Permission]:
    pages = [page for area in nav.areas for page in area.pages] + list(nav.more)
    return {page.href: page.permission for page in pages}


@pytest.mark.parametrize("role", Role)
def test_every_page_is_reached_by_those_who_may_see_it(role: Role) -> None:
    may = permissions_of(role)
    expected = {
        path: rule
        for path, rule in _addresses().items()
        if path not in ELSEWHERE and rule is not None and rule in may
    }
    assert _leads_to(_of(role)) == expected


def test_what_is_said_of_other_addresses_is_still_so() -> None:
    assert set(ELSEWHERE) <= set(_addresses())


def test_demo_and_labelling_pages_are_led_to_only_where_there_are_any() -> None:
    led = _leads_to(_of(Role.ADMIN, demo=False, labelling=False))
    assert "/demo/inbox" not in led
    assert "/labels" not in led


@pytest.mark.parametrize(
    ("path", "area", "page"),
    [
        ("/", "nav.control_room", "/"),
        ("/alerts/7", "nav.alerts", "/alerts"),
        ("/backtest", "nav.alerts", "/backtest"),
        ("/cameras/x", "nav.institutions", "/institutions"),
        ("/inspections/7/items/S-01", "nav.inspections", "/inspections"),
        ("/inspections/plan/3", "nav.inspections", "/inspections/plan"),
        ("/on-site/3", "nav.inspections", "/inspections"),
        ("/registers/bamboo", "nav.registers", "/registers"),
        ("/retention", "nav.recordings", "/retention"),
        ("/register", None, "/register"),
        ("/users/3", None, "/users"),
        ("/account", None, None),
    ],
)
def test_the_place_of_a_page_is_found(path: str, area: str | None, page: str | None) -> None:
    found = _of(Role.ADMIN, path)
    assert (found.area.key if found.area else None) == area
    assert (found.page.href if found.page else None) == page


def test_tabs_stand_on_the_pages_they_lead_to_and_not_on_single_things() -> None:
    tabs = {path: len(_of(Role.ADMIN, path).tabs) for path in ("/findings", "/findings/3", "/")}
    assert tabs == {"/findings": 6, "/findings/3": 0, "/": 0}
    assert len(_of(Role.ADMIN, "/notices/channels/duty/test").tabs) == 5
    assert _of(Role.AUDITOR, "/retention").tabs == (), "an auditor has only this page of the area"


def test_whoever_may_see_only_the_second_page_of_an_area_is_led_there() -> None:
    (area,) = (item for item in _of(Role.AUDITOR).areas if item.key == "nav.recordings")
    assert area.href == "/retention"


def test_nobody_is_led_to_what_only_people_of_the_whole_district_decide(
    served: Served, world: World
) -> None:
    within = Scope(ScopeKind.COMMUNITY, "梅园街道")
    for role in (Role.ADMIN, Role.SUPERVISOR, Role.AUDITOR):
        with served.client(world.user(f"part-{role}", role, within)) as client:
            home = client.get("/institutions").text
            led = set(re.findall(r'href="(/[a-z/-]+)"', home))
            refused = {path for path in led if client.get(path).status_code == 403}
        assert refused == set(), role
        assert "/institutions" in led


@pytest.mark.parametrize("language", LANGUAGES)
def test_all_entries_have_names(language: Language) -> None:
    nav = _of(Role.ADMIN)
    pages = [page for area in nav.areas for page in area.pages] + list(nav.more)
    keys = [area.key for area in nav.areas] + [page.key for page in pages]
    assert all(translate(language, key).strip() for key in keys)


def test_the_month_is_taken_along_between_checklists_and_plan(served: Served, world: World) -> None:
    with served.client(world.user("li", Role.INSPECTOR)) as client:
        page = client.get("/inspections?month=2026-10").text
    assert 'href="/inspections/plan?month=2026-10"' in page
    assert 'href="/findings"' in page
