"""A scenario: one room over some time, in chunks of moments, with boxes and with truth.

Moments are a tenth of a second apart. What a moment looks like does not depend on whether the
product looks at it, so the truth and the boxes follow from the seed alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

import numpy as np

from benchmarks.scenarios.floor import Eye, FloorPlan, floor_plan
from benchmarks.scenarios.ghosts import GHOST, FalseBox, Ghosts
from benchmarks.scenarios.noise import STOCK, Found, Model, Noise, declared_noise
from benchmarks.scenarios.people import Floats
from benchmarks.scenarios.routine import Routine, day, staged
from benchmarks.scenarios.sight import Crowd, Flags, Sight, crowd_at, look
from monitor.domain.places import Room, RoomType
from monitor.domain.text import Text

STEP = 0.1
_CHUNK = 3000
_SPARE_PLACES = 2

Kind = Literal["staged", "day"]
Sighting = tuple[list[float], float, int, float | None]
"""A box, its score, whose it is (index, or ``GHOST``), and which age the model gives it.

The age is log-odds, > 0 for an adult, ``None`` if the model's classes name no ages.
"""


@dataclass(frozen=True, slots=True)
class View:
    """What one camera gives during a chunk; ``online`` says when its stream is there, (t,)."""

    eye: Eye
    sight: Sight
    found: Found
    online: Flags
    stirs: Flags
    peopled: Flags
    false_boxes: list[list[FalseBox]]

    def sightings(self, row: int) -> list[Sighting]:
        """Return all boxes of one moment."""
        found = self.found
        leans = None if found.leans is None else found.leans[row].tolist()
        seen: list[Sighting] = []
        for boxes, scores, flags in (
            (found.boxes, found.scores, found.found),
            (found.double_boxes, found.double_scores, found.doubled),
        ):
            for index in np.nonzero(flags[row])[0].tolist():
                lean = None if leans is None else leans[index]
                seen.append((boxes[row, index].tolist(), float(scores[row, index]), index, lean))
        for box, score, lean in self.false_boxes[row]:
            seen.append((box.tolist(), score, GHOST, lean))
        return seen


@dataclass(frozen=True, slots=True)
class Chunk:
    """Some minutes: moments in seconds, everybody's place, darkness, and each camera's view."""

    times: Floats
    crowd: Crowd
    dark: Flags
    views: tuple[View, ...]

    @property
    def adults(self) -> Flags:
        """When an adult is in the room, (t,)."""
        return np.asarray((self.crowd.inside & self.crowd.adult).any(axis=1))

    @property
    def children(self) -> Flags:
        """When a child is in the room, (t,)."""
        return np.asarray((self.crowd.inside & ~self.crowd.adult).any(axis=1))


class Scenario:
    """Everything about one seed. Iterate over :meth:`chunks` once."""

    def __init__(self, seed: int, kind: Kind, model: str = STOCK) -> None:
        """``model`` is one of :data:`benchmarks.scenarios.noise.MODELS`."""
        self.seed, self.kind = seed, kind
        noise = declared_noise(model)
        rng = np.random.default_rng([seed, 0 if kind == "staged" else 1])
        self.poor = bool(rng.random() < noise.table["poor_rooms"])
        cameras = 2 if rng.random() < 0.35 else 1
        self.plan: FloorPlan = floor_plan(rng, cameras)
        self.routine: Routine = (staged if kind == "staged" else day)(self.plan, rng)
        people = len(self.routine.courses)
        self._rng = rng
        self._models = [Model(noise, people, STEP, rng) for _ in self.plan.eyes]
        self._ghosts = [
            Ghosts(noise, self.plan, e.optics, self.poor, STEP, rng) for e in self.plan.eyes
        ]
        self._off = [_interruptions(noise, self.routine.seconds, rng) for _ in self.plan.eyes]
        self.room = Room(
            id="room",
            institution_id="simulated",
            name=Text(zh="模拟教室", en="simulated room"),
            type=RoomType.ACTIVITY,
            person_capacity=people + _SPARE_PLACES,
            capacity=people + _SPARE_PLACES - sum(c.adult for c in self.routine.courses),
        )

    @property
    def cameras(self) -> int:
        """How many cameras watch the room."""
        return len(self.plan.eyes)

    def chunks(self) -> Iterator[Chunk]:
        """Yield the scenario in order, a few minutes at a time."""
        moments = round(self.routine.seconds / STEP)
        for first in range(0, moments, _CHUNK):
            times: Floats = np.arange(first, min(first + _CHUNK, moments), dtype=np.float64) * STEP
            crowd = crowd_at(self.routine.courses, self.routine.carries, times)
            dark = _during(times, self.routine.dark) | self._dusk(times)
            views = tuple(
                self._view(i, eye, crowd, times, dark) for i, eye in enumerate(self.plan.eyes)
            )
            yield Chunk(times, crowd, dark, views)

    def _dusk(self, times: Floats) -> Flags:
        return np.full(len(times), self.poor and self.seed % 2 == 0)

    def _view(self, index: int, eye: Eye, crowd: Crowd, times: Floats, dark: Flags) -> View:
        sight = look(crowd, eye.optics, self.plan.furniture)
        found = self._models[index].find(crowd, sight, dark)
        stirs: Flags = np.asarray((sight.in_view & crowd.moving).any(axis=1))
        false_boxes = self._ghosts[index].boxes(len(times))
        peopled: Flags = np.asarray(sight.in_view.any(axis=1))
        online = ~_during(times, self._off[index])
        return View(eye, sight, found, online, stirs, peopled, false_boxes)


def _during(times: Floats, spans: tuple[tuple[float, float], ...]) -> Flags:
    inside = np.zeros(len(times), dtype=bool)
    for start, end in spans:
        inside |= (times >= start) & (times < end)
    return inside


def _interruptions(
    noise: Noise, seconds: float, rng: np.random.Generator
) -> tuple[tuple[float, float], ...]:
    spans: list[tuple[float, float]] = []
    for name in ("dropouts", "gaps"):
        part = noise.part(name)
        starts = rng.uniform(0, seconds, rng.poisson(part["an_hour"] * seconds / 3600))
        spans.extend((float(at), float(at + rng.uniform(*part["seconds"]))) for at in starts)
    return tuple(sorted(spans))
