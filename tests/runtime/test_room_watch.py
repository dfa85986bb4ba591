"""A room whose camera was moved, or calibrated wrongly, still sees people but does not measure."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from monitor.detectors.ground.plane import plane_from_mounting
from monitor.detectors.rules import Origin
from monitor.domain.people import AgeClass, Box, Person
from monitor.domain.places import Calibration, Camera, Room, RoomType
from monitor.domain.room_state import CameraView, View, ViewFault
from monitor.domain.text import Text
from monitor.runtime.room_watch import RoomWatch

HANGS = Calibration(height_m=2.7, pitch_deg=24, focal_px=860, width_px=1280, height_px=720)
NAME = Text(zh="房间", en="Room")


def room_with(calibration: Calibration) -> RoomWatch:
    camera = Camera(id="east", room_id="room", name=NAME, url="file:x", calibration=calibration)
    watch = RoomWatch(Room("room", "sun", NAME, RoomType.ACTIVITY), [camera], Origin("", "", ""))
    watch.view(CameraView("east"))
    return watch


def walk(watch: RoomWatch, start: float, seconds: float) -> None:
    """Let two adults and two children walk about, as a camera that ``HANGS`` sees them."""
    matrix = plane_from_mounting(HANGS).projection
    for step in range(round(seconds * 5)):
        time = start + step / 5
        people = []
        for index, tall in enumerate((1.65, 1.6, 0.92, 0.88)):
            x, z = 1.1 * index - 1.6, 4.5 + 1.5 * math.sin(time / 6 + index)
            seen = np.array([[x, z, 0, 1], [x, z, tall, 1]]) @ matrix.T
            (u, foot), (_, head) = seen[:, :2] / seen[:, 2:]
            half = 0.17 * (foot - head) * 9 / 16
            people.append(Person(Box(u - half, head, u + half, foot), 0.9))
        watch.observe("east", people, time, 16 / 9)
        watch.step(time)


def fault(watch: RoomWatch) -> ViewFault | None:
    assert watch.state is not None
    return watch.state.cameras[0].fault


def heights(watch: RoomWatch) -> list[float | None]:
    return [track.height_m for track in watch.tracks("east")]


def test_a_right_plane_measures_and_is_trusted() -> None:
    watch = room_with(HANGS)
    walk(watch, 0, 60)
    assert fault(watch) is None
    assert sorted(height or 0 for height in heights(watch)) == pytest.approx(
        [0.88, 0.92, 1.6, 1.65], abs=0.02
    )


def test_a_doubt_must_last() -> None:
    watch = room_with(replace(HANGS, height_m=1.9))
    walk(watch, 0, 60)
    assert fault(watch) is None
    assert None not in heights(watch)


def test_a_wrong_plane_is_told_of_and_no_longer_measures(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("monitor.runtime.room_watch._DOUBT_LASTS", 10.0)
    watch = room_with(replace(HANGS, height_m=1.9))
    walk(watch, 0, 60)
    assert fault(watch) is ViewFault.MISCALIBRATED
    assert watch.state is not None
    assert watch.state.view is View.FULL
    assert watch.state.people == 4
    assert heights(watch) == [None] * 4


def test_a_moved_camera_sees_but_does_not_measure_until_it_is_back() -> None:
    watch = room_with(HANGS)
    walk(watch, 0, 10)
    watch.view(CameraView("east", ViewFault.MOVED, 8.0))
    walk(watch, 10, 10)
    assert fault(watch) is ViewFault.MOVED
    assert watch.state is not None
    assert watch.state.people == 4
    assert heights(watch) == [None] * 4
    watch.view(CameraView("east", None, 20.0))
    walk(watch, 20, 10)
    assert fault(watch) is None
    assert None not in heights(watch)


def test_a_camera_that_is_away_is_not_called_miscalibrated() -> None:
    watch = room_with(replace(HANGS, height_m=1.9))
    walk(watch, 0, 60)
    watch.view(CameraView("east", ViewFault.OFFLINE, 60.0))
    watch.step(61.0)
    assert fault(watch) is ViewFault.OFFLINE


def box(tall: float, wide: float, x: float = 0.3, z: float = 4.5) -> Box:
    matrix = plane_from_mounting(HANGS).projection
    seen = np.array([[x, z, 0, 1], [x, z, tall, 1], [x + wide, z, 0, 1]]) @ matrix.T
    (u, foot), (_, head), (side, _) = seen[:, :2] / seen[:, 2:]
    return Box(u - (side - u) / 2, head, u + (side - u) / 2, foot)


def test_a_carer_who_sits_down_before_a_child_is_not_taken_for_her() -> None:
    watch = room_with(HANGS)
    child = Person(box(0.63, 0.42), 0.9, AgeClass.CHILD, 0.85)
    carer = Person(box(1.2, 0.7), 0.9, AgeClass.ADULT, 0.85)
    ages = []
    for step in range(300):
        people = [child if step < 150 else carer]
        (track, *_) = watch.observe("east", people, step / 5, 16 / 9) or (None,)
        ages.append((track.id, track.age) if track is not None else None)
    assert ages[149] == (1, AgeClass.CHILD)
    assert ages[-1] == (2, AgeClass.ADULT)
    assert (2, AgeClass.CHILD) not in ages
