"""Drives one room of the product through a scenario, looking when the service would look.

About two looks a second while anybody is there, and in an empty room a look when something stirs
and every two seconds anyway, with "unchanged" in between. While a condition is pending, the
camera's full rate if it has people in view, who never keep quite still, and one look a second if
not. A camera without a stream is reported as such after two seconds.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field

from benchmarks.scenarios.ghosts import GHOST
from benchmarks.scenarios.stage import STEP, Chunk, Scenario, Sighting, View
from benchmarks.scenarios.tally import Sources, TrackTally, place_of
from monitor.detectors.finders.boxes import age_certainty
from monitor.detectors.rules import Origin
from monitor.domain.events import Event
from monitor.domain.people import AgeClass, Box, Person, Track
from monitor.domain.room_state import CameraView, RoomState, ViewFault
from monitor.runtime.room_watch import RoomWatch

ASPECT = 16 / 9
_CALM, _HEARTBEAT, _PEEK = 5, 20, 10  # moments between two looks
_PRESSING, _PRESSING_UNCHANGED = 2, 10
_NOTICED = 20  # moments until a lost stream is reported


@dataclass(frozen=True, slots=True)
class Glance:
    """One step of the room, for those who want to watch: truth row, and what the product knows."""

    chunk: Chunk
    row: int
    looked: tuple[tuple[int, tuple[Track, ...], Sources], ...]
    state: RoomState | None
    events: tuple[Event, ...]


@dataclass(slots=True)
class Outcome:
    """What came of one scenario; times in seconds.

    ``alone`` are the spans in which children were in the room without an adult.
    """

    seed: int
    kind: str
    poor: bool
    cameras: int
    seconds: float
    alone: list[tuple[float, float]] = field(default_factory=list)
    events: dict[str, Event] = field(default_factory=dict)
    tally: TrackTally = field(default_factory=TrackTally)
    looks: int = 0


@dataclass(slots=True)
class _Rounds:
    """When each camera of the room is due."""

    due: list[int]
    peek: list[int]
    off_since: list[int | None]
    faults: list[bool]


def drive(
    scenario: Scenario,
    *,
    until: float | None = None,
    watcher: Callable[[Glance], None] | None = None,
    offset: float = 0.0,
) -> Outcome:
    """Run ``scenario`` (to ``until`` seconds) and return what the product made of it.

    ``offset`` is added to all times that the product is told.
    """
    cameras = [eye.camera for eye in scenario.plan.eyes]
    watch = RoomWatch(scenario.room, cameras, Origin("simulated"))
    count = len(cameras)
    outcome = Outcome(scenario.seed, scenario.kind, scenario.poor, count, scenario.routine.seconds)
    outcome.tally.begin([c.adult for c in scenario.routine.courses])
    rounds = _Rounds([0] * count, [0] * count, [None] * count, [False] * count)
    moment = 0
    alone: float | None = None
    for chunk in scenario.chunks():
        unattended = (chunk.children & ~chunk.adults).tolist()
        for row in range(len(chunk.times)):
            time = float(chunk.times[row])
            if until is not None and time >= until:
                outcome.seconds = until
                return _closed(outcome, alone, until)
            if unattended[row] and alone is None:
                alone = time
            elif not unattended[row] and alone is not None:
                outcome.alone.append((alone, time))
                alone = None
            looked = []
            for index, view in enumerate(chunk.views):
                if not _due(index, view, row, moment, watch, rounds, time + offset):
                    continue
                tracks, sources = _look(view, row, watch, time + offset)
                outcome.looks += 1
                outcome.tally.look(chunk, view, row, index, tracks, sources)
                looked.append((index, tracks, sources))
            if looked or moment % _CALM == 0:
                events = watch.step(time + offset)
                for event in events:
                    outcome.events[event.id] = event
                if watcher is not None:
                    glance = Glance(chunk, row, tuple(looked), watch.state, tuple(events))
                    watcher(glance)
            moment += 1
    return _closed(outcome, alone, outcome.seconds)


def _closed(outcome: Outcome, alone: float | None, end: float) -> Outcome:
    if alone is not None:
        outcome.alone.append((alone, end))
    outcome.tally.close()
    return outcome


def _due(
    index: int,
    view: View,
    row: int,
    moment: int,
    watch: RoomWatch,
    rounds: _Rounds,
    time: float,
) -> bool:
    """Say whether the service would look at this camera now; tell the product what it would."""
    camera_id = view.eye.camera.id
    if not view.online[row]:
        since = rounds.off_since[index]
        rounds.off_since[index] = moment if since is None else since
        if since is not None and moment - since == _NOTICED:
            rounds.faults[index] = True
            watch.view(CameraView(camera_id, ViewFault.OFFLINE, time - _NOTICED * STEP))
        return False
    rounds.off_since[index] = None
    if rounds.faults[index]:
        rounds.faults[index] = False
        watch.view(CameraView(camera_id, None, time))
    if moment < rounds.due[index]:
        return False
    if watch.pressing:
        wait = _PRESSING if view.peopled[row] else _PRESSING_UNCHANGED
    elif watch.urgent or view.stirs[row]:
        wait = _CALM
    elif moment >= rounds.peek[index]:
        wait = 1
        rounds.peek[index] = moment + _HEARTBEAT
    else:
        if moment % _PEEK == 0:
            watch.still(camera_id, time)
        return False
    rounds.due[index] = moment + wait
    return True


def _look(view: View, row: int, watch: RoomWatch, time: float) -> tuple[tuple[Track, ...], Sources]:
    """Show the product one moment; return its tracks and whose each box (by place) is."""
    people, sources = persons(view.sightings(row))
    return watch.observe(view.eye.camera.id, people, time, ASPECT), sources


def persons(sightings: list[Sighting]) -> tuple[list[Person], Sources]:
    """Return people as a finder gives them, and which box (by place) is whose."""
    people = []
    sources: Sources = {}
    for (x1, y1, x2, y2), score, source, lean in sightings:
        if x2 - x1 < 1e-3 or y2 - y1 < 1e-3:
            continue
        box = Box(x1, y1, x2, y2)
        people.append(_aged(box, score, lean))
        sources[place_of(box)] = source
    return people, sources


def _aged(box: Box, score: float, lean: float | None) -> Person:
    """Return somebody as a finder does whose classes name ages; the better class gave the score."""
    if lean is None:
        return Person(box, score)
    age = AgeClass.ADULT if lean > 0 else AgeClass.CHILD
    return Person(box, score, age, age_certainty(score, score * math.exp(-abs(lean))))


__all__ = ["ASPECT", "GHOST", "Glance", "Outcome", "drive", "persons"]
