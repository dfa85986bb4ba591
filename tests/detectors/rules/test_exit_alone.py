from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from monitor.detectors.fusion import RoomFusion
from monitor.detectors.rules import RuleEngine, rules_for
from monitor.domain.events import Event, Severity
from monitor.domain.people import AgeClass, Track
from monitor.domain.places import Camera, Line, LineKind, Room, Side
from monitor.domain.room_state import Crossing, RoomState, View

MakeRoom = Callable[..., Room]
MakeCamera = Callable[..., Camera]
MakeTrack = Callable[..., Track]
MakeState = Callable[..., RoomState]
EventsOf = Callable[..., list[Event]]
A, C, U = AgeClass.ADULT, AgeClass.CHILD, AgeClass.UNKNOWN
GATE = Line("gate", (0.2, 0.6), (0.8, 0.6), LineKind.EXIT, Side.LEFT)
DOOR = Line("door", (0.2, 0.6), (0.8, 0.6), LineKind.DOOR, Side.LEFT)


@pytest.fixture
def crossing(make_track: MakeTrack) -> Callable[..., Crossing]:
    def make(
        age: AgeClass,
        time: float,
        number: int = 1,
        metres: float = 0.0,
        inward: bool = False,
        **parts: Any,
    ) -> Crossing:
        track = make_track(number, age, seen=time, floor=(metres, 4.0), **parts)
        return Crossing(time, GATE, inward, track)

    return make


@pytest.fixture
def play(
    make_room: MakeRoom, make_camera: MakeCamera, make_state: MakeState, events_of: EventsOf
) -> Callable[..., list[Event]]:
    """Step the rule five times a second while the crossings happen."""

    def run(*crossings: Crossing, seconds: float = 60, **parts: Any) -> list[Event]:
        states = []
        for look in range(round(seconds * 5)):
            now = look / 5
            known = tuple(c for c in crossings if now - 15 <= c.time <= now)
            states.append(make_state(now, crossings=known, **parts))
        return events_of("exit_alone", make_room(), [make_camera(lines=[GATE])], states)

    return run


def test_a_child_who_goes_out_alone_is_told_at_once(
    play: Callable[..., list[Event]], crossing: Callable[..., Crossing]
) -> None:
    event, ended = play(crossing(C, 10.0))
    assert event.onset == pytest.approx(10.0)
    assert event.raised - event.onset <= 2
    assert (event.severity, event.zone_id, event.camera_id) == (Severity.CRITICAL, "gate", "east")
    assert event.explain.en == (
        "A child crossed exit 'gate' of Toddler room with no adult going along."
    )
    assert event.explain.zh == "1 名儿童独自越过托小班的出口“gate”，没有成人同行。"
    assert [item["id"] for item in event.evidence["crossed"]] == [1]
    assert ended.id == event.id
    assert ended.cleared is not None


@pytest.mark.parametrize("after", [-3.0, -1.0, 0.0, 0.8])
def test_an_adult_before_or_close_behind_goes_along(
    after: float, play: Callable[..., list[Event]], crossing: Callable[..., Crossing]
) -> None:
    assert play(crossing(C, 10.0), crossing(A, 10.0 + after, 2, metres=1.5)) == []


@pytest.mark.parametrize(
    ("age", "before", "metres", "inward"),
    [(A, 3.5, 0.5, False), (A, 1.0, 2.5, False), (A, 1.0, 0.5, True), (C, 1.0, 0.5, False)],
)
def test_others_do_not(
    age: AgeClass,
    before: float,
    metres: float,
    inward: bool,
    play: Callable[..., list[Event]],
    crossing: Callable[..., Crossing],
) -> None:
    found = play(crossing(C, 10.0), crossing(age, 10.0 - before, 2, metres, inward))
    assert found
    assert found[0].severity is Severity.CRITICAL


def test_coming_in_and_adults_alone_are_nothing(
    play: Callable[..., list[Event]], crossing: Callable[..., Crossing]
) -> None:
    assert play(crossing(C, 10.0, inward=True), crossing(A, 20.0, 2)) == []


def test_the_undecided_counts_as_a_child_with_less_confidence(
    play: Callable[..., list[Event]], crossing: Callable[..., Crossing]
) -> None:
    sure = play(crossing(C, 10.0))[0]
    unsure = play(crossing(U, 10.0, adult_log_odds=0.2))[0]
    assert unsure.confidence < sure.confidence
    assert play(crossing(U, 10.0, adult_log_odds=1.2)) == []
    assert play(crossing(C, 10.0), crossing(U, 10.0, 2, adult_log_odds=0.2))
    assert play(crossing(C, 10.0), crossing(U, 10.0, 2, adult_log_odds=1.2)) == []


def test_the_next_child_is_told_of_anew(
    play: Callable[..., list[Event]], crossing: Callable[..., Crossing]
) -> None:
    found = play(crossing(C, 10.0), crossing(C, 60.0, 2), seconds=120)
    assert [event.onset for event in found if event.cleared is None] == [10.0, 60.0]
    together = play(crossing(C, 10.0), crossing(C, 12.0, 2), seconds=120)
    assert len({event.id for event in together}) == 1


def test_what_was_seen_is_certain_with_part_of_the_room_lost(
    play: Callable[..., list[Event]], crossing: Callable[..., Crossing]
) -> None:
    assert play(crossing(C, 10.0), view=View.PARTIAL, confidence=0.3)


def test_it_runs_where_an_exit_is_drawn(make_room: MakeRoom, make_camera: MakeCamera) -> None:
    def names(*lines: Line, **parts: Any) -> set[str]:
        return {rule.name for rule in rules_for(make_room(), [make_camera(lines=lines, **parts)])}

    assert "exit_alone" in names(GATE)
    assert "exit_alone" not in names(DOOR)
    assert "exit_alone" not in names(GATE, enabled=False)


@pytest.mark.parametrize(
    ("people", "alarms"),
    [([(C, 1, 0.5)], 1), ([(C, 1, 0.5), (A, 2, 0.55)], 0), ([(A, 2, 0.5)], 0)],
)
def test_from_tracks_to_the_event(
    people: Sequence[tuple[AgeClass, int, float]],
    alarms: int,
    make_room: MakeRoom,
    make_camera: MakeCamera,
    make_track: MakeTrack,
) -> None:
    room, cameras = make_room(), [make_camera(lines=[GATE])]
    fusion, engine = RoomFusion(room, cameras), RuleEngine(room, rules_for(room, cameras))
    events: list[Event] = []
    for look in range(40):
        now = look / 5
        y = 0.5 + 0.01 * look
        tracks = [
            make_track(number, age, (x, y), size=(0.05, 0.2), seen=now, first_seen=0.0)
            for age, number, x in people
            if y < 0.75
        ]
        fusion.observe("east", now, tracks)
        events += engine.step(fusion.state(now))
    found = [event for event in events if event.rule == "exit_alone"]
    assert len(found) == alarms
    assert all(event.raised - 10 / 5 <= 2.5 for event in found)
