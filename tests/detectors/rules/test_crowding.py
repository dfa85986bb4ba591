from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from monitor.detectors.rules import Rule, RuleEngine, rules_for
from monitor.domain.events import Event, Severity
from monitor.domain.geometry import Polygon
from monitor.domain.places import Camera, Room, Zone
from monitor.domain.room_state import CameraView, RoomState, View, ViewFault

MakeRoom = Callable[..., Room]
MakeCamera = Callable[..., Camera]
MakeState = Callable[..., RoomState]
SQUARE = Polygon.of([[0, 0], [1, 0], [1, 1], [0, 1]])


def crowding(room: Room, cameras: Sequence[Camera] = ()) -> Rule:
    return next(rule for rule in rules_for(room, cameras) if rule.name == "crowding")


@pytest.fixture
def play(make_state: MakeState) -> Callable[..., list[Event]]:
    def run(
        room: Room, *parts: tuple[float, dict[str, Any]], cameras: Sequence[Camera] = ()
    ) -> list[Event]:
        engine = RuleEngine(room, [crowding(room, cameras)])
        events: list[Event] = []
        time = 0.0
        for seconds, people in parts:
            for _ in range(round(seconds)):
                events += engine.step(make_state(time, **people))
                time += 1.0
        return events

    return run


Play = Callable[..., list[Event]]


def test_too_many_people_are_told_after_a_minute(play: Play, make_room: MakeRoom) -> None:
    room = make_room(person_capacity=10)
    raised, cleared = play(
        room,
        (30, {"adults": 2, "children": 8}),
        (100, {"adults": 2, "children": 9}),
        (80, {"adults": 1, "children": 8}),
    )
    assert (raised.onset, raised.raised) == (30, 90)
    assert raised.severity is Severity.MEDIUM
    assert (raised.evidence["count"], raised.evidence["limit"]) == (11, 10)
    assert raised.explain.en == "11 people in Toddler room, over its limit of 10, for 60 s."
    assert raised.explain.zh == "托小班有 11 人，超过核定的 10 人，已持续 60 秒。"
    assert (cleared.id, cleared.cleared) == (raised.id, 130)


def test_at_the_limit_is_not_over_it_and_does_not_end_it(play: Play, make_room: MakeRoom) -> None:
    room = make_room(person_capacity=10)
    assert play(room, (300, {"children": 10})) == []
    assert len(play(room, (70, {"children": 11}), (300, {"children": 10}))) == 1


def test_a_count_that_hovers_makes_one_event(play: Play, make_room: MakeRoom) -> None:
    room = make_room(person_capacity=10)
    hovering = [(4, {"children": 11}), (4, {"children": 10})] * 60
    assert len(play(room, (70, {"children": 11}), *hovering)) == 1
    at_once = [(2, {"children": 11}), (1, {"children": 9})] * 60
    assert len(play(room, *at_once)) == 1


def test_one_stray_count_is_nothing(play: Play, make_room: MakeRoom) -> None:
    room = make_room(person_capacity=10)
    assert play(room, *[(30, {"children": 9}), (1, {"children": 30})] * 10) == []
    stray = play(room, (70, {"children": 11}), *[(30, {"children": 11}), (1, {"children": 2})] * 5)
    assert len(stray) == 1


def test_from_a_fifth_more_on_it_is_high(play: Play, make_room: MakeRoom) -> None:
    room = make_room(person_capacity=10)
    (event,) = play(room, (70, {"children": 12}))
    assert event.severity is Severity.HIGH
    worse = play(room, (70, {"children": 11}), (70, {"children": 12}))
    assert [event.severity for event in worse] == [Severity.MEDIUM, Severity.HIGH]
    assert worse[0].id == worse[1].id


def test_children_have_a_limit_of_their_own(play: Play, make_room: MakeRoom) -> None:
    room = make_room(capacity=5, person_capacity=20)
    (event,) = play(room, (70, {"adults": 6, "children": 6}))
    assert event.explain.en == "6 children in Toddler room, over its limit of 5, for 60 s."
    assert play(room, (70, {"adults": 6, "children": 5, "unknown": 3})) == []


def test_it_ends_only_when_both_limits_are_kept(play: Play, make_room: MakeRoom) -> None:
    room = make_room(capacity=5, person_capacity=8)
    both = play(room, (70, {"children": 9}), (70, {"children": 4, "adults": 4}))
    assert [event.cleared for event in both] == [None]
    done = play(room, (70, {"children": 9}), (70, {"children": 4, "adults": 3}))
    assert done[-1].cleared == 70


def test_too_many_seen_is_certain_with_part_of_the_room_unseen_but_few_are_not(
    play: Play, make_room: MakeRoom
) -> None:
    room = make_room(person_capacity=10)
    partial = {"view": View.PARTIAL, "confidence": 0.4}
    assert len(play(room, (70, {"children": 12, **partial}))) == 1
    assert len(play(room, (70, {"children": 12}), (300, {"children": 2, **partial}))) == 1


def test_below_the_confidence_asked_nothing_is_decided(play: Play, make_room: MakeRoom) -> None:
    room = make_room(person_capacity=10, rules={"crowding": {"min_confidence": 0.5}})
    assert play(room, (200, {"children": 12, "confidence": 0.4})) == []


def test_zones_have_limits_and_events_of_their_own(
    play: Play, make_room: MakeRoom, make_camera: MakeCamera
) -> None:
    cameras = [
        make_camera("east", [Zone("mat", SQUARE, 5), Zone("slide", SQUARE, 3)]),
        make_camera("west", [Zone("mat", SQUARE, 4), Zone("shelf", SQUARE)]),
    ]
    views = (CameraView("east"), CameraView("west"))
    counts = {"zone_counts": {"mat": 5, "slide": 4, "shelf": 30}, "cameras": views}
    events = play(make_room(), (70, counts), cameras=cameras)
    assert [event.zone_id for event in events] == ["mat", "slide"]
    assert len({event.id for event in events}) == 2
    assert events[0].explain.en.startswith("5 people in zone 'mat' of Toddler room, over its")
    assert events[0].explain.zh.startswith("托小班“mat”区域有 5 人")
    assert {event.place for event in events} == {"crowding:room:mat", "crowding:room:slide"}


def test_a_zone_that_is_not_seen_is_not_known_to_be_empty(
    play: Play, make_room: MakeRoom, make_camera: MakeCamera
) -> None:
    cameras = [make_camera("east", [Zone("mat", SQUARE, 5)])]
    seen = {"cameras": (CameraView("east"),)}
    blind = {"cameras": (CameraView("east", ViewFault.DARK),), "view": View.LOST}
    full, none = {"zone_counts": {"mat": 6}}, {"zone_counts": {"mat": 0}}
    events = play(make_room(), (70, {**seen, **full}), (300, {**blind, **none}), cameras=cameras)
    assert [event.cleared for event in events] == [None]
    events = play(make_room(), (70, {**seen, **full}), (70, {**seen, **none}), cameras=cameras)
    assert events[-1].cleared == 70


def test_thresholds_go_into_provenance(play: Play, make_room: MakeRoom) -> None:
    room = make_room(person_capacity=10, rules={"crowding": {"after": "20s"}})
    (event,) = play(room, (70, {"children": 12}))
    assert event.raised == 20
    assert event.provenance.thresholds["after"] == 20
    assert event.provenance.thresholds["person_capacity"] == 10
