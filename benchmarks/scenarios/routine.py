"""What happens in a room: a whole day, or some minutes in which the carers leave the children.

A day of ten hours has free play, tables, an hour outside with the room empty, a meal, a nap in the
dark and departures. Carers sit, bend, stand behind furniture, carry children, and go out and come
back; one of them stays, but for trips shorter than any rule's patience.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

import numpy as np

from benchmarks.scenarios.floor import FloorPlan
from benchmarks.scenarios.people import Course, Posture, Spot, adult_height, child_height

DAY_SECONDS = 36_000.0


class Phase(Enum):
    """What the class does."""

    PLAY = "play"
    TABLE = "table"
    NAP = "nap"


@dataclass(frozen=True, slots=True)
class Carry:
    """A carer holds a child from ``start`` to ``end`` seconds; indices into the courses."""

    carer: int
    child: int
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class Routine:
    """Everybody's course, and when the room is dark."""

    courses: tuple[Course, ...]
    carries: tuple[Carry, ...]
    dark: tuple[tuple[float, float], ...]
    seconds: float


_PROGRAMME = (
    (0.0, 4500.0, Phase.PLAY),
    (4500.0, 6900.0, Phase.TABLE),
    (11_100.0, 12_600.0, Phase.PLAY),
    (12_600.0, 15_300.0, Phase.TABLE),
    (15_900.0, 23_100.0, Phase.NAP),
    (23_100.0, 24_900.0, Phase.TABLE),
    (24_900.0, 31_200.0, Phase.PLAY),
)
"""Start, end, phase; the room is empty between 6900 and 11100 s and after the last."""


def day(plan: FloorPlan, rng: np.random.Generator) -> Routine:
    """Return ten hours in which somebody is always with the children, or back within a minute."""
    carers = [Course(True, adult_height(rng)) for _ in range(int(rng.integers(1, 4)))]
    children = [Course(False, child_height(rng)) for _ in range(_class_size(rng, plan))]
    blocks = _blocks()
    for start, end, phases in blocks:
        for index, carer in enumerate(carers):
            come, go = start + 4 * index, end + 25 + 5 * (len(carers) - index)
            _enter(carer, plan, come)
            _care(carer, plan, rng, phases, go, trips=3600.0 if index == 0 else 1200.0)
            _leave(carer, plan)
        for index, child in enumerate(children):
            _enter(child, plan, start + rng.uniform(20, 90 if start else 1500))
            last = end == blocks[-1][1]
            until = end - (rng.uniform(0, 2400) if last else 20)
            _spend(child, index, plan, rng, phases, until)
            _leave(child, plan)
    for course in (*carers, *children):
        course.outside_until(DAY_SECONDS)
    dark = tuple((s, e) for s, e, phase in _PROGRAMME if phase is Phase.NAP)
    courses = (*carers, *children)
    return Routine(courses, _carries(courses, len(carers), rng, DAY_SECONDS), dark, DAY_SECONDS)


def staged(plan: FloorPlan, rng: np.random.Generator) -> Routine:
    """Return a morning's beginning, after some minutes of which all carers walk out for a while."""
    phase = (Phase.PLAY, Phase.TABLE, Phase.NAP)[int(rng.choice(3, p=(0.5, 0.3, 0.2)))]
    opens, played = rng.uniform(60, 180), rng.uniform(120, 480)
    lead = opens + played + rng.uniform(180, 420)
    absent = rng.uniform(100, 180)
    phases = [(0.0, opens + played, Phase.PLAY), (opens + played, 1e9, phase)]
    carers = [Course(True, adult_height(rng)) for _ in range(rng.choice((1, 1, 2)))]
    children = [Course(False, child_height(rng)) for _ in range(_class_size(rng, plan))]
    for index, carer in enumerate(carers):
        _enter(carer, plan, opens + 4 * index)
        _care(carer, plan, rng, phases, lead - rng.uniform(0, 15) * index, trips=0.0)
        _leave(carer, plan)
        carer.outside_until(carer.time + absent)
        _enter(carer, plan, carer.time)
        _care(carer, plan, rng, phases, carer.time + 30, trips=0.0)
    end = max(carer.time for carer in carers)
    for index, child in enumerate(children):
        _enter(child, plan, opens + rng.uniform(20, 90))
        _spend(child, index, plan, rng, phases, end)
    courses = (*carers, *children)
    dark = ((opens + played, end),) if phase is Phase.NAP else ()
    return Routine(courses, _carries(courses, len(carers), rng, lead - 20), dark, end)


def _class_size(rng: np.random.Generator, plan: FloorPlan) -> int:
    return int(rng.integers(3, min(12, len(plan.seats), len(plan.cots) + 4) + 1))


def _blocks() -> list[tuple[float, float, list[tuple[float, float, Phase]]]]:
    """Join phases that follow one another into stretches between which the room is empty."""
    blocks: list[tuple[float, float, list[tuple[float, float, Phase]]]] = []
    for start, end, phase in _PROGRAMME:
        if blocks and start - blocks[-1][1] < 700:
            first, _, phases = blocks.pop()
            blocks.append((first, end, [*phases, (start, end, phase)]))
        else:
            blocks.append((start, end, [(start, end, phase)]))
    return blocks


