"""People with true heights, and the courses they take through a day."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Spot = tuple[float, float]
"""A place on the floor: x and z in metres."""


class Posture(IntEnum):
    """What somebody does with the body; ``AWAY`` is outside the room."""

    STANDING = 0
    SITTING = 1
    BENDING = 2
    LYING = 3
    CARRIED = 4
    AWAY = 5


ADULT_MPS, CHILD_MPS = 1.1, 0.6

# Share of the standing height, and width as a share of it, by posture (standing … carried).
# Sitting: on the floor or a low seat. Adults' sitting height on a stool is about 0.66 of stature.
ADULT_TALL = (1.0, 0.64, 0.68, 1.0, 1.0)
CHILD_TALL = (1.0, 0.64, 0.72, 1.0, 0.6)
ADULT_WIDE = (0.33, 0.38, 0.42, 0.3, 0.33)
CHILD_WIDE = (0.34, 0.43, 0.45, 0.36, 0.3)
LYING_TALL_M = 0.22


@dataclass(frozen=True, slots=True)
class Places:
    """Where somebody is at each of ``n`` moments: floor metres, posture, heading (radians)."""

    x: Floats
    z: Floats
    posture: NDArray[np.int8]
    moving: NDArray[np.bool_]


@dataclass(slots=True)
class Course:
    """What one person does, piece by piece; each piece is a straight walk or a stay.

    Begins outside at time 0 unless ``start`` says where.
    """

    adult: bool
    tall: float
    start: Spot | None = None
    time: float = 0.0
    _times: list[float] = field(default_factory=list)
    _rows: list[tuple[float, float, float, float, int]] = field(default_factory=list)
    spot: Spot = (0.0, 0.0)

    def __post_init__(self) -> None:
        if self.start is not None:
            self.spot = self.start

    @property
    def away(self) -> bool:
        """Say whether the last piece ended outside."""
        return not self._rows or self._rows[-1][4] == Posture.AWAY

    def stay(self, seconds: float, posture: Posture) -> None:
        """Remain where one is."""
        self._piece(seconds, self.spot, posture)

    def walk(self, to: Spot, pace: float = 1.0) -> None:
        """Walk in a straight line; ``pace`` times the usual speed."""
        speed = pace * (ADULT_MPS if self.adult else CHILD_MPS)
        self._piece(math.dist(self.spot, to) / speed, to, Posture.STANDING)

    def outside_until(self, time: float) -> None:
        """Stay outside until ``time``."""
        if time > self.time:
            self.stay(time - self.time, Posture.AWAY)

    def _piece(self, seconds: float, to: Spot, posture: Posture) -> None:
        self._times.append(self.time)
        self._rows.append((*self.spot, *to, int(posture)))
        self.time += max(seconds, 1e-3)
        self.spot = to

    def at(self, times: Floats) -> Places:
        """Return the places at ``times``; before the start and after the end: where it was."""
        starts = np.array([*self._times, self.time])
        table = np.array(self._rows)
        index = np.clip(np.searchsorted(starts, times, side="right") - 1, 0, len(table) - 1)
        x1, z1, x2, z2, posture = table[index].T
        length = starts[index + 1] - starts[index]
        share = np.clip((times - starts[index]) / length, 0, 1)
        moving = (np.abs(x2 - x1) + np.abs(z2 - z1) > 1e-9) & (share < 1)
        return Places(
            x1 + share * (x2 - x1), z1 + share * (z2 - z1), posture.astype(np.int8), moving
        )


def adult_height(rng: np.random.Generator) -> float:
    """Return a carer's height in metres; women's 1st percentile is about 1.45 m."""
    return float(np.clip(rng.normal(1.61, 0.06), 1.45, 1.85))


def child_height(rng: np.random.Generator) -> float:
    """Return the height of a child of one to three years (2009 Chinese reference), metres."""
    return float(np.clip(rng.normal(0.91, 0.075), 0.74, 1.08))
