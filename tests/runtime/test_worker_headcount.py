"""A worker misses children who were signed in, and its tapes tell why."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from pathlib import Path

from monitor.demo.footage.composer import render
from monitor.demo.scenes import SCENES
from monitor.detectors.finder import load_finder
from monitor.detectors.models import ensure_model
from monitor.documents import parse_document
from monitor.domain.alerts import Actor
from monitor.domain.attendance import Direction, Movement
from monitor.domain.clock import SystemClock, utc_now
from monitor.domain.events import Event
from monitor.domain.hours import Calendar
from monitor.domain.places import ClassType, District
from monitor.domain.registers import ClassGroup
from monitor.domain.text import Text
from monitor.runtime.backtest.replay import RoomReplay
from monitor.runtime.environment import models_folder
from monitor.runtime.roll import Roll
from monitor.runtime.tracks.files import read_chunks
from monitor.runtime.tracks.recorder import TrackRecorder
from monitor.runtime.worker import Worker
from monitor.settings import parse_settings
from monitor.settings.district import district_of
from monitor.store.attendance import AttendanceRepository
from monitor.store.base import Database
from monitor.store.place_repository import PlaceRepository
from monitor.store.register_repository import RegisterRepository

DATABASES = ["sqlite"]
PATIENCE = 60.0
CONFIGURATION = """
version: 1
sources: {folders: [.]}
district: {id: d, name: D}
institutions:
  - id: sun
    name: Sun
    opening_hours: {mon: "00:00-24:00", tue: "00:00-24:00", wed: "00:00-24:00", thu: "00:00-24:00",
                    fri: "00:00-24:00", sat: "00:00-24:00", sun: "00:00-24:00"}
    rooms:
      - id: sun-room
        name: Room
        type: activity
        class: toddler
        rules: {headcount_mismatch: {after: 2s, clear_after: 1s}}
        cameras:
          - {id: sun-cam, name: Cam, url: "file:clip.mp4?loop=1"}
      - id: sun-wc
        name: Washroom
        type: washroom
"""


def noon_now() -> tzinfo:
    """Return a zone in which it is about noon: far from the midnight at which counts end."""
    return timezone(timedelta(hours=12 - datetime.now(UTC).hour))


def district(folder: Path) -> District:
    settings = parse_settings(parse_document(CONFIGURATION, "d.yaml"), folder)
    return district_of(settings, folder)


def arrive(database: Database, children: int) -> None:
    now = utc_now(SystemClock())
    movement = Movement("t", now, Direction.ARRIVAL, children)
    start = now - timedelta(hours=6)
    AttendanceRepository(database).record("sun", movement, start, now, Actor(None, "Zhao"))


def wait_for(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_children_signed_in_who_are_not_there_are_missed(
    tmp_path: Path, database: Database
) -> None:
    render(SCENES["sunshine-toddler"], tmp_path / "clip.mp4", 2.0, (640, 360))
    ensure_model("yolov8n", models_folder())
    here, zone, clock = district(tmp_path), noon_now(), SystemClock()
    PlaceRepository(database).sync(here, utc_now(clock))
    group = ClassGroup("t", Text("托小班", "Toddlers"), ClassType.TODDLER, 40, "sun-room")
    RegisterRepository(database).put("sun", [group], utc_now(clock))
    roll = Roll(database, ["sun"], zone, clock)
    tapes = TrackRecorder(tmp_path / "tracks")
    tapes.start()
    (room, _), (camera,) = here.rooms, here.cameras
    told: list[Event] = []
    worker = Worker(
        here.rooms,
        [replace(camera, analysis_fps=4.0)],
        load_finder("yolov8n", models_folder()),
        lambda event, _snapshot: told.append(event),
        clock=clock,
        tapes=tapes,
        calendar_of=lambda room: Calendar(room.opening_hours, room.nap_times, zone),
        roll_of=roll.of,
    )

    def mismatches() -> list[Event]:
        return [event for event in told if event.rule == "headcount_mismatch"]

    worker.start()
    roll.read()
    wait_for(lambda: bool(worker.room_states()) and worker.room_states()[0].people > 0)
    assert mismatches() == []
    arrive(database, 40)
    roll.read()
    wait_for(lambda: bool(mismatches()))
    worker.stop()
    tapes.stop()
    event = mismatches()[0]
    assert event.evidence["signed_in"] == event.evidence["all_signed_in"] == 40
    assert 0 < event.evidence["counted"] < 30
    assert "40 signed in to Room" in event.explain.en
    replay = RoomReplay(room, [camera], event.rule, calendar=Calendar(room.opening_hours, (), zone))
    for chunk in read_chunks(tmp_path / "tracks", "sun-room"):
        replay.feed(chunk)
    assert replay.result.events[event.id].raised == event.raised
