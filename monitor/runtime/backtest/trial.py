"""A trial: which rooms, which rule with which parameters, which days; and its run."""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from monitor.detectors.rules import parse_parameters, rule_parameters
from monitor.detectors.rules.parameters import Value
from monitor.domain.errors import InputError
from monitor.domain.events import Event, Severity
from monitor.domain.places import Camera, District, Room
from monitor.domain.text import Text
from monitor.runtime.backtest.comparison import Comparison, compare, joined
from monitor.runtime.backtest.replay import Replayed, RoomReplay, Span, with_parameters
from monitor.runtime.opening_days import KnownDays
from monitor.runtime.tracks.files import HOUR, read_chunks
from monitor.settings.rule_checks import rule_complaints
from monitor.store.fired_events import FiredEvent

WARM_UP = HOUR
"""How long before the window a replay begins, so that it knows who is in the room."""

_Live = Mapping[str, Sequence[FiredEvent]]
_FLAGS = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}


@dataclass(frozen=True, slots=True)
class Trial:
    """What to try. ``camera_id`` limits technical events to one camera; POSIX seconds.

    ``days`` is what is known of the rooms' days now.
    """

    rooms: tuple[Room, ...]
    cameras: tuple[Camera, ...]
    rule: str
    changes: Mapping[str, Value]
    window: Span
    camera_id: str | None = None
    days: KnownDays = field(default_factory=KnownDays)


@dataclass(frozen=True, slots=True)
class RoomResult:
    """What came of one room; ``spans`` are the times for which tracks were there."""

    room_id: str
    comparison: Comparison
    spans: tuple[Span, ...]
    looks: int

    @property
    def seconds(self) -> float:
        """For how long tracks were there."""
        return sum(span.end - span.start for span in self.spans)


@dataclass(frozen=True, slots=True)
class TrialResult:
    """What came of a trial; ``elapsed`` is how many seconds it took."""

    rooms: tuple[RoomResult, ...]
    elapsed: float

    @property
    def comparison(self) -> Comparison:
        """All rooms together."""
        return joined(room.comparison for room in self.rooms)

    @property
    def hours(self) -> float:
        """How many hours of tracks were replayed, all rooms together."""
        return sum(room.seconds for room in self.rooms) / HOUR

    @property
    def speed(self) -> float:
        """How many hours of tracks were replayed in a second."""
        return self.hours / self.elapsed if self.elapsed else 0.0


def parse_changes(rule: str, written: Mapping[str, str], where: str) -> dict[str, Value]:
    """Return the parameters of ``rule`` that are written as text.

    Raises:
        InputError: there is no such rule or parameter, or a value is not allowed; says what is.
    """
    kinds = {p.name: p.kind for p in rule_parameters().get(rule, ())}
    raw = {name: _value(text, kinds.get(name)) for name, text in written.items()}
    for complaint in rule_complaints({rule: raw}, ()):
        raise InputError(complaint.message, where=where, hint=complaint.hint)
    return parse_parameters(rule, raw, where)


def _value(text: str, kind: str | None) -> object:
    text = text.strip()
    if kind == "flag":
        return _FLAGS.get(text.lower(), text)
    if kind in ("share", "count", "length"):
        try:
            return float(text)
        except ValueError:
            return text
    return text


def rooms_of(
    district: District, *, camera: str = "", room: str = "", institution: str = ""
) -> tuple[Room, ...]:
    """Return the rooms that have cameras and are named, or all of the district.

    Raises:
        InputError: the named camera, room or institution is not there.
    """
    watched = {item.room_id for item in district.cameras}
    rooms = [item for item in district.rooms if item.id in watched]
    if camera:
        home = {item.id: item.room_id for item in district.cameras}
        _check("camera", camera, home)
        return tuple(item for item in rooms if item.id == home[camera])
    if room:
        _check("room with cameras", room, [item.id for item in rooms])
        return tuple(item for item in rooms if item.id == room)
    if institution:
        _check("institution", institution, [item.id for item in district.institutions])
        return tuple(item for item in rooms if item.institution_id == institution)
    return tuple(rooms)


def _check(kind: str, name: str, known: Sequence[str] | Mapping[str, str]) -> None:
    if name not in known:
        hint = f"known: {', '.join(sorted(known))}" if known else "there is none"
        raise InputError(
            Text(f"没有“{name}”", f"there is no {kind} '{name}'"),
            where=kind.partition(" ")[0],
            hint=hint,
        )


def run_trial(
    trial: Trial,
    folder: Path,
    fired: Sequence[FiredEvent],
    report: Callable[[float], None],
    *,
    jobs: int = 1,
) -> TrialResult:
    """Replay the tracks in ``folder``, so many rooms at once, each in a process if more than one.

    ``fired`` is what came live; ``report`` gets the share done, 0–1.
    """
    started = time.perf_counter()
    live = {
        room.id: [item for item in fired if item.event.room_id == room.id] for room in trial.rooms
    }
    jobs = min(jobs, len(trial.rooms))
    run = _one_by_one if jobs <= 1 else partial(_side_by_side, jobs=jobs)
    results = tuple(run(trial, folder, live, report))
    report(1.0)
    return TrialResult(results, time.perf_counter() - started)


def _one_by_one(
    trial: Trial, folder: Path, live: _Live, report: Callable[[float], None]
) -> Iterator[RoomResult]:
    for number, room in enumerate(trial.rooms):

        def report_room(share: float, done: int = number) -> None:
            report((done + share) / len(trial.rooms))

        yield _run_room(trial, room, folder, live[room.id], report_room)


def _side_by_side(
    trial: Trial, folder: Path, live: _Live, report: Callable[[float], None], *, jobs: int
) -> Iterator[RoomResult]:
    with ProcessPoolExecutor(jobs, multiprocessing.get_context("spawn")) as pool:
        running = [
            pool.submit(_run_room, trial, room, folder, live[room.id], _tell_nobody)
            for room in trial.rooms
        ]
        for number, done in enumerate(running, start=1):
            yield done.result()
            report(number / len(running))


def _tell_nobody(_share: float) -> None:
    """Stand in for a report where nobody waits for it."""


def _run_room(
    trial: Trial,
    room: Room,
    folder: Path,
    fired: Sequence[FiredEvent],
    report: Callable[[float], None],
) -> RoomResult:
    window = trial.window
    replay = RoomReplay(
        with_parameters(room, trial.rule, trial.changes),
        [camera for camera in trial.cameras if camera.room_id == room.id],
        trial.rule,
        known=frozenset(item.event.id for item in fired),
        calendar=trial.days.calendar(room),
    )
    for chunk in read_chunks(folder, room.id, window.start - WARM_UP, window.end):
        replay.feed(chunk)
        report(min(max((chunk.end - window.start) / (window.end - window.start), 0.0), 1.0))
    replayed = replay.result
    comparison = compare(
        [item for item in fired if _concerns(trial, item.event)],
        [event for event in replayed.events.values() if _concerns(trial, event)],
        replayed.spans,
        window,
    )
    return RoomResult(room.id, comparison, _within(replayed, window), replayed.looks)


def _concerns(trial: Trial, event: Event) -> bool:
    technical = event.severity is Severity.TECHNICAL
    return trial.camera_id is None or not technical or event.camera_id == trial.camera_id


def _within(replayed: Replayed, window: Span) -> tuple[Span, ...]:
    cut = [
        Span(max(span.start, window.start), min(span.end, window.end)) for span in replayed.spans
    ]
    return tuple(span for span in cut if span.start < span.end)
