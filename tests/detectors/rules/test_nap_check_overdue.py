from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from monitor.detectors.rules import rules_for
from monitor.domain.events import Event, Severity
from monitor.domain.geometry import Polygon
from monitor.domain.hours import DayTime, Span
from monitor.domain.people import AgeClass, Track
from monitor.domain.places import Camera, Room, RoomType, Zone, ZoneKind
from monitor.domain.room_state import RoomState, View

MakeRoom = Callable[..., Room]
MakeCamera = Callable[..., Camera]
COTS = Zone("cots", Polygon.of([[0, 0], [0.5, 0], [0.5, 1], [0, 1]]), kind=ZoneKind.COTS)
NAPS = (Span(720, 840),)
NAP, AWAKE = DayTime(open=True, nap=True), DayTime(open=True)
Part = tuple[int, dict[str, Any]]


@pytest.fixture
def play(
    make_room: MakeRoom,
    make_camera: MakeCamera,
    make_state: Callable[..., RoomState],
    events_of: Callable[..., list[Event]],
) -> Callable[..., list[Event]]:
    def run(*parts: Part, zones: Sequence[Zone] = ()) -> list[Event]:
        """Run through ``(seconds, parts of the state)``; the last child was seen at the start."""
        states: list[RoomState] = []
        seen: float | None = None
        for seconds, values in parts:
            for _ in range(seconds):
                now = float(len(states))
                seen = now if values.get("children") else seen
                states.append(make_state(now, child_seen=seen, **{"day": NAP, **values}))
        room = make_room(RoomType.NAP, nap_times=NAPS)
        return events_of("nap_check_overdue", room, [make_camera(zones=zones)], states)

    return run


ASLEEP: dict[str, Any] = {"children": 1}
UNDER_BLANKETS: dict[str, Any] = {}
CHECKED: dict[str, Any] = {"children": 1, "adults": 1}


def test_after_a_quarter_of_an_hour_without_a_check_it_is_told(
    play: Callable[..., list[Event]],
) -> None:
    event, ended = play((60, CHECKED), (910, ASLEEP), (15, CHECKED))
    assert (event.onset, event.raised, event.severity) == (60.0, 960.0, Severity.MEDIUM)
    assert ended.cleared == 970.0
    assert event.explain.en == (
        "Children nap in Toddler room and no adult has looked at them for 15 min."
    )
    assert event.explain.zh == "托小班有儿童午睡，已 15 分钟没有成人到床边查看。"


def test_a_check_of_ten_seconds_starts_it_anew(play: Callable[..., list[Event]]) -> None:
    assert play((800, ASLEEP), (12, CHECKED), (800, ASLEEP)) == []
    assert play((600, ASLEEP), (5, CHECKED), (320, ASLEEP))


def test_children_under_blankets_are_found_seldom(play: Callable[..., list[Event]]) -> None:
    seldom = [(1, ASLEEP), (299, UNDER_BLANKETS)] * 4
    assert len(play(*seldom)) == 1
    assert play((1, ASLEEP), (1500, UNDER_BLANKETS)) == []


def test_outside_nap_time_nobody_need_look(play: Callable[..., list[Event]]) -> None:
    assert play((1500, {"children": 3, "day": AWAKE})) == []
    assert play((1500, {"children": 3, "day": None})) == []
    events = play((950, ASLEEP), (15, {"children": 3, "day": AWAKE}))
    assert events[-1].cleared == 950.0


@pytest.mark.parametrize(
    "doubt",
    [
        {"unknown": 1},
        {"entered_adults": 1},
        {"view": View.PARTIAL},
        {"confidence": 0.1},
    ],
)
def test_what_is_not_known_is_not_told(
    doubt: dict[str, Any], play: Callable[..., list[Event]]
) -> None:
    assert play((1500, {**ASLEEP, **doubt})) == []


def test_where_cots_are_drawn_the_adult_must_be_there(
    play: Callable[..., list[Event]], make_track: Callable[..., Track]
) -> None:
    def with_adult(*zones: str) -> dict[str, Any]:
        return {**CHECKED, "tracks": (make_track(1, AgeClass.ADULT, zones=zones),)}

    assert play((950, with_adult()), zones=[COTS])
    assert play((950, with_adult("cots")), zones=[COTS]) == []


def test_it_runs_where_children_nap(make_room: MakeRoom, make_camera: MakeCamera) -> None:
    def runs(room: Room, *zones: Zone) -> bool:
        rules = rules_for(room, [make_camera(zones=zones)])
        return "nap_check_overdue" in {rule.name for rule in rules}

    assert runs(make_room(RoomType.NAP, nap_times=NAPS))
    assert not runs(make_room(RoomType.NAP))
    assert not runs(make_room(RoomType.ACTIVITY, nap_times=NAPS))
    assert runs(make_room(RoomType.ACTIVITY, nap_times=NAPS), COTS)
