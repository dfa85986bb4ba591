"""How people move: waypoints on the floor, with the time they take, closing into a loop."""

from __future__ import annotations

import bisect
import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from monitor.demo.footage.textures import Rectangle

_LOOK_AHEAD_S = 0.2


@dataclass(frozen=True, slots=True)
class Place:
    """Where somebody is at one moment: metres on the floor, speed in m/s, ``seated`` 0–1.

    ``walked_m`` is the way gone since the start; the steps follow from it. ``heading`` is the
    last direction of movement as a unit vector.
    """

    x: float
    z: float
    speed: float
    walked_m: float
    heading: tuple[float, float]
    seated: float


@dataclass(slots=True)
class Path:
    """A way through the room, built leg by leg: ``Path(0, 3).wait(5).to(2, 4).home(60)``."""

    x: float
    z: float
    _times: list[float] = field(default_factory=list)
    _points: list[tuple[float, float, float]] = field(default_factory=list)
    _walked: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._times.append(0.0)
        self._points.append((self.x, self.z, 0.0))
        self._walked.append(0.0)

    @property
    def end(self) -> float:
        """Return the time the path ends, seconds."""
        return self._times[-1]

    def _add(self, seconds: float, x: float, z: float, seated: float) -> Path:
        last_x, last_z, _ = self._points[-1]
        self._times.append(self._times[-1] + seconds)
        self._points.append((x, z, seated))
        self._walked.append(self._walked[-1] + math.hypot(x - last_x, z - last_z))
        return self

    def wait(self, seconds: float) -> Path:
        """Stay."""
        x, z, seated = self._points[-1]
        return self._add(seconds, x, z, seated)

    def until(self, time: float) -> Path:
        """Stay until ``time``."""
        if time < self.end - 1e-6:
            raise ValueError(f"the path is at {self.end:.1f} s, later than {time:.1f} s")
        return self.wait(max(0.0, time - self.end))

    def to(self, x: float, z: float, speed: float = 0.9) -> Path:
        """Walk straight to a point at ``speed`` m/s."""
        last_x, last_z, _ = self._points[-1]
        return self._add(max(math.hypot(x - last_x, z - last_z) / speed, 1e-3), x, z, 0.0)

    def sit(self, seconds: float = 1.4) -> Path:
        """Sit down where one stands."""
        x, z, _ = self._points[-1]
        return self._add(seconds, x, z, 1.0)

    def stand(self, seconds: float = 1.4) -> Path:
        """Stand up."""
        x, z, _ = self._points[-1]
        return self._add(seconds, x, z, 0.0)

    def on(self, seconds: float, x: float, z: float, seated: float) -> Path:
        """Be at a point ``seconds`` later, ``seated`` 0-1 by then."""
        return self._add(seconds, x, z, seated)

    def home(self, loop: float, speed: float = 0.9) -> Path:
        """Return to the start and stay until the loop ends, where it begins anew.

        Raises:
            ValueError: the loop is too short for the way.
        """
        self.to(self.x, self.z, speed)
        return self.until(loop)

    def at(self, time: float) -> Place:
        """Return where the person is at ``time``; before the start and after the end it waits."""
        x, z, seated = self._point(time)
        before, after = self._point(time - _LOOK_AHEAD_S), self._point(time + _LOOK_AHEAD_S)
        span = 2 * _LOOK_AHEAD_S
        speed = math.hypot(after[0] - before[0], after[1] - before[1]) / span
        walked = float(np.interp(time, self._times, self._walked))
        return Place(x, z, speed, walked, self._heading(time), seated)

    def _point(self, time: float) -> tuple[float, float, float]:
        index = bisect.bisect_right(self._times, time)
        if index == 0:
            return self._points[0]
        if index == len(self._times):
            return self._points[-1]
        start, end = self._times[index - 1], self._times[index]
        share = (time - start) / (end - start)
        (ax, az, sat), (bx, bz, sits) = self._points[index - 1], self._points[index]
        if sat != sits:
            share = share * share * (3 - 2 * share)
        return ax + share * (bx - ax), az + share * (bz - az), sat + share * (sits - sat)

    def _heading(self, time: float) -> tuple[float, float]:
        """Return the direction of the leg being walked, or of the one walked last."""
        index = min(bisect.bisect_right(self._times, time), len(self._times) - 1)
        order = [*range(index, 0, -1), *range(len(self._times) - 1, index, -1)]
        for i in order:
            dx = self._points[i][0] - self._points[i - 1][0]
            dz = self._points[i][1] - self._points[i - 1][1]
            length = math.hypot(dx, dz)
            if length > 1e-6:
                return dx / length, dz / length
        return 1.0, 0.0


def play(
    area: Rectangle,
    loop: float,
    seed: int,
    speed: float = 0.55,
    pauses: tuple[float, float] = (1.5, 5.0),
    avoid: Sequence[Rectangle] = (),
) -> Path:
    """Return the way of somebody who potters about in ``area`` and is back at the loop's end."""
    rng = np.random.default_rng(seed)

    def point() -> tuple[float, float]:
        x1, z1, x2, z2 = area
        while True:
            x, z = float(rng.uniform(x1, x2)), float(rng.uniform(z1, z2))
            if not any(a <= x <= c and b <= z <= d for a, b, c, d in avoid):
                return x, z

    path = Path(*point())
    diagonal = math.hypot(area[2] - area[0], area[3] - area[1])
    path.wait(float(rng.uniform(0, pauses[1])))
    while path.end + pauses[1] + 2 * diagonal / (0.8 * speed) < loop:
        path.to(*point(), speed=speed * float(rng.uniform(0.8, 1.2)))
        path.wait(float(rng.uniform(*pauses)))
    return path.home(loop, speed)
