from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.detectors.rules import Origin
from monitor.domain.events import Event
from monitor.domain.people import AgeClass, Box, Track
from monitor.domain.places import Camera, Room, RoomType
from monitor.domain.room_state import CameraView, ViewFault
from monitor.domain.text import Text
from monitor.runtime.backtest.replay import RoomReplay, with_parameters
from monitor.runtime.room_decision import RoomDecision
from monitor.runtime.tracks.calls import Chunk
from monitor.runtime.tracks.packing import pack_chunk, unpack_chunk
from monitor.runtime.tracks.recorder import RoomTape

if TYPE_CHECKING:
    from tests.runtime.backtest.conftest import Life, MakeLife

NAMES = ("unattended_child", "crowding", "view_lost")
ORIGIN = Origin("model", "ab" * 32, "version")


def replayed(
    life: Life, rule: str, chunks: Sequence[Chunk] | None = None, room: Room | None = None
) -> RoomReplay:
    cameras = [Camera(name, "room", Text(name, name), "") for name in life.cameras]
    replay = RoomReplay(room or life.room, cameras, rule, known=life.known, origin=ORIGIN)
    for chunk in life.chunks if chunks is None else chunks:
        replay.feed(unpack_chunk(pack_chunk(chunk)))
    return replay


def messages(life: Life, rule: str) -> list[Event]:
    cameras = [Camera(name, "room", Text(name, name), "") for name in life.cameras]
    replay = RoomReplay(life.room, cameras, rule, known=life.known, origin=ORIGIN)
    return [
        event for chunk in life.chunks for event in replay.feed(unpack_chunk(pack_chunk(chunk)))
    ]


@pytest.mark.parametrize("seed", range(4))
def test_with_the_same_parameters_the_same_events_come(seed: int, make_life: MakeLife) -> None:
    life = make_life(seed, ("east", "west") if seed % 2 else ("east",))
    life.session(300)
    assert life.live
    for rule in NAMES:
        assert messages(life, rule) == [event for event in life.live if event.rule == rule]


def test_the_simulated_rooms_try_every_rule(make_life: MakeLife) -> None:
    came = set()
    for seed in range(4):
        life = make_life(seed)
        life.session(300)
        came |= {event.rule for event in life.live if event.cleared is not None}
    assert came == set(NAMES)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("taken_over", [True, False])
def test_a_restart_of_the_service_changes_nothing(
    seed: int, taken_over: bool, make_life: MakeLife
) -> None:
    life = make_life(seed)
    for seconds in (170, 190, 140):
        still_open = {event.id: event for event in life.live}.values()
        resumed = tuple(event for event in still_open if event.cleared is None)
        life.session(seconds, resumed if taken_over else ())
        life.now += 4
    for rule in NAMES:
        assert messages(life, rule) == [event for event in life.live if event.rule == rule]


@st.composite
def decided(draw: st.DrawFn) -> tuple[list[Chunk], list[Event]]:
    """Tell a room anything at all; return the tape and what came of it."""
    room = Room(
        "room",
        "sun",
        Text("室", "Room"),
        RoomType.ACTIVITY,
        person_capacity=1,
        rules={name: {"after": "2s", "clear_after": "1s"} for name in NAMES},
    )
    chunks: list[Chunk] = []
    tape = RoomTape("room", ["east"], chunks.append)
    cameras = [Camera("east", "room", Text("east", "east"), "")]
    decision = RoomDecision(room, cameras, ORIGIN, tape=tape)
    live: list[Event] = []
    time = draw(st.sampled_from((0.0, 1_793_000_000.1)))
    age = st.sampled_from((AgeClass.CHILD, AgeClass.CHILD, AgeClass.ADULT))
    for _ in range(draw(st.integers(1, 60))):
        time += draw(st.floats(0, 3) | st.just(0.5))
        kind = draw(st.integers(0, 12))
        if kind == 0:
            decision.view(CameraView("east", draw(st.none() | st.sampled_from(ViewFault)), time))
        elif kind == 1:
            decision.still("east", time)
        else:
            people = draw(st.lists(age, max_size=3))
            decision.observe("east", time, [_track(n, a, time) for n, a in enumerate(people)])
        live += decision.step(time)
    tape.flush()
    return chunks, [event for event in live if event.rule in NAMES]


