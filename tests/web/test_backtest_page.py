"""Trying a rule from the page: who may, what the form says, and what comes of it."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

import httpx
import pytest

from monitor.domain.access import Role, Scope, ScopeKind
from monitor.domain.alerts import AlertAction

if TYPE_CHECKING:
    from tests.conftest import LeaveAlone
    from tests.web.conftest import Served, World
from tests.web.verdicts import judged_alerts

DATABASES = ["sqlite"]
ROOM = "sunshine-toddler"
PLACE = f"room.{ROOM}"


@pytest.fixture
def tried(world: World, leave_alone: LeaveAlone) -> list[int]:
    """Let a short and a long absence have been; return their alerts: one false, one confirmed."""
    room = next(room for room in world.district.rooms if room.id == ROOM)
    start = world.clock.now() - 7200
    absences = [(100, 180), (400, 700)]
    messages = leave_alone(room, world.district.cameras, world.tracks_folder, start, 900, absences)
    alerts = judged_alerts(world, messages, AlertAction.MARK_FALSE, AlertAction.RESOLVE)
    assert len(alerts) == 2
    return alerts


@pytest.fixture
def admin(served: Served, world: World) -> Iterator[httpx.Client]:
    with served.client(world.user("admin", Role.ADMIN, language="en")) as client:
        yield client


def token(client: httpx.Client) -> str:
    found = re.search(r'name="token" value="([0-9a-f]+)"', client.get("/backtest").text)
    assert found is not None
    return found[1]


def post(client: httpx.Client, **fields: str) -> httpx.Response:
    data = {"token": token(client), "place": PLACE, "rule": "unattended_child", "days": "1"}
    return client.post("/backtest", data={**data, **fields})


def result(client: httpx.Client) -> str:
    deadline = time.monotonic() + 180
    while "data-running" in (text := client.get("/backtest").text):
        assert time.monotonic() < deadline
        time.sleep(0.05)
    return text


def test_a_longer_wait_is_tried(admin: httpx.Client, tried: list[int]) -> None:
    answer = post(admin, **{"set.after": "90s"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/backtest")
    text = result(admin)
    assert "Would have dropped 1 of 1 false and none of 1 confirmed alerts" in text
    assert "looks that were taken" in text
    for alert in tried:
        assert f'<a href="/alerts/{alert}"' in text
    assert text.count('data-fate="gone"') == 2  # one in its lane, one in the legend
    assert text.count('<g data-would="kept">') == 1
    assert 'value="90s"' in text


def test_the_form_names_present_values_and_bounds(admin: httpx.Client) -> None:
    text = admin.get("/backtest", params={"place": PLACE, "rule": "unattended_child"}).text
    assert re.search(r"Now\s+1 min · allowed 0 – 1 d", text)
    district = admin.get("/backtest", params={"rule": "unattended_child"}).text
    assert re.search(r"Now\s+30 s – 2 min", district)  # yard and nap room differ
    assert "Enabled" in text or "Whether the rule runs here" in text


def test_a_headcount_can_be_tried_with_another_slack(admin: httpx.Client) -> None:
    text = admin.get("/backtest", params={"place": PLACE, "rule": "headcount_mismatch"}).text
    assert 'name="set.slack"' in text
    assert "Differences of up to this many children are no mismatch" in text
    assert post(admin, rule="headcount_mismatch", **{"set.slack": "1"}).status_code == 303
    assert "Nothing of this rule fired that can be compared" in result(admin)


@pytest.mark.parametrize("value", ["99d", "soon", "-1", "<script>alert(1)</script>"])
def test_a_wrong_parameter_is_marked_and_nothing_runs(admin: httpx.Client, value: str) -> None:
    answer = post(admin, **{"set.after": value, "set.blink": "2s"})
    assert answer.status_code == 422
    assert answer.text.count("data-wrong") == 1
    assert "<script>alert" not in answer.text
    assert 'value="2s"' in answer.text
    assert "Nothing has been tried yet" in admin.get("/backtest").text


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"rule": "moon"}, 422),
        ({"set.moon": "1"}, 422),
        ({"days": "8"}, 422),
        ({"days": "many"}, 422),
        ({"place": "room.moon"}, 404),
        ({"token": "wrong"}, 403),
    ],
)
def test_what_no_form_of_ours_sends_is_refused(
    admin: httpx.Client, fields: dict[str, str], status: int
) -> None:
    assert post(admin, **fields).status_code == status


def test_only_those_who_answer_for_rules_may(served: Served, world: World) -> None:
    for role in Role:
        with served.client(world.user(role.value, role)) as client:
            allowed = role in (Role.ADMIN, Role.SUPERVISOR)
            assert client.get("/backtest").status_code == (200 if allowed else 403), role
            assert ("/backtest" in client.get("/alerts").text) is allowed, role


def test_nobody_tries_rules_on_rooms_out_of_sight(
    served: Served, world: World, tried: list[int]
) -> None:
    scope = Scope(ScopeKind.INSTITUTION, "bamboo")
    with served.client(world.user("head", Role.SUPERVISOR, scope)) as head:
        text = head.get("/backtest").text
        assert "bamboo-hall" in text
        assert "sunshine" not in text
        assert post(head).status_code == 404
        assert post(head, place="institution.sunshine").status_code == 404
        assert post(head, place="").status_code == 303
        assert "sunshine" not in result(head)


def test_a_run_is_its_owner_s_alone(served: Served, world: World, tried: list[int]) -> None:
    with (
        served.client(world.user("one", Role.ADMIN)) as one,
        served.client(world.user("two", Role.ADMIN)) as two,
    ):
        assert post(one).status_code == 303
        assert "data-running" not in two.get("/backtest").text
        run = re.search(r'name="run" value="([0-9a-f]+)"', one.get("/backtest").text)
        if run is not None:  # it may have ended by now
            two.post("/backtest/cancel", data={"token": token(two), "run": run[1]})
        assert "/alerts/" in result(one)


def test_a_run_can_be_stopped(admin: httpx.Client, tried: list[int]) -> None:
    post(admin)
    run = re.search(r'name="run" value="([0-9a-f]+)"', admin.get("/backtest").text)
    assert run is not None
    form = {"token": token(admin), "run": run[1]}
    assert admin.post("/backtest/cancel", data=form).status_code == 303
    assert "Nothing has been tried yet" in admin.get("/backtest").text


def test_without_tracks_the_page_says_so(admin: httpx.Client, world: World) -> None:
    world.raise_alert()
    post(admin)
    text = result(admin)
    assert "1 fired while no tracks were kept" in text
