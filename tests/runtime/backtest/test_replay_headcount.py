"""Headcounts are replayed as they were, whatever other rooms and registers say today."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from random import Random
from zoneinfo import ZoneInfo

import pytest

from monitor.detectors.rules import Origin
from monitor.domain.events import Event
from monitor.domain.headcount import Counted, Headcount
from monitor.domain.hours import Calendar, Span, WeekHours
from monitor.domain.people import AgeClass, Box, Person
from monitor.domain.places import Camera, ClassType, Room, RoomType
from monitor.domain.room_state import CameraView
from monitor.domain.text import Text
from monitor.runtime.backtest.replay import RoomReplay, with_parameters
from monitor.runtime.backtest.replay import Span as Window
from monitor.runtime.backtest.trial import Trial, run_trial
from monitor.runtime.room_watch import RoomWatch
from monitor.runtime.tracks.calls import Chunk
from monitor.runtime.tracks.files import append_chunk
from monitor.runtime.tracks.packing import pack_chunk, unpack_chunk
from monitor.runtime.tracks.recorder import RoomTape

START = 1_793_000_000.25
NAME = Text("托小班", "Toddler room")
CAMERA = Camera("east", "room", NAME, "file:none.mp4")
RULE = "headcount_mismatch"
ROOM = Room(
    "room",
    "sun",
    NAME,
    RoomType.ACTIVITY,
    class_type=ClassType.TODDLER,
    rules={RULE: {"after": "30s", "clear_after": "5s", "cool_down": "0s"}},
    opening_hours=WeekHours(((Span(0, 1440),),) * 7),
)


def calendar() -> Calendar:
    return Calendar(ROOM.opening_hours, (), ZoneInfo("Asia/Shanghai"))


def lived(seed: int) -> tuple[list[Chunk], list[Event]]:
    """Let up to four children play for ten minutes while others are signed in and out."""
    random = Random(seed)
    chunks: list[Chunk] = []
    tape = RoomTape("room", ["east"], chunks.append)
    watch = RoomWatch(ROOM, [CAMERA], Origin(), calendar(), tape)
    watch.view(CameraView("east"))
    live: list[Event] = []
    now, children = START, 4
    while now < START + 600:
        if random.random() < 0.01:
            children = random.randint(0, 4)
        if random.random() < 0.02:
            heads = Headcount(random.randint(3, 9), 20, Counted(5, random.randint(6, 15)))
            watch.headcount(now, random.choice((heads, heads, heads, None)))
        people = [
            Person(Box(0.2 * n, 0.5, 0.2 * n + 0.06, 0.7), 0.8, AgeClass.CHILD, 0.9)
            for n in range(children)
        ]
        watch.observe("east", people, now, 16 / 9)
        live += watch.step(now)
        now += random.choice((0.2, 0.21, 0.5))
    tape.flush()
    return chunks, [event for event in live if event.rule == RULE]


@pytest.mark.parametrize("seed", range(3))
def test_the_same_events_come_again(seed: int) -> None:
    chunks, live = lived(seed)
    assert {event.cleared is None for event in live} == {True, False}
    replay = RoomReplay(ROOM, [CAMERA], RULE, calendar=calendar())
    again = [event for chunk in chunks for event in replay.feed(unpack_chunk(pack_chunk(chunk)))]
    assert again == live


def test_a_replay_that_begins_later_knows_who_is_signed_in() -> None:
    chunks, live = lived(0)
    second = [event for event in live if event.cleared is None][1]
    begins = max(n for n, chunk in enumerate(chunks) if chunk.start < second.onset)
    replay = RoomReplay(ROOM, [CAMERA], RULE, calendar=calendar())
    for chunk in chunks[begins - 1 :]:
        replay.feed(chunk)
    assert second.id in replay.result.events


def test_another_slack_can_be_tried(tmp_path: Path) -> None:
    chunks, live = lived(1)
    for chunk in chunks:
        append_chunk(tmp_path, chunk)
    window = Window(START, START + 600)
    trial = Trial((replace(ROOM),), (CAMERA,), RULE, {"slack": 30.0}, window)
    shares: list[float] = []
    assert run_trial(trial, tmp_path, (), shares.append).comparison.would == ()
    as_it_is = run_trial(replace(trial, changes={}), tmp_path, (), shares.append)
    assert [item.event.id for item in as_it_is.comparison.would] == list(
        dict.fromkeys(event.id for event in live)
    )
    assert with_parameters(ROOM, RULE, {"slack": 30.0}).rules[RULE]["after"] == "30s"
