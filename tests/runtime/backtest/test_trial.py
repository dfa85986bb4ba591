from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from monitor.domain.errors import InputError
from monitor.domain.places import Camera, District, Institution, Room, RoomType
from monitor.domain.room_state import CameraView, ViewFault
from monitor.domain.text import Text
from monitor.runtime.backtest.replay import Span
from monitor.runtime.backtest.trial import (
    Trial,
    TrialResult,
    parse_changes,
    rooms_of,
    run_trial,
)
from monitor.runtime.tracks.calls import Chunk, Sight, Step
from monitor.runtime.tracks.files import append_chunk

if TYPE_CHECKING:
    from tests.conftest import LeaveAlone

START = 1_793_000_000.0
NAME = Text("室", "Room")
ROOMS = tuple(Room(f"room-{n}", "sun", NAME, RoomType.ACTIVITY) for n in range(3))
CAMERAS = tuple(Camera(f"cam-{n}", f"room-{n}", NAME, "file:none.mp4") for n in range(3))
DISTRICT = District(
    "d",
    NAME,
    institutions=(Institution("sun", NAME, ""), Institution("moon", NAME, "")),
    rooms=(*ROOMS, Room("store", "moon", NAME, RoomType.CORRIDOR)),
    cameras=CAMERAS,
)


@pytest.fixture
def lived(tmp_path: Path, leave_alone: LeaveAlone) -> Path:
    """Return the tracks of three rooms, in each of which a child was alone a minute longer."""
    for number, room in enumerate(ROOMS):
        absences = [(60, 150 + 60 * number)]
        leave_alone(room, CAMERAS, tmp_path, START, 400, absences)
    return tmp_path


def tried(folder: Path, jobs: int = 1, **changes: float) -> tuple[TrialResult, list[float]]:
    trial = Trial(ROOMS, CAMERAS, "unattended_child", changes, Span(START, START + 400))
    shares: list[float] = []
    return run_trial(trial, folder, (), shares.append, jobs=jobs), shares


def test_rooms_side_by_side_give_what_they_give_one_by_one(lived: Path) -> None:
    one, shares = tried(lived, after=120.0)
    several, _ = tried(lived, jobs=2, after=120.0)
    assert one.rooms == several.rooms
    assert [len(room.comparison.would) for room in one.rooms] == [0, 1, 1]
    assert one.comparison.new == 2
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    assert one.hours == pytest.approx(3 * 399.5 / 3600)


@pytest.mark.parametrize(("camera_id", "found"), [(None, 1), ("cam-0", 1), ("other", 0)])
def test_a_camera_narrows_what_is_about_cameras(
    tmp_path: Path, camera_id: str | None, found: int
) -> None:
    dark = Sight(CameraView("cam-0", ViewFault.DARK, START))
    steps = tuple(Step(START + n) for n in range(60))
    chunk = Chunk("room-0", "s", 0, ("cam-0",), (), (dark, *steps), START, START + 59)
    append_chunk(tmp_path, chunk)
    window = Span(START, START + 400)
    trial = Trial(ROOMS[:1], CAMERAS, "view_lost", {}, window, camera_id)
    shares: list[float] = []
    would = run_trial(trial, tmp_path, (), shares.append).comparison.would
    assert len(would) == found


def test_a_camera_narrows_nothing_about_rooms(lived: Path) -> None:
    window = Span(START, START + 400)
    trial = Trial(ROOMS[:1], CAMERAS, "unattended_child", {}, window, "other")
    shares: list[float] = []
    assert len(run_trial(trial, lived, (), shares.append).comparison.would) == 1


def test_rooms_are_found_by_camera_room_and_institution() -> None:
    assert rooms_of(DISTRICT) == ROOMS
    assert rooms_of(DISTRICT, camera="cam-1") == (ROOMS[1],)
    assert rooms_of(DISTRICT, room="room-2") == (ROOMS[2],)
    assert rooms_of(DISTRICT, institution="sun") == ROOMS
    assert rooms_of(DISTRICT, institution="moon") == ()
    with pytest.raises(InputError, match="no room with cameras 'store'"):
        rooms_of(DISTRICT, room="store")


def test_parameters_are_read_as_they_are_written() -> None:
    written = {"after": "2m", "enabled": "no", "min_confidence": "0.5"}
    assert parse_changes("unattended_child", written, "--set") == {
        "after": 120.0,
        "enabled": False,
        "min_confidence": 0.5,
    }
