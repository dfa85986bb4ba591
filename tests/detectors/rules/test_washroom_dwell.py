from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from monitor.detectors.rules import rules_for
from monitor.domain.events import Event, Severity
from monitor.domain.places import Camera, Line, LineKind, Room, RoomType, Side
from monitor.domain.room_state import Beyond, CameraView, RoomState, ViewFault

DOOR = Line("wc-door", (0.2, 0.6), (0.8, 0.6), LineKind.DOOR, Side.LEFT, "wc", RoomType.WASHROOM)


@pytest.fixture
def play(
    make_room: Callable[..., Room],
    make_camera: Callable[..., Camera],
    make_state: Callable[..., RoomState],
    events_of: Callable[..., list[Event]],
) -> Callable[..., list[Event]]:
    def run(*parts: tuple[int, int, int], **others: Any) -> list[Event]:
        """Run through ``(seconds, adults, children)`` in the washroom."""
        states: list[RoomState] = []
        for seconds, adults, children in parts:
            for _ in range(seconds):
                now = float(len(states))
                beyond = (Beyond("wc", adults, children, 0.0, ("east",)),)
                states.append(make_state(now, beyond=beyond, **others))
        room, camera = make_room(RoomType.CORRIDOR), make_camera(lines=[DOOR])
        return events_of("washroom_dwell", room, [camera], states)

    return run


def test_a_child_alone_in_a_washroom_is_told_after_two_minutes(
    play: Callable[..., list[Event]],
) -> None:
    event, ended = play((10, 0, 0), (130, 0, 1), (5, 0, 0))
    assert (event.onset, event.raised, event.severity) == (10.0, 130.0, Severity.MEDIUM)
    assert (event.zone_id, event.camera_id) == ("wc", "east")
    assert event.explain.en == (
        "1 child went from Toddler room into washroom 'wc' and no adult has been there for 2 min."
    )
    assert event.explain.zh == "1 名儿童从托小班进入盥洗室“wc”，已 2 分钟没有成人陪同。"
    assert ended.cleared == 140.0


def test_an_adult_who_goes_in_ends_it(play: Callable[..., list[Event]]) -> None:
    assert play((200, 1, 2)) == []
    assert play((130, 0, 1), (5, 1, 1))[-1].cleared == 130.0


def test_while_the_door_cannot_be_seen_nothing_is_known(play: Callable[..., list[Event]]) -> None:
    assert play((200, 0, 1), cameras=(CameraView("east", ViewFault.DARK),)) == []


@pytest.mark.parametrize(
    ("leads_to", "beyond", "runs"),
    [("wc", RoomType.WASHROOM, True), ("hall", RoomType.CORRIDOR, False), (None, None, False)],
)
def test_it_runs_where_a_door_leads_to_a_washroom(
    leads_to: str | None,
    beyond: RoomType | None,
    runs: bool,
    make_room: Callable[..., Room],
    make_camera: Callable[..., Camera],
) -> None:
    line = Line("d", DOOR.start, DOOR.end, LineKind.DOOR, Side.LEFT, leads_to, beyond)
    names = {rule.name for rule in rules_for(make_room(), [make_camera(lines=[line])])}
    assert ("washroom_dwell" in names) is runs
