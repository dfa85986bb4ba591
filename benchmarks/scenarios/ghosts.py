"""False boxes: things taken for people. Flickers, passing ones, and things at fixed places."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from benchmarks.scenarios.drifting import drift
from benchmarks.scenarios.floor import FloorPlan
from benchmarks.scenarios.noise import Noise
from benchmarks.scenarios.people import Floats
from monitor.demo.footage.optics import Optics

GHOST = -1
"""Whose box a false one is: nobody's."""

_HEIGHTS = ((0.35, 0.65), (0.8, 1.2), (1.4, 1.75))
_KINDS = (0.45, 0.25, 0.3)


FalseBox = tuple[Floats, float, float | None]
"""A false box, its score, and the age that the model gives it (log-odds, > 0: adult)."""


@dataclass(frozen=True, slots=True)
class Thing:
    """Something at a fixed place that is sometimes taken for a person."""

    box: Floats
    share: float
    score_mean: float
    lean: float | None


class Ghosts:
    """The false boxes of one camera; chunks of moments must come in order."""

    def __init__(
        self,
        noise: Noise,
        plan: FloorPlan,
        optics: Optics,
        poor: bool,
        step: float,
        rng: np.random.Generator,
    ) -> None:
        self._rates = noise.part("false_boxes")
        kind = self._rates["poor" if poor else "good"]
        self._plan, self._optics, self._rng, self._step = plan, optics, rng, step
        self._ages = noise.table.get("ages")
        self._flicker, self._passing = kind["flicker"], kind["passing"]
        self.things = [
            Thing(
                self._place(),
                float(rng.uniform(*kind["fixed_share"])),
                float(rng.uniform(*self._rates["fixed_score_mean"])),
                self._lean(),
            )
            for _ in range(kind["fixed"])
        ]

    def boxes(self, moments: int) -> list[list[FalseBox]]:
        """Return the false boxes of each moment with their scores."""
        found: list[list[FalseBox]] = [[] for _ in range(moments)]
        for row in np.repeat(np.arange(moments), self._rng.poisson(self._flicker, moments)):
            score = self._score(self._rates["score_mean"])
            found[row].append((self._anywhere(), score, self._lean()))
        self._pass_by(found)
        self._stand_about(found)
        return found

    def _pass_by(self, found: list[list[FalseBox]]) -> None:
        low, high = self._rates["passing_seconds"]
        moments = len(found)
        mean = (low + high) / 2 / self._step
        # Each is found at half of the moments of its life.
        for _ in range(self._rng.poisson(2 * self._passing * moments / mean)):
            start = int(self._rng.integers(moments))
            end = start + round(self._rng.uniform(low, high) / self._step)
            box, base = self._place(), self._score(self._rates["score_mean"])
            lean = self._lean()
            for row in range(start, min(end, moments)):
                if self._rng.random() < 0.5:
                    found[row].append((self._shaken(box), self._around(base), self._unsure(lean)))

    def _stand_about(self, found: list[list[FalseBox]]) -> None:
        if not self.things:
            return
        luck = drift(
            len(self.things),
            self._rates["fixed_run_seconds"],
            self._step,
            len(found),
            self._rng,
        )
        seen = luck < np.array([thing.share for thing in self.things])
        for row, index in zip(*np.nonzero(seen), strict=True):
            thing = self.things[index]
            score = self._score(thing.score_mean)
            found[row].append((self._shaken(thing.box), score, self._unsure(thing.lean)))

    def _lean(self) -> float | None:
        """Return which age something is taken for, if the model names ages."""
        return None if self._ages is None else float(self._rng.normal(0, self._ages["things"]))

    def _unsure(self, lean: float | None) -> float | None:
        if lean is None or self._ages is None:
            return None
        return lean + float(self._rng.normal(0, self._ages["fast_spread"]))

    def _score(self, mean: float) -> float:
        return float(min(0.1 + self._rng.exponential(mean), 0.9))

    def _around(self, base: float) -> float:
        return float(np.clip(base + self._rng.normal(0, 0.03), 0.1, 0.9))

    def _shaken(self, box: Floats) -> Floats:
        tall = box[3] - box[1]
        return np.asarray(np.clip(box + self._rng.normal(0, 0.012, 4) * tall, 0, 1))

    def _anywhere(self) -> Floats:
        x, y = self._rng.uniform(0, 0.9), self._rng.uniform(0, 0.7)
        wide, high = self._rng.uniform(0.03, 0.1), self._rng.uniform(0.08, 0.35)
        return np.array([x, y, min(x + wide, 1.0), min(y + high, 1.0)])

    def _place(self) -> Floats:
        """Return the box of something as tall as a toy, a child or a hung coat."""
        low, high = _HEIGHTS[int(self._rng.choice(3, p=_KINDS))]
        for _ in range(50):
            x = self._rng.uniform(-self._plan.half_width, self._plan.half_width)
            z = self._rng.uniform(0.5, self._plan.depth)
            tall = self._rng.uniform(low, high)
            lift = self._rng.uniform(0, 0.4) if tall > 1.3 else 0.0
            points = np.array([(x, lift, z), (x, lift + tall, z)])
            if self._optics.see(points)[:, 2].min() < 1.0:
                continue
            foot, head = self._optics.project(points) / (self._optics.width, self._optics.height)
            half = self._rng.uniform(0.18, 0.28) * (foot[1] - head[1]) * 0.5625
            box = np.array([foot[0] - half, head[1], foot[0] + half, foot[1]])
            if box.min() > -0.1 and box[[0, 2]].max() < 1.05 and box[3] < 1.1:
                return np.asarray(np.clip(box, 0, 1))
        return self._anywhere()
