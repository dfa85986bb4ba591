"""What a camera's ground plane tells of the floor itself: for drawings to scale, in metres."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np

from monitor.detectors.ground.plane import GroundPlane
from monitor.domain.geometry import Point

_SAMPLES = 24
_LEAST = 1e-9


def standpoint(plane: GroundPlane) -> Point | None:
    """Return the point of the floor above which the camera hangs (right, forward, in metres).

    ``None`` where the plane cannot tell heights: then it does not tell this either.
    """
    if not plane.tells_heights:
        return None
    right, forward, _up, scale = np.linalg.svd(plane.projection)[2][-1].tolist()
    return None if abs(scale) < _LEAST else (right / scale, forward / scale)


def seen_floor(plane: GroundPlane, farthest_m: float) -> tuple[Point, ...]:
    """Return the outline of the floor that is in the picture, up to ``farthest_m`` metres away.

    Empty where no floor is in the picture.
    """
    rows = [step / (2 * _SAMPLES) for step in range(2 * _SAMPLES, -1, -1)]
    left = [_near(plane, (0.0, row), farthest_m) for row in rows]
    right = [_near(plane, (1.0, row), farthest_m) for row in rows]
    sides = [
        (one, other)
        for one, other in zip(left, right, strict=True)
        if one is not None and other is not None
    ]
    if len(sides) < 2:
        return ()
    return (*(one for one, _ in sides), *(other for _, other in reversed(sides)))


def on_floor(plane: GroundPlane, corners: Sequence[Point], farthest_m: float) -> tuple[Point, ...]:
    """Return an area of the picture as it lies on the floor.

    What lies above the horizon or beyond ``farthest_m`` is left out; empty where all of it does.
    """
    placed = [_near(plane, point, farthest_m) for point in _along(corners)]
    found = tuple(point for point in placed if point is not None)
    return found if len(found) > 2 else ()


def _near(plane: GroundPlane, point: Point, farthest_m: float) -> Point | None:
    place = plane.floor(point)
    return place if place is not None and math.hypot(*place) <= farthest_m else None


def _along(corners: Sequence[Point]) -> Iterator[Point]:
    """Yield points along the edges: one that crosses the horizon is there in part."""
    for (x1, y1), (x2, y2) in zip(corners, (*corners[1:], corners[0]), strict=True):
        for step in range(_SAMPLES):
            share = step / _SAMPLES
            yield x1 + share * (x2 - x1), y1 + share * (y2 - y1)
