from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.domain.attendance import RollCall
from monitor.domain.headcount import Counted, Headcount
from monitor.domain.hours import DayTime
from monitor.domain.places import Camera, ClassType, Room, RoomType
from monitor.domain.room_state import RoomState, View
from monitor.domain.text import Text
from monitor.runtime.headcounts import Headcounts

NAME = Text("室", "Room")
ROLL = RollCall(21, {"t": 8, "o": 12})  # and one child of a class without a room


def room(name: str, type: RoomType = RoomType.ACTIVITY, **parts: Any) -> Room:  # noqa: A002
    return Room(name, parts.pop("institution", "sun"), NAME, type, **parts)


TODDLERS = room("t", class_type=ClassType.TODDLER)
OLDER = room("o", class_type=ClassType.OLDER)
YARD = room("y", RoomType.OUTDOOR)
ROOMS = (TODDLERS, OLDER, YARD)
STATES = {
    "t": RoomState("t", 9.0, View.FULL, 1, 5, 1),
    "o": RoomState("o", 9.0, View.FULL, 1, 7, 2, entered_children=1),
    "y": RoomState("y", 9.0, View.FULL, 1, 3, 0),
}


def counted(
    rooms: Sequence[Room] = ROOMS,
    states: dict[str, RoomState] | None = None,
    roll: RollCall | None = ROLL,
    dark: Sequence[str] = (),
) -> dict[str, Headcount | None]:
    cameras = [
        Camera(f"{place.id}-cam", place.id, NAME, "", enabled=place.id not in dark)
        for place in rooms
        if place.type is not RoomType.WASHROOM
    ]

    def roll_of(institution_id: str, _time: float) -> RollCall | None:
        return roll if institution_id == "sun" else None

    return Headcounts(rooms, cameras, roll_of).of(STATES if states is None else states, 10.0)


def test_each_class_learns_what_the_other_rooms_count() -> None:
    assert counted() == {
        "t": Headcount(8, 21, Counted(10, 13)),
        "o": Headcount(12, 21, Counted(8, 9)),
    }


def test_other_institutions_are_not_asked() -> None:
    moon = room("m", institution="moon", class_type=ClassType.OLDER)
    states = {**STATES, "m": RoomState("m", 9.0, View.FULL, 0, 9, 0)}
    assert counted((*ROOMS, moon), states) == {**counted(), "m": None}


@pytest.mark.parametrize(
    "state",
    [
        None,
        replace(STATES["y"], view=View.PARTIAL),
        replace(STATES["y"], view=View.LOST),
        replace(STATES["y"], day=DayTime(open=True, nap=True)),
    ],
)
def test_another_room_that_is_not_fully_seen_makes_all_unknown(state: RoomState | None) -> None:
    states = {name: known for name, known in STATES.items() if name != "y"}
    if state is not None:
        states["y"] = state
    assert counted(states=states) == {"t": None, "o": None}


def test_its_own_view_is_the_rooms_own_business() -> None:
    states = {**STATES, "t": replace(STATES["t"], view=View.LOST)}
    found = counted(states=states)
    assert found["t"] == counted()["t"]
    assert found["o"] is None


def test_where_nobody_signs_in_nothing_is_known() -> None:
    assert counted(roll=None) == {"t": None, "o": None}
    half = counted(roll=RollCall(8, {"t": 8}))
    assert half == {"t": Headcount(8, 8, Counted(10, 13), all_reported=False), "o": None}


def test_a_room_without_a_camera_is_named_unless_children_only_pass_it() -> None:
    toddlers = counted(dark=["y"])["t"]
    assert toddlers == Headcount(8, 21, Counted(7, 10), all_watched=False)
    for type_ in (RoomType.KITCHEN, RoomType.STAIRS, RoomType.WASHROOM):
        rooms = (TODDLERS, OLDER, room("y", type_))
        assert counted(rooms, dark=["y"])["t"] == replace(toddlers, all_watched=True)
    for type_ in (RoomType.NAP, RoomType.DINING, RoomType.CORRIDOR, RoomType.ENTRANCE):
        assert counted((TODDLERS, OLDER, room("y", type_)), dark=["y"])["t"] == toddlers


@given(st.permutations(ROOMS), st.permutations(list(STATES)))
def test_the_order_of_rooms_does_not_matter(rooms: list[Room], names: list[str]) -> None:
    assert counted(rooms, {name: STATES[name] for name in names}) == counted()
