"""Shelves by the API, and in the evidence of the next inspection."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from monitor.domain.access import DISTRICT, Role
from monitor.domain.checklists import MetricValue
from monitor.store.api_tokens import ApiTokenRepository
from monitor.web.access import FOR_PROGRAMS

if TYPE_CHECKING:
    from monitor.store.users import User
    from tests.web.conftest import Served, World

DATABASES = ["sqlite"]
SHELVES = "/api/v1/shelves"


def _wanted(world: World, hours: float = 48, **more: Any) -> dict[str, Any]:
    expires = world.now + timedelta(hours=hours)
    return {
        "institution": "sunshine",
        "room": "sunshine-toddler",
        "camera": "sunshine-toddler-1",
        "rule": "crowding",
        "reason": "镜头对着窗",
        "expires": expires.isoformat(),
        **more,
    }


def _reading(world: World, item: str) -> MetricValue:
    month = world.now.date().replace(day=1)
    desk = world.context.inspections
    desk.generate(DISTRICT, month, "sunshine")
    entry = desk.get(DISTRICT, desk.list(DISTRICT, month)[0].id).checklist.entry(item)
    assert entry is not None
    assert entry.reading is not None
    return entry.reading


def test_a_shelf_is_put_listed_and_ended(
    served: Served, world: World, operator: User, sunshine_staff: User
) -> None:
    with served.client(operator) as client:
        refused: tuple[tuple[dict[str, Any], int], ...] = (
            ({"camera": "nowhere"}, 422),
            ({"institution": "nowhere"}, 404),
            ({"rule": "nonsense"}, 422),
            ({"reason": ""}, 422),
            ({"expires": "2026-11-03T09:00:00"}, 422),  # of which zone?
            ({"rule": "unattended_child"}, 403),
        )
        for wrong, status in refused:
            assert client.post(SHELVES, json=_wanted(world, **wrong)).status_code == status, wrong
        assert client.post(SHELVES, json=_wanted(world, hours=9999)).status_code == 422
        put = client.post(SHELVES, json=_wanted(world))
        assert (put.status_code, put.json()["reason"]) == (201, "镜头对着窗")
        assert [one["id"] for one in client.get(SHELVES).json()["shelves"]] == [put.json()["id"]]
    with served.client(sunshine_staff) as staff:
        assert len(staff.get(SHELVES).json()["shelves"]) == 1
        assert staff.post(SHELVES, json=_wanted(world)).status_code == 403
    with served.client(operator) as client:
        ended = client.post(f"{SHELVES}/{put.json()['id']}/end").json()
        assert ended["ended_by"].startswith("Wang")
        assert client.post(f"{SHELVES}/{put.json()['id']}/end").status_code == 409
        assert client.get(SHELVES).json()["shelves"] == []
        (past,) = client.get(SHELVES, params={"ended": True}).json()["shelves"]
        assert past["id"] == put.json()["id"]


def test_a_program_sees_shelves_and_makes_none(served: Served, world: World) -> None:
    admin = world.user("admin", Role.ADMIN)
    text, _ = ApiTokenRepository(world.database).create(
        admin, "t", {item.value for item in FOR_PROGRAMS}, DISTRICT, timedelta(days=1), world.now
    )
    with served.client() as program:
        program.headers["Authorization"] = f"Bearer {text}"
        assert program.get(SHELVES).status_code == 200
        assert program.post(SHELVES, json=_wanted(world)).status_code == 403


def test_the_next_checklist_names_what_was_put_aside(
    served: Served, world: World, operator: User
) -> None:
    before = _reading(world, "S-17")
    with served.client(operator) as client:
        client.post(SHELVES, json=_wanted(world))
    for item in ("S-17", "S-24"):  # the cameras, and crowding
        reading = _reading(world, item)
        today = world.now.date()
        expected = f"人数超限 托小班 东角（{today}至{today + timedelta(days=2)}，镜头对着窗）"
        assert expected in reading.explain.zh
        assert "over capacity, Toddler room, East corner" in reading.explain.en
        assert reading.inputs["put_aside"]
    assert "put_aside" not in before.inputs
    assert (reading := _reading(world, "S-17")).status is before.status
    assert reading.value == before.value
    assert "put_aside" not in _reading(world, "S-22").inputs  # alerts of another rule
