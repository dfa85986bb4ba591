"""A small district, and events in its rooms."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from monitor.domain.events import Event, Provenance, Severity, event_id
from monitor.domain.geometry import Polygon
from monitor.domain.places import Camera, ClassType, District, Institution, Room, RoomType, Zone
from monitor.domain.text import Text
from monitor.store.base import Database
from monitor.store.place_repository import PlaceRepository

NOW = datetime(2026, 11, 2, 1, 30, tzinfo=UTC)

MakeEvent = Callable[..., Event]


def _make_event(
    room_id: str = "sun-toddler",
    onset: float = 1000.0,
    *,
    cleared: float | None = None,
    rule: str = "unattended_child",
    severity: Severity = Severity.HIGH,
    institution_id: str = "sun",
    zone_id: str | None = None,
    explain: str = "",
) -> Event:
    start = NOW.timestamp() + onset
    return Event(
        id=event_id(rule, room_id, zone_id, start),
        rule=rule,
        institution_id=institution_id,
        room_id=room_id,
        zone_id=zone_id,
        camera_id=f"{room_id}-1",
        onset=start,
        raised=start + 60,
        cleared=None if cleared is None else start + cleared,
        severity=severity,
        confidence=0.9,
        evidence={"children": 1, "adults": 0},
        explain=Text(zh=explain or "一名儿童无人看护", en=explain or "A child is alone"),
        provenance=Provenance(rule_version="1", thresholds={"after": 60.0}, model="person"),
    )


@pytest.fixture
def make_event() -> MakeEvent:
    """Return a maker of events; times are seconds from the onset of the test."""
    return _make_event


@pytest.fixture(scope="session")
def now() -> datetime:
    """Return the moment at which tests begin."""
    return NOW


@pytest.fixture
def district() -> District:
    """Return two institutions in two communities, three rooms and four cameras."""
    rooms = ("sun-toddler", "sun-nap", "moon-hall")
    return District(
        id="demo",
        name=Text(zh="演示区", en="Demo"),
        institutions=(
            Institution(id="sun", name=Text(zh="阳光", en="Sun"), community="梅园", address="1 号"),
            Institution(id="moon", name=Text(zh="月亮", en="Moon"), community="竹园"),
        ),
        rooms=tuple(
            Room(
                id=room_id,
                institution_id=room_id.split("-")[0],
                name=Text(zh=room_id, en=room_id),
                type=RoomType.ACTIVITY,
                class_type=ClassType.TODDLER,
                capacity=15,
                rules={"crowding": {"after": 20.0}},
            )
            for room_id in rooms
        ),
        cameras=tuple(
            Camera(
                id=f"{room_id}-{number}",
                room_id=room_id,
                name=Text(zh="东角", en="East corner"),
                url="rtsp://user:secret@127.0.0.1/1",
                zones=(Zone("mat", Polygon.of([[0, 0], [1, 0], [1, 1]]), capacity=8),),
            )
            for room_id, number in [(rooms[0], 1), (rooms[0], 2), (rooms[1], 1), (rooms[2], 1)]
        ),
    )


@pytest.fixture
def places(database: Database, district: District) -> PlaceRepository:
    """Return the repository of places, with the district already in it."""
    repository = PlaceRepository(database)
    repository.sync(district, NOW)
    return repository
