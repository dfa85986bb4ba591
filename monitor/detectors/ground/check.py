"""Does a configured ground plane still fit the people? Says when it is doubtful, and why.

Whoever stands upright and whole is an adult of about 1.65 m or a child of about 0.9 m. A camera
that sank, was turned or was measured wrongly gives most of them a height that nobody has. Over a
sliding window of people the share with a usual height is watched, the share of those who would be
giants, and whether people far away seem taller or smaller than people near by.
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from monitor.detectors.ground.fit import STATURES
from monitor.detectors.ground.plane import GroundPlane
from monitor.domain.people import Box

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class CheckSettings:
    """When a plane is doubtful.

    ``window`` and ``least`` are numbers of people; a height is usual within ``near`` (of its
    logarithm) of a stature. Doubt begins when fewer than ``doubt`` of the heights are usual or
    more than ``giants`` are above ``giant_m``, or when the medians of near and far people differ
    by ``tilted`` (of the logarithm); it ends above ``trust`` with half as many giants and half the
    difference.
    """

    window: int = 240
    least: int = 60
    every: int = 10
    near: float = 0.16
    doubt: float = 0.5
    trust: float = 0.65
    giants: float = 0.1
    giant_m: float = 2.0
    tilted: float = 0.17


class PlaneCheck:
    """Watches whether people fit one plane. Bounded; one per camera."""

    def __init__(self, plane: GroundPlane, settings: CheckSettings | None = None) -> None:
        self._plane = plane
        self._settings = settings or CheckSettings()
        self._people: deque[tuple[float, float]] = deque(maxlen=self._settings.window)
        self._new = 0
        self._reason = ""

    @property
    def doubtful(self) -> bool:
        """Say whether the plane must not be relied on at present."""
        return bool(self._reason)

    @property
    def reason(self) -> str:
        """Why the plane is doubtful; empty while it is not."""
        return self._reason

    def see(self, box: Box) -> None:
        """Take in the box of somebody who stands upright and whole, about once a second each."""
        height = self._plane.height(box)
        if height is None and not self._plane.tells_heights:
            return
        self._people.append((math.inf if height is None else height, box.y2))
        self._new += 1
        if len(self._people) >= self._settings.least and self._new >= self._settings.every:
            self._new = 0
            self._reason = self._judged()

    def _judged(self) -> str:
        settings = self._settings
        calm = 0.5 if self._reason else 1.0
        heights, feet = np.array(self._people).T
        known = np.isfinite(heights)
        giants = float((heights > settings.giant_m).mean())
        offsets = [np.log(np.maximum(heights[known], 1e-3) / stature) for stature in STATURES]
        nearest = np.where(np.abs(offsets[0]) < np.abs(offsets[1]), offsets[0], offsets[1])
        usual = float(np.count_nonzero(np.abs(nearest) < settings.near)) / len(heights)
        if usual < (settings.trust if self._reason else settings.doubt):
            return f"only {usual:.0%} of the people have a height that people have"
        if giants > settings.giants * calm:
            return f"{giants:.0%} of the people would be taller than {settings.giant_m:g} m"
        if self._tilt(nearest, feet[known]) > settings.tilted * calm:
            return "people far away do not have the heights of people near by"
        return ""

    def _tilt(self, offsets: Floats, feet: Floats) -> float:
        low, high = np.quantile(feet, (1 / 3, 2 / 3))
        far, near = offsets[feet <= low], offsets[feet >= high]
        return abs(float(np.median(far)) - float(np.median(near)))
