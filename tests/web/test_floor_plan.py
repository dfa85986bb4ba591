"""The floor beside an alert: to scale, people by their ages, the sketch where nothing is known."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from monitor.store.event_repository import EventRepository

if TYPE_CHECKING:
    from tests.web.conftest import Served, World


def _stood(world: World, people: list[tuple[str, list[float] | None]]) -> int:
    event = world.event("bamboo-hall", "crowding")
    tracks = [
        {**event.evidence["tracks"][0], "id": number, "age": age, "floor": floor}
        for number, (age, floor) in enumerate(people)
    ]
    evidence: dict[str, Any] = {**event.evidence, "tracks": tracks}
    found = replace(event, zone_id="mat", evidence=evidence)
    return EventRepository(world.database).record(found, world.now).alert_id


def _places(page: str) -> list[tuple[str, float, float]]:
    plan = page[page.index('class="floor-plan" viewBox="0 0 160 90"') : page.index("plan-legend")]
    found = re.findall(r'plan-person" data-age="(\w+)" transform="translate\((\S+) (\S+)\)', plan)
    return [(age, float(x), float(y)) for age, x, y in found]


def test_people_stand_on_the_plan_as_far_apart_as_on_the_floor(
    served: Served, world: World
) -> None:
    people: list[tuple[str, list[float] | None]]
    people = [("child", [-1.0, 3.0]), ("adult", [1.0, 3.0]), ("unknown", [-1.0, 6.0])]
    number = _stood(world, [*people, ("child", None)])
    with served.client(world.user("wang", language="en")) as client:
        page = client.get(f"/alerts/{number}").text
    (_, x1, y1), (_, x2, y2), (_, x3, y3) = _places(page)
    assert [age for age, _, _ in _places(page)] == ["child", "adult", "unknown"]
    bar = re.search(r'M5 82v3h([\d.]+)v-3"/><text[^>]*>([\d.]+) m<', page)
    assert bar is not None
    metre = float(bar[1]) / float(bar[2])
    assert (x2 - x1, y2 - y1) == pytest.approx((2 * metre, 0), abs=0.05)
    assert (x3 - x1, y1 - y3) == pytest.approx((0, 3 * metre), abs=0.05)
    assert "Children: 1, adults: 1, not yet known: 1." in page
    assert 'class="plan-zone" data-meant' in page
    assert "-1.0 m across, 3.0 m ahead" in page
    assert 'class="sketch"' not in page


def test_what_was_not_kept_and_what_is_not_calibrated_is_said(served: Served, world: World) -> None:
    without = _stood(world, [("child", None)])
    toddlers = world.raise_alert("sunshine-toddler")
    with served.client(world.user("wang")) as client:
        page = client.get(f"/alerts/{without}").text
        assert _places(page) == []
        assert "没有留存各人所站的位置" in page
        page = client.get(f"/alerts/{toddlers}").text
        assert "没有已标定的摄像机" in page
        assert 'class="sketch"' in page


def test_zones_and_their_names_lie_on_the_plan(served: Served, world: World) -> None:
    number = _stood(world, [("child", [0.0, 1.0])])
    with served.client(world.user("wang")) as client:
        page = client.get(f"/alerts/{number}").text
    plan = page[page.index('class="floor-plan" viewBox="0 0 160 90"') : page.index("plan-legend")]
    zones = re.findall(r'<polygon points="([^"]+)"/><text x="(\S+)" y="(\S+)">', plan)
    assert zones
    for corners, x, y in zones:
        for corner in (*corners.split(), f"{x},{y}"):
            across, down = map(float, corner.split(","))
            assert 0 <= across <= 160
            assert 0 <= down <= 90
