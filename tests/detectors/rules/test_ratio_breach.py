from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from monitor.detectors.rules import rules_for
from monitor.domain.events import Event, Severity
from monitor.domain.places import Camera, ClassType, Room
from monitor.domain.room_state import RoomState, View

MakeRoom = Callable[..., Room]
MakeState = Callable[..., RoomState]
Part = tuple[int, float | None]


@pytest.fixture
def play(
    make_room: MakeRoom, make_state: MakeState, events_of: Callable[..., list[Event]]
) -> Callable[..., list[Event]]:
    def run(*parts: Part, room: Room | None = None, **others: Any) -> list[Event]:
        """Run through ``(seconds, children to one adult)``."""
        states: list[RoomState] = []
        for seconds, ratio in parts:
            for _ in range(seconds):
                now = float(len(states))
                states.append(
                    make_state(now, adults=1, children=4, children_per_adult=ratio, **others)
                )
        room = room or make_room(class_type=ClassType.TODDLER)
        return events_of("ratio_breach", room, [], states)

    return run


def test_too_many_children_to_one_adult_are_told(play: Callable[..., list[Event]]) -> None:
    event, ended = play((60, 5.0), (130, 7.5), (40, 5.0))
    assert (event.onset, event.raised, event.severity) == (60.0, 180.0, Severity.MEDIUM)
    assert ended.cleared == 190.0
    assert event.evidence["children_per_adult"] == 7.5
    assert event.evidence["limit"] == event.provenance.thresholds["children_per_carer"] == 5
    assert event.explain.en == (
        "7.5 children to each adult in Toddler room, more than the 5 allowed, for 2 min."
    )
    assert event.explain.zh == "托小班每名成人照护 7.5 名儿童，超过规定的 5 名，已持续 2 分钟。"


@pytest.mark.parametrize(
    ("class_type", "lawful"),
    [(ClassType.INFANT, 3.0), (ClassType.TODDLER, 5.0), (ClassType.OLDER, 7.0)],
)
def test_the_class_sets_the_limit(
    class_type: ClassType, lawful: float, make_room: MakeRoom, play: Callable[..., list[Event]]
) -> None:
    room = make_room(class_type=class_type)
    assert play((200, lawful), room=room) == []
    assert play((200, lawful + 0.5), room=room)


def test_a_short_breach_is_nothing(play: Callable[..., list[Event]]) -> None:
    assert play((100, 8.0), (60, 4.0), (100, 8.0)) == []


def test_what_is_not_known_is_not_judged(play: Callable[..., list[Event]]) -> None:
    assert play((300, None)) == []
    assert play((300, 9.0), view=View.PARTIAL) == []
    assert play((300, 9.0), confidence=0.1) == []


def test_without_a_lawful_ratio_it_runs_only_with_one_given(make_room: MakeRoom) -> None:
    def names(**parts: Any) -> set[str]:
        return {rule.name for rule in rules_for(make_room(**parts), [])}

    given = {"ratio_breach": {"children_per_carer": 6}}
    assert "ratio_breach" not in names()
    assert "ratio_breach" not in names(class_type=ClassType.MIXED)
    assert "ratio_breach" in names(class_type=ClassType.MIXED, rules=given)
    assert "ratio_breach" in names(class_type=ClassType.OLDER)


def test_a_given_ratio_goes_before_the_lawful_one(
    make_room: MakeRoom, make_camera: Callable[..., Camera], play: Callable[..., list[Event]]
) -> None:
    room = make_room(
        class_type=ClassType.TODDLER, rules={"ratio_breach": {"children_per_carer": 4}}
    )
    assert play((200, 4.5), room=room)
