from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from monitor.detectors.rules import rules_for
from monitor.domain.events import Event, Severity
from monitor.domain.geometry import Polygon
from monitor.domain.people import AgeClass, Track
from monitor.domain.places import Camera, Room, Zone, ZoneKind
from monitor.domain.room_state import CameraView, RoomState, ViewFault

MakeTrack = Callable[..., Track]
MakeState = Callable[..., RoomState]
A, C, U = AgeClass.ADULT, AgeClass.CHILD, AgeClass.UNKNOWN
STOVE = Zone("stove", Polygon.of([[0, 0], [0.4, 0], [0.4, 1], [0, 1]]), kind=ZoneKind.RESTRICTED)


@pytest.fixture
def play(
    make_room: Callable[..., Room],
    make_camera: Callable[..., Camera],
    make_state: MakeState,
    events_of: Callable[..., list[Event]],
) -> Callable[..., list[Event]]:
    """Show the same people for some seconds, then nobody."""

    def run(*tracks: Track, seconds: float = 10, **parts: Any) -> list[Event]:
        states = [
            make_state(look / 5, tracks=tracks if look / 5 < seconds else (), **parts)
            for look in range(100)
        ]
        return events_of("restricted_zone", make_room(), [make_camera(zones=[STOVE])], states)

    return run


@pytest.fixture
def child(make_track: MakeTrack) -> Callable[..., Track]:
    def make(age: AgeClass = C, **parts: Any) -> Track:
        return make_track(1, age, (0.2, 0.7), **{"zones": ("stove",), "floor": (0.0, 4.0), **parts})

    return make


def test_a_child_in_the_zone_is_told_after_five_seconds(
    play: Callable[..., list[Event]], child: Callable[..., Track]
) -> None:
    event, ended = play(child())
    assert event.raised - event.onset == pytest.approx(5.0)
    assert (event.severity, event.zone_id, event.camera_id) == (Severity.CRITICAL, "stove", "east")
    assert event.explain.en == (
        "1 child in restricted zone 'stove' of Toddler room with no adult near for 5 s."
    )
    assert event.explain.zh == "托小班的禁入区域“stove”内有 1 名儿童，身边没有成人，已持续 5 秒。"
    assert ended.cleared == pytest.approx(10.0)
    assert play(child(), seconds=4) == []


def test_an_adult_at_her_side_makes_it_lawful(
    play: Callable[..., list[Event]], child: Callable[..., Track], make_track: MakeTrack
) -> None:
    def adult(metres: float, **parts: Any) -> Track:
        return make_track(2, A, (0.6, 0.7), floor=(metres, 4.0), **parts)

    assert play(child(), adult(1.9)) == []
    assert play(child(), adult(2.1))
    assert play(child(), adult(1.0, camera_id="west"))
    assert play(child(), adult(9.0, camera_id="west", zones=("stove",))) == []


def test_without_a_floor_peoples_sizes_tell_how_near(
    play: Callable[..., list[Event]], make_track: MakeTrack
) -> None:
    small = make_track(1, C, (0.2, 0.7), size=(0.05, 0.19), zones=("stove",))
    near = make_track(2, A, (0.35, 0.7), size=(0.1, 0.32))
    far = make_track(2, A, (0.7, 0.7), size=(0.1, 0.32))
    assert play(small, near) == []
    assert play(small, far)


def test_the_undecided_counts_as_a_child_with_less_confidence(
    play: Callable[..., list[Event]], child: Callable[..., Track], make_track: MakeTrack
) -> None:
    sure, unsure = play(child())[0], play(child(U))[0]
    assert unsure.confidence < sure.confidence
    assert play(child(U, adult_log_odds=1.5)) == []
    doubtful = make_track(2, U, (0.3, 0.7), floor=(0.5, 4.0), adult_log_odds=0.5)
    assert play(child(), doubtful)


def test_what_cannot_be_seen_neither_raises_nor_clears(
    play: Callable[..., list[Event]], child: Callable[..., Track]
) -> None:
    lost = (CameraView("east", ViewFault.COVERED),)
    assert play(cameras=lost) == []
    (event,) = play(child(), cameras=lost)
    assert event.cleared is None


def test_zones_of_other_kinds_are_open_to_all(
    make_room: Callable[..., Room], make_camera: Callable[..., Camera]
) -> None:
    mat = Zone("mat", STOVE.polygon, kind=ZoneKind.MAT)
    rules = rules_for(make_room(), [make_camera(zones=[mat])])
    assert "restricted_zone" not in {rule.name for rule in rules}