def _phase_at(phases: list[tuple[float, float, Phase]], time: float) -> tuple[Phase, float]:
    for _, end, phase in phases:
        if time < end:
            return phase, end
    return phases[-1][2], phases[-1][1]


def _pick(rng: np.random.Generator, spots: tuple[Spot, ...]) -> Spot:
    return spots[int(rng.integers(len(spots)))]


def _home(plan: FloorPlan, rng: np.random.Generator, phase: Phase, index: int) -> Spot:
    if phase is Phase.NAP and plan.cots:
        return plan.cots[index % len(plan.cots)]
    if phase is Phase.TABLE:
        return plan.seats[index % len(plan.seats)]
    return _pick(rng, plan.free)


def _enter(course: Course, plan: FloorPlan, time: float) -> None:
    course.spot = plan.door
    course.outside_until(time)


def _leave(course: Course, plan: FloorPlan) -> None:
    course.walk(plan.door)
    course.stay(0.01, Posture.AWAY)


def _spend(
    child: Course,
    index: int,
    plan: FloorPlan,
    rng: np.random.Generator,
    phases: list[tuple[float, float, Phase]],
    until: float,
) -> None:
    """Let a child play, sit at a table or sleep until ``until``."""
    seat = _home(plan, rng, Phase.TABLE, index)
    cot = _home(plan, rng, Phase.NAP, index)
    while child.time < until:
        phase, end = _phase_at(phases, child.time)
        end = min(end, until)
        if phase is Phase.NAP:
            _go(child, cot)
            asleep = min(rng.exponential(1800), max(end - child.time, 1.0))
            child.stay(asleep, Posture.LYING)
            if end - child.time > 30:
                child.stay(rng.uniform(4, 20), Posture.SITTING)
        elif phase is Phase.TABLE:
            _go(child, seat)
            child.stay(min(rng.exponential(240), max(end - child.time, 1.0)), Posture.SITTING)
            if rng.random() < 0.4:
                child.stay(rng.uniform(2, 10), Posture.STANDING)
        else:
            _go(child, _pick(rng, plan.free))
            sits = rng.random() < 0.6
            stay = rng.uniform(5, 90) if sits else rng.uniform(1, 15)
            child.stay(
                min(stay, max(end - child.time, 1.0)), Posture.SITTING if sits else Posture.STANDING
            )


def _go(course: Course, spot: Spot) -> None:
    if course.spot != spot:
        course.walk(spot)


def _care(
    carer: Course,
    plan: FloorPlan,
    rng: np.random.Generator,
    phases: list[tuple[float, float, Phase]],
    until: float,
    trips: float,
) -> None:
    """Let a carer work until ``until``; ``trips`` is the mean time between walks out, 0 for none.

    Trips last up to 45 seconds: shorter than what is called unattended, long enough to matter.
    """
    next_trip = carer.time + rng.exponential(trips) if trips else np.inf
    while carer.time < until:
        if carer.time > next_trip and until - carer.time > 120:
            _leave(carer, plan)
            carer.outside_until(carer.time + rng.uniform(8, 45))
            _enter(carer, plan, carer.time)
            next_trip = carer.time + rng.exponential(trips)
        phase, _ = _phase_at(phases, carer.time)
        _work(carer, plan, rng, phase, max(until - carer.time, 1.0))


def _work(
    carer: Course, plan: FloorPlan, rng: np.random.Generator, phase: Phase, most: float
) -> None:
    pick = rng.random()
    if pick < 0.08 and plan.hideouts:
        carer.walk(_pick(rng, plan.hideouts))
        carer.stay(min(rng.uniform(3, 30), most), Posture.STANDING)
    elif pick < 0.25:
        spots = plan.bedsides if phase is Phase.NAP and plan.cots else plan.free
        carer.walk(_pick(rng, spots))
        carer.stay(min(rng.uniform(3, 20), most), Posture.BENDING)
    elif pick < 0.65:
        carer.walk(_pick(rng, plan.seats if phase is Phase.TABLE else plan.free))
        longest = 900 if phase is Phase.NAP else 120
        carer.stay(min(rng.uniform(10, longest), most), Posture.SITTING)
    else:
        carer.walk(_pick(rng, plan.free))
        carer.stay(min(rng.uniform(2, 25), most), Posture.STANDING)


def _carries(
    courses: tuple[Course, ...], carers: int, rng: np.random.Generator, seconds: float
) -> tuple[Carry, ...]:
    """Choose when a carer walks about with a child on her arm: about once in ten minutes."""
    carries: list[Carry] = []
    chance: Callable[[], float] = lambda: float(rng.exponential(600 / carers))  # noqa: E731
    time = chance()
    while time < seconds - 60:
        length = float(rng.uniform(5, 45))
        span = np.arange(time, time + length, 1.0)
        carer, child = int(rng.integers(carers)), int(rng.integers(carers, len(courses)))
        here = [courses[i].at(span).posture for i in (carer, child)]
        upright = np.isin(here[0], (Posture.STANDING, Posture.SITTING)).all()
        if upright and not np.isin(here[1], (Posture.AWAY, Posture.LYING)).any():
            carries.append(Carry(carer, child, time, time + length))
        time += length + chance()
    return tuple(carries)
