from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlalchemy import text

from monitor.domain.access import DISTRICT, Scope, ScopeKind
from monitor.domain.errors import NotFoundError
from monitor.domain.events import Event
from monitor.domain.places import District
from monitor.domain.room_state import RoomState, View, ViewFault
from monitor.domain.text import Text
from monitor.store.base import Database
from monitor.store.camera_status import CameraReport, CameraState, CameraStatusRepository
from monitor.store.event_repository import EventRepository
from monitor.store.feed import FeedRepository
from monitor.store.place_repository import PlaceRepository
from monitor.store.room_status import RoomStatusRepository

SUN = Scope(ScopeKind.INSTITUTION, "sun")
BAMBOO = Scope(ScopeKind.COMMUNITY, "竹园")


def test_the_tree_mirrors_the_configuration(places: PlaceRepository, district: District) -> None:
    tree = places.tree(DISTRICT)
    assert tuple(place.institution for place in tree) == district.institutions
    assert [room.room for place in tree for room in place.rooms] == list(district.rooms)
    cameras = [camera for place in tree for room in place.rooms for camera in room.cameras]
    assert [camera.id for camera in cameras] == [camera.id for camera in district.cameras]
    assert cameras[0].zones == district.cameras[0].zones
    assert cameras[0].status is None


def test_no_camera_url_is_stored(places: PlaceRepository, database: Database) -> None:
    with database.reading() as session:
        rows = session.execute(text("SELECT * FROM camera")).all()
    assert len(rows) == 4
    assert "secret" not in str(rows)


def test_what_vanished_is_retired_and_comes_back(
    places: PlaceRepository, district: District, now: datetime
) -> None:
    smaller = replace(
        district,
        institutions=district.institutions[:1],
        rooms=district.rooms[:1],
        cameras=district.cameras[:1],
    )
    report = places.sync(smaller, now)
    assert report.retired == (
        "moon", "moon-hall", "sun-nap", "moon-hall-1", "sun-nap-1", "sun-toddler-2",
    )  # fmt: skip
    assert [place.institution.id for place in places.tree(DISTRICT)] == ["sun"]
    assert places.institution_of_room("moon-hall") == "moon"
    assert places.sync(smaller, now).retired == ()
    assert places.sync(district, now).cameras == 4
    assert len(places.tree(DISTRICT)) == 2


def test_a_scope_hides_everything_outside_it(places: PlaceRepository, database: Database) -> None:
    assert [place.institution.id for place in places.tree(SUN)] == ["sun"]
    assert [place.institution.id for place in places.tree(BAMBOO)] == ["moon"]
    assert places.tree(Scope(ScopeKind.COMMUNITY, "nowhere")) == ()
    assert places.communities(DISTRICT) == ("梅园", "竹园")
    assert places.communities(SUN) == ("梅园",)
    assert places.camera(SUN, "sun-nap-1").room_id == "sun-nap"
    with pytest.raises(NotFoundError):
        places.camera(SUN, "moon-hall-1")
    with pytest.raises(NotFoundError):
        places.institution(SUN, "moon")
    assert places.institution(SUN, "sun").institution.address == "1 号"


def test_the_tree_shows_states_and_waiting_alerts(
    places: PlaceRepository,
    database: Database,
    now: datetime,
    make_event: Callable[..., Event],
) -> None:
    cameras, rooms = CameraStatusRepository(database), RoomStatusRepository(database)
    cameras.report(
        CameraReport(
            "sun-nap-1",
            CameraState.ONLINE,
            "w1",
            fault=ViewFault.COVERED,
            message=Text(zh="被遮挡", en="covered"),
            codec="h264",
            width=1280,
            height=720,
            fps=25.0,
        ),
        now,
    )
    rooms.report([RoomState("sun-nap", 0.0, View.PARTIAL, 1, 2, 3)], now)
    rooms.report([RoomState("sun-nap", 1.0, View.FULL, 1, 4, 0)], now)
    EventRepository(database).record(make_event(room_id="sun-nap"), now)

    sun = places.institution(SUN, "sun")
    nap = next(room for room in sun.rooms if room.room.id == "sun-nap")
    assert (sun.open_alerts, nap.open_alerts) == (1, 1)
    assert nap.status is not None
    assert (nap.status.view, nap.status.children, nap.status.updated) == (View.FULL, 4, now)
    status = nap.cameras[0].status
    assert status is not None
    assert (status.report.fault, status.report.message.en) == (ViewFault.COVERED, "covered")
    assert (status.report.codec, status.report.fps) == ("h264", 25.0)
    assert set(rooms.all(SUN)) == {"sun-nap"}
    assert set(cameras.all(SUN)) == {"sun-nap-1"}
    assert rooms.all(BAMBOO) == {}
    assert cameras.all(BAMBOO) == {}


def test_only_changes_of_a_camera_reach_the_feed(
    places: PlaceRepository, database: Database, now: datetime
) -> None:
    cameras = CameraStatusRepository(database)
    online = CameraReport("sun-nap-1", CameraState.ONLINE, "w1")
    for second in range(3):
        cameras.report(online, now + timedelta(seconds=second))
    cameras.report(replace(online, fault=ViewFault.DARK), now + timedelta(seconds=9))
    feed = FeedRepository(database).after(SUN, 0)
    assert [entry.payload["fault"] for entry in feed] == [None, "dark"]
    assert FeedRepository(database).after(BAMBOO, 0) == ()
    assert cameras.all(SUN)["sun-nap-1"].since == now + timedelta(seconds=9)
    with pytest.raises(NotFoundError):
        cameras.report(CameraReport("unknown", CameraState.ONLINE, "w1"), now)