def _track(number: int, age: AgeClass, time: float) -> Track:
    x = 0.3 + 0.13 * number
    odds = 3.3 if age is AgeClass.ADULT else -3.3
    box = Box(x, 0.31, x + 0.1, 0.77)
    return Track(number, "east", box, 0.77, time - 20.1, time, 9, age, odds, 1.234, (0.5, x))


@given(decided())
def test_whatever_a_room_was_told_is_decided_the_same_again(
    made: tuple[list[Chunk], list[Event]],
) -> None:
    chunks, live = made
    room = Room(
        "room",
        "sun",
        Text("室", "Room"),
        RoomType.ACTIVITY,
        person_capacity=1,
        rules={name: {"after": "2s", "clear_after": "1s"} for name in NAMES},
    )
    cameras = [Camera("east", "room", Text("east", "east"), "")]
    for rule in NAMES:
        replay = RoomReplay(room, cameras, rule, origin=ORIGIN)
        again = [
            event for chunk in chunks for event in replay.feed(unpack_chunk(pack_chunk(chunk)))
        ]
        assert again == [event for event in live if event.rule == rule]


def test_a_more_patient_rule_raises_later_and_less(make_life: MakeLife) -> None:
    life = make_life(1)
    life.session(600)
    before = replayed(life, "unattended_child").result.events
    room = with_parameters(life.room, "unattended_child", {"after": 40.0})
    after = replayed(life, "unattended_child", room=room).result.events
    assert 0 < len(after) < len(before)
    for event_id in before.keys() & after.keys():
        assert after[event_id].raised - before[event_id].raised == pytest.approx(20, abs=2)
    # Where doubt came first, the onset is dated back by a share of the rule's patience.
    onsets = [event.onset for event in before.values()]
    assert all(min(abs(event.onset - onset) for onset in onsets) < 20 for event in after.values())


def test_a_rule_that_is_switched_off_says_nothing(make_life: MakeLife) -> None:
    life = make_life(3)
    life.session(300)
    room = with_parameters(life.room, "unattended_child", {"enabled": False})
    assert replayed(life, "unattended_child", room=room).result.events == {}


def test_what_was_lost_is_a_gap(make_life: MakeLife) -> None:
    life = make_life(1)
    life.session(300)
    whole = replayed(life, "crowding").result
    holed = replayed(life, "crowding", [*life.chunks[:5], *life.chunks[7:]]).result
    assert len(whole.spans) == 1
    assert len(holed.spans) == 2
    assert whole.seconds - holed.seconds == pytest.approx(40, abs=2)


def test_what_was_open_when_the_tape_begins_can_end(make_life: MakeLife) -> None:
    life = make_life(1)
    life.session(500)
    within = [
        (number, event)
        for number, chunk in enumerate(life.chunks)
        for event in chunk.open
        if number and event.rule == "unattended_child"
    ]
    # The first ends by a carer seen for seconds, whom only who saw her come in believes.
    number, event = within[-1]
    tail = replayed(life, "unattended_child", life.chunks[number:]).result
    assert tail.events[event.id].cleared == pytest.approx(
        next(e.cleared for e in life.live if e.id == event.id and e.cleared), abs=20
    )


def test_a_camera_that_left_the_configuration_is_replayed_all_the_same(
    make_life: MakeLife,
) -> None:
    life = make_life(1, ("east", "west"))
    life.session(300)
    replay = RoomReplay(life.room, [], "unattended_child", known=life.known, origin=ORIGIN)
    again = [event for chunk in life.chunks for event in replay.feed(chunk)]
    assert again == [event for event in life.live if event.rule == "unattended_child"]


def test_a_camera_that_came_later_does_not_blind_the_room(make_life: MakeLife) -> None:
    life = make_life(1)
    life.session(300)
    cameras = [Camera(name, "room", Text(name, name), "") for name in ("east", "new")]
    cameras[0] = replace(cameras[0], enabled=False)
    replay = RoomReplay(life.room, cameras, "unattended_child", known=life.known, origin=ORIGIN)
    again = [event for chunk in life.chunks for event in replay.feed(chunk)]
    assert again == [event for event in life.live if event.rule == "unattended_child"]
