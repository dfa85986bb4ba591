"""Events reach the database once, whatever is away or dies in between."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.exc import OperationalError

from monitor.domain.access import DISTRICT
from monitor.domain.clock import ManualClock, to_datetime
from monitor.domain.events import Event, Provenance, Severity, event_id
from monitor.domain.places import District, Institution, Room, RoomType
from monitor.domain.text import Text
from monitor.runtime.event_messages import to_message
from monitor.runtime.event_recorder import EventRecorder
from monitor.runtime.spool import Spool
from monitor.store.alert_repository import AlertRepository
from monitor.store.base import Database
from monitor.store.event_repository import EventRepository
from monitor.store.files import FileStore
from monitor.store.place_repository import PlaceRepository

NAME = Text(zh="托小班", en="Toddler room")


@pytest.fixture
def store(database: Database, clock: ManualClock) -> Database:
    district = District(
        id="d",
        name=NAME,
        institutions=(Institution(id="sun", name=NAME, community="梅园街道"),),
        rooms=(Room(id="room", institution_id="sun", name=NAME, type=RoomType.ACTIVITY),),
    )
    PlaceRepository(database).sync(district, to_datetime(clock.now()))
    return database


def event(clock: ManualClock, onset: float = -70.0) -> Event:
    begun = clock.now() + onset
    return Event(
        id=event_id("unattended_child", "room", None, begun),
        rule="unattended_child",
        institution_id="sun",
        room_id="room",
        zone_id=None,
        camera_id=None,
        onset=begun,
        raised=begun + 60,
        cleared=None,
        severity=Severity.HIGH,
        confidence=0.9,
        evidence={"children": 2},
        explain=NAME,
        provenance=Provenance("1"),
    )


def wait_for(condition: Callable[[], Any]) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)


class Flaky(EventRepository):
    """A repository whose database is away for the first few times."""

    def __init__(self, database: Database, failures: int) -> None:
        super().__init__(database)
        self.failures = failures

    def record(self, *arguments: Any, **options: Any) -> Any:
        if self.failures > 0:
            self.failures -= 1
            raise OperationalError("INSERT", {}, Exception("the server is away"))
        return super().record(*arguments, **options)


def recorder(
    folder: Path, events: EventRepository, clock: ManualClock
) -> tuple[EventRecorder, Spool]:
    spool = Spool(folder / "spool")
    files = FileStore(folder / "evidence")
    return EventRecorder(spool, events, files, lambda _camera_id: None, clock=clock), spool


def test_an_event_waits_in_the_spool_while_the_database_is_away(
    store: Database, tmp_path: Path, clock: ManualClock
) -> None:
    repository = Flaky(store, failures=2)
    taking, spool = recorder(tmp_path, repository, clock)
    taking.start()
    taking.take(event(clock), lambda: b"\xff\xd8 a picture")
    wait_for(lambda: not list(spool.waiting()))
    taking.stop()
    (alert,) = AlertRepository(store).queue(DISTRICT)
    detail = AlertRepository(store).get(DISTRICT, alert.id)
    assert [piece.media_type for piece in detail.evidence] == ["image/jpeg"]
    assert repository.failures == 0


def test_what_a_killed_worker_left_in_the_spool_is_recorded_once(
    store: Database, tmp_path: Path, clock: ManualClock
) -> None:
    left = event(clock)
    EventRepository(store).record(left, to_datetime(clock.now()))
    Spool(tmp_path / "spool").put(to_message(left))
    Spool(tmp_path / "spool").put(to_message(replace(left, cleared=left.raised + 5)))
    taking, spool = recorder(tmp_path, EventRepository(store), clock)
    taking.start()
    wait_for(lambda: not list(spool.waiting()))
    taking.stop()
    (alert,) = AlertRepository(store).queue(DISTRICT)
    assert alert.repeats == 0
    assert alert.cleared is not None


def test_a_snapshot_that_cannot_be_made_does_not_hold_the_alert_back(
    store: Database, tmp_path: Path, clock: ManualClock
) -> None:
    def broken() -> bytes:
        raise OSError("the disk is full")

    taking, spool = recorder(tmp_path, EventRepository(store), clock)
    taking.start()
    taking.take(event(clock), broken)
    wait_for(lambda: not list(spool.waiting()))
    taking.stop()
    assert len(AlertRepository(store).queue(DISTRICT)) == 1


def test_what_the_disk_does_not_take_is_recorded_all_the_same_and_in_order(
    store: Database, tmp_path: Path, clock: ManualClock
) -> None:
    taking, spool = recorder(tmp_path, EventRepository(store), clock)
    begun = event(clock)
    (tmp_path / "spool").rmdir()
    taking.take(begun, lambda: None)
    taking.take(replace(begun, cleared=begun.raised + 5), lambda: None)
    taking.start()
    wait_for(lambda: AlertRepository(store).queue(DISTRICT))
    wait_for(lambda: AlertRepository(store).queue(DISTRICT)[0].cleared)
    taking.stop()
    assert list(spool.waiting()) == []


def test_what_waits_for_the_disk_is_spooled_once_it_is_there_again(
    store: Database, tmp_path: Path, clock: ManualClock
) -> None:
    taking, spool = recorder(tmp_path, EventRepository(store), clock)
    begun = event(clock)
    (tmp_path / "spool").rmdir()
    taking.take(begun, lambda: None)
    assert taking.in_memory == 1
    (tmp_path / "spool").mkdir()
    taking.take(replace(begun, cleared=begun.raised + 5), lambda: None)
    assert taking.in_memory == 0
    ends = [message["event"]["cleared"] for _, message in spool.waiting()]
    assert ends == [None, begun.raised + 5]
