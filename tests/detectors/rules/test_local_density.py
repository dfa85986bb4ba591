from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from monitor.detectors.rules import rules_for
from monitor.domain.events import Event, Severity
from monitor.domain.geometry import Polygon
from monitor.domain.people import AgeClass, Track
from monitor.domain.places import Calibration, Camera, Room, Zone, ZoneKind
from monitor.domain.room_state import CameraView, RoomState, ViewFault

MakeTrack = Callable[..., Track]
ALL = Polygon.of([[0, 0], [1, 0], [1, 1], [0, 1]])
SLIDE = Zone("slide", ALL, kind=ZoneKind.SLIDE)
MOUNTING = Calibration(2.6, 28, 800, 1280, 720)


@pytest.fixture
def people(make_track: MakeTrack) -> Callable[..., tuple[Track, ...]]:
    """Return so many people on a grid, so many metres apart."""

    def make(count: int, spacing: float, **parts: Any) -> tuple[Track, ...]:
        return tuple(
            make_track(
                i + 1,
                AgeClass.CHILD,
                **{
                    "floor": (spacing * (i % 4), 4 + spacing * (i // 4)),
                    "zones": ("slide",),
                    **parts,
                },
            )
            for i in range(count)
        )

    return make


@pytest.fixture
def play(
    make_room: Callable[..., Room],
    make_camera: Callable[..., Camera],
    make_state: Callable[..., RoomState],
    events_of: Callable[..., list[Event]],
) -> Callable[..., list[Event]]:
    def run(*parts: tuple[int, tuple[Track, ...]], **others: Any) -> list[Event]:
        states: list[RoomState] = []
        for seconds, tracks in parts:
            for _ in range(seconds):
                states.append(make_state(float(len(states)), tracks=tracks, **others))
        camera = make_camera(zones=[SLIDE], calibration=MOUNTING)
        return events_of("local_density", make_room(), [camera], states)

    return run


def test_a_press_at_the_slide_is_told_after_ten_seconds(
    play: Callable[..., list[Event]], people: Callable[..., tuple[Track, ...]]
) -> None:
    event, ended = play((5, ()), (20, people(12, 0.4)), (15, people(7, 0.4)))
    assert (event.onset, event.raised, event.severity) == (5.0, 15.0, Severity.HIGH)
    assert (event.zone_id, event.camera_id) == ("slide", "east")
    assert event.evidence["count"] >= 9
    assert event.evidence["density"] == event.evidence["count"] / 4
    assert event.explain.en.endswith("people within 4 m² at 'slide' of Toddler room for 10 s.")
    assert event.explain.zh.startswith("托小班“slide”处 4 平方米内聚集 ")
    assert ended.cleared == 25.0


def test_the_same_people_spread_out_are_no_press(
    play: Callable[..., list[Event]], people: Callable[..., tuple[Track, ...]]
) -> None:
    assert play((30, people(12, 1.0))) == []


def test_between_the_limits_nothing_changes(
    play: Callable[..., list[Event]], people: Callable[..., tuple[Track, ...]]
) -> None:
    tight = people(8, 0.1)
    assert play((60, tight)) == []
    assert [event.cleared for event in play((20, people(9, 0.1)), (60, tight))] == [None]


def test_only_people_of_the_zone_with_a_known_place_count(
    play: Callable[..., list[Event]], people: Callable[..., tuple[Track, ...]]
) -> None:
    assert play((30, people(12, 0.3, zones=()))) == []
    assert play((30, people(12, 0.3, floor=None))) == []


def test_a_lost_view_does_not_clear(
    play: Callable[..., list[Event]], people: Callable[..., tuple[Track, ...]]
) -> None:
    lost = (CameraView("east", ViewFault.DARK),)
    assert len(play((20, people(12, 0.3)), (60, ()), cameras=lost)) == 1


@pytest.mark.parametrize(
    ("zone", "calibration", "runs"),
    [
        (SLIDE, MOUNTING, True),
        (SLIDE, None, False),
        (Zone("s", ALL, kind=ZoneKind.STAIRS), MOUNTING, True),
        (Zone("door-1", ALL), MOUNTING, True),
        (Zone("mat", ALL, kind=ZoneKind.MAT), MOUNTING, False),
        (Zone("corner", ALL), MOUNTING, False),
    ],
)
def test_it_needs_calibration_and_a_place_where_people_move(
    zone: Zone,
    calibration: Calibration | None,
    runs: bool,
    make_room: Callable[..., Room],
    make_camera: Callable[..., Camera],
) -> None:
    camera = make_camera(zones=[zone], calibration=calibration)
    names = {rule.name for rule in rules_for(make_room(), [camera])}
    assert ("local_density" in names) is runs
