from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from monitor.detectors.fusion import RoomFusion
from monitor.detectors.rules import RuleEngine, rules_for
from monitor.domain.events import Event
from monitor.domain.people import AgeClass, Track
from monitor.domain.places import Camera, Room
from monitor.domain.room_state import CameraView, RoomState, View, ViewFault

MakeRoom = Callable[..., Room]
MakeCamera = Callable[..., Camera]
MakeTrack = Callable[..., Track]
Moment = tuple[int, int, int, int, View]

many = settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
moments = st.lists(
    st.tuples(
        st.integers(1, 75),
        st.integers(0, 2),
        st.integers(0, 14),
        st.integers(0, 1),
        st.sampled_from([View.FULL, View.FULL, View.FULL, View.PARTIAL, View.LOST]),
    ),
    max_size=8,
)


def states_of(parts: Sequence[Moment], start: float = 0.0) -> list[RoomState]:
    states, time = [], start
    for seconds, adults, children, unknown, view in parts:
        fault = None if view is View.FULL else ViewFault.COVERED
        for _ in range(seconds):
            cameras = (CameraView("east", fault),)
            states.append(
                RoomState(
                    "room", time, view, adults, children, unknown, confidence=0.9, cameras=cameras
                )
            )
            time += 1.0
    return states


def run(room: Room, states: Sequence[RoomState]) -> list[Event]:
    engine = RuleEngine(room, rules_for(room, []))
    return [event for state in states for event in engine.step(state)]


def unattended(events: Sequence[Event]) -> list[tuple[float, float]]:
    """Return from when to when an unattended event was open."""
    open_at = {event.id: event.raised for event in events if event.rule == "unattended_child"}
    ended = {event.id: event.cleared for event in events if event.cleared is not None}
    return [(raised, ended.get(name) or float("inf")) for name, raised in open_at.items()]


@many
@given(parts=moments)
def test_with_an_adult_always_there_nobody_is_unattended(
    parts: list[Moment], make_room: MakeRoom
) -> None:
    states = [replace(state, adults=state.adults + 1) for state in states_of(parts)]
    assert unattended(run(make_room(), states)) == []


@many
@given(parts=moments, start=st.integers(0, 400), seconds=st.integers(0, 120))
def test_another_adult_for_a_while_never_raises_unattended(
    parts: list[Moment], start: int, seconds: int, make_room: MakeRoom
) -> None:
    states = states_of(parts)
    visited = [
        replace(state, adults=state.adults + 1) if start <= state.time < start + seconds else state
        for state in states
    ]
    before = unattended(run(make_room(), states))
    for raised, _ in unattended(run(make_room(), visited)):
        assert any(first <= raised <= last for first, last in before)


@many
@given(
    parts=moments,
    shift=st.sampled_from([1_700_000_000, 1_700_000_000.25, 86_400, 0.5, 1_234_567.125]),
)
def test_shifting_time_shifts_events(
    parts: list[Moment], shift: float, make_room: MakeRoom
) -> None:
    room = make_room(capacity=10, person_capacity=12)
    here = run(room, states_of(parts))
    there = run(room, states_of(parts, start=shift))
    assert [
        (
            event.rule,
            event.onset + shift,
            event.raised + shift,
            event.cleared and event.cleared + shift,
        )
        for event in here
    ] == [(event.rule, event.onset, event.raised, event.cleared) for event in there]
    assert [event.explain for event in here] == [event.explain for event in there]


@many
@given(parts=moments)
def test_events_are_well_formed_and_the_same_again(
    parts: list[Moment], make_room: MakeRoom
) -> None:
    room = make_room(capacity=10, person_capacity=12)
    events = run(room, states_of(parts))
    assert events == run(room, states_of(parts))
    open_ids: set[tuple[str, str]] = set()
    for event in events:
        assert event.onset <= event.raised
        if event.cleared is None:
            open_ids.add((event.place, event.id))
        else:
            assert event.cleared >= event.raised
            open_ids.remove((event.place, event.id))
        assert len({place for place, _ in open_ids}) == len(open_ids)


ages = st.sampled_from(list(AgeClass))
scenes = st.lists(
    st.tuples(st.integers(5, 70), st.lists(ages, max_size=3), st.lists(ages, max_size=3)),
    min_size=1,
    max_size=4,
)


@pytest.fixture
def watch(
    make_room: MakeRoom, make_camera: MakeCamera, make_track: MakeTrack
) -> Callable[..., list[Event]]:
    """Play scenes on two cameras; ``lost`` cameras go offline at the start."""

    def play(
        scenes: Sequence[tuple[int, list[AgeClass], list[AgeClass]]],
        lost: Sequence[str] = (),
        order: Sequence[str] = ("east", "west"),
    ) -> list[Event]:
        room = make_room()
        cameras = [make_camera(name) for name in order]
        fusion, engine = RoomFusion(room, cameras), RuleEngine(room, rules_for(room, cameras))
        for name in lost:
            fusion.view(CameraView(name, ViewFault.OFFLINE, 0.0))
        events: list[Event] = []
        time = 0.0
        for seconds, east, west in scenes:
            for _ in range(seconds):
                for name in order:
                    people = east if name == "east" else west
                    tracks = [
                        make_track(
                            i, age, (0.2 + 0.2 * i, 0.7), camera_id=name, seen=time, first_seen=0.0
                        )
                        for i, age in enumerate(people)
                    ]
                    if name not in lost:
                        fusion.observe(name, time, tracks)
                events += engine.step(fusion.state(time))
                time += 1.0
        return events

    return play


@many
@given(scenes=scenes, lost=st.sampled_from([["east"], ["west"], ["east", "west"]]))
def test_removing_a_camera_never_turns_unknown_into_unattended(
    scenes: list[tuple[int, list[AgeClass], list[AgeClass]]],
    lost: list[str],
    watch: Callable[..., list[Event]],
) -> None:
    assert unattended(watch(scenes, lost=lost)) == []


@many
@given(scenes=scenes)
def test_the_order_of_cameras_does_not_matter(
    scenes: list[tuple[int, list[AgeClass], list[AgeClass]]],
    watch: Callable[..., list[Event]],
) -> None:
    here, there = watch(scenes), watch(scenes, order=("west", "east"))
    assert here == there
