from __future__ import annotations

from collections.abc import Callable

from monitor.detectors.fusion import RoomFusion
from monitor.detectors.rules import RuleEngine, rules_for
from monitor.domain.events import Event, Severity
from monitor.domain.places import Camera, Room
from monitor.domain.room_state import CameraView, RoomState, View, ViewFault

MakeState = Callable[..., RoomState]
MakeRoom = Callable[..., Room]
MakeCamera = Callable[..., Camera]


def play(
    make_room: MakeRoom,
    make_camera: MakeCamera,
    make_state: MakeState,
    *parts: tuple[int, ViewFault | None, ViewFault | None],
) -> list[Event]:
    cameras = [make_camera("east"), make_camera("west")]
    room = make_room()
    engine = RuleEngine(room, rules_for(room, cameras))
    events: list[Event] = []
    time = 0.0
    for seconds, east, west in parts:
        for _ in range(seconds):
            views = (CameraView("east", east), CameraView("west", west))
            events += engine.step(make_state(time, view=View.PARTIAL, cameras=views))
            time += 1.0
    return events


def test_each_camera_has_an_event_of_its_own(
    make_room: MakeRoom, make_camera: MakeCamera, make_state: MakeState
) -> None:
    dark, cut = ViewFault.DARK, ViewFault.OFFLINE
    events = play(
        make_room, make_camera, make_state, (10, None, None), (40, dark, cut), (70, None, cut)
    )
    assert [(event.camera_id, event.raised, event.cleared) for event in events] == [
        ("east", 40.0, None),
        ("west", 40.0, None),
        ("east", 40.0, 50.0),
    ]
    assert events[0].id == events[2].id != events[1].id
    assert {event.place for event in events} == {"view_lost:room:east", "view_lost:room:west"}
    assert all(event.severity is Severity.TECHNICAL for event in events)
    assert all(event.zone_id is None for event in events)
    assert events[1].explain.en == "Camera 'Camera west' of Toddler room has been offline for 30 s."
    assert events[0].explain.zh == "托小班的摄像机“摄像机 east”画面过暗，已持续 30 秒。"
    assert events[0].evidence["fault"] == "dark"


def test_a_flicker_is_nothing_and_a_change_of_fault_is_the_same_event(
    make_room: MakeRoom, make_camera: MakeCamera, make_state: MakeState
) -> None:
    dark, cut = ViewFault.DARK, ViewFault.OFFLINE
    flicker: list[tuple[int, ViewFault | None, ViewFault | None]] = [
        (1, cut, None),
        (9, None, None),
    ]
    assert play(make_room, make_camera, make_state, *flicker * 20) == []
    assert len(play(make_room, make_camera, make_state, (20, dark, None), (60, cut, None))) == 1


def test_an_open_event_is_resumed_for_its_camera(
    make_room: MakeRoom, make_camera: MakeCamera, make_state: MakeState
) -> None:
    (raised,) = play(make_room, make_camera, make_state, (40, ViewFault.DARK, None))
    cameras = [make_camera("east"), make_camera("west")]
    engine = RuleEngine(make_room(), rules_for(make_room(), cameras))
    engine.resume([raised])
    views = (CameraView("east"), CameraView("west"))
    events: list[Event] = []
    for second in range(100, 170):
        events += engine.step(make_state(float(second), cameras=views))
    assert [(event.id, event.cleared) for event in events] == [(raised.id, 100.0)]


def test_a_camera_that_is_no_longer_looked_at_is_lost(
    make_room: MakeRoom, make_camera: MakeCamera
) -> None:
    room, cameras = make_room(), [make_camera("east")]
    fusion, engine = RoomFusion(room, cameras), RuleEngine(room, rules_for(room, cameras))
    fusion.observe("east", 0.0, [])
    events: list[Event] = []
    for second in range(60):
        events += engine.step(fusion.state(float(second)))
    (event,) = events
    assert (event.rule, event.onset, event.evidence["fault"]) == ("view_lost", 6.0, "unwatched")
