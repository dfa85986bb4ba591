"""A picture with the floor's metre grid and yardsticks, by which to judge a ground plane by eye."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from monitor.detectors.ground import GroundPlane
from monitor.domain.errors import InputError
from monitor.domain.geometry import Point
from monitor.domain.system_words import unwritable
from monitor.domain.text import Text

_STEP_M = 0.25
_FARTHEST_M = 9.0
_GRID = (200, 160, 60)
_STICK = (40, 60, 235)
_INK = (255, 255, 255)
_STANDS: tuple[Point, ...] = (
    *((0.12, 0.93), (0.5, 0.93), (0.88, 0.93)),
    *((0.3, 0.74), (0.7, 0.74)),
    *((0.2, 0.6), (0.42, 0.6), (0.58, 0.6), (0.8, 0.6)),
)
_MARKS_M = (1.0, 1.65)
_FONT = cv2.FONT_HERSHEY_SIMPLEX


def floor_picture(image: NDArray[np.uint8], plane: GroundPlane) -> NDArray[np.uint8]:
    """Return a copy of a BGR picture with a 1 m grid and sticks marked at 1.0 m and 1.65 m."""
    picture = np.ascontiguousarray(image).copy()
    for line in _grid(plane):
        for one, other in pairwise(line):
            if one is not None and other is not None:
                start, end = _pixel(one, picture), _pixel(other, picture)
                cv2.line(picture, start, end, _GRID, 1, cv2.LINE_AA)
    if plane.tells_heights:
        for foot in _STANDS:
            _draw_stick(picture, plane, foot)
    return picture


def write_floor_picture(path: Path, image: NDArray[np.uint8], plane: GroundPlane) -> None:
    """Write :func:`floor_picture` to ``path``, whose ending says in which format.

    Raises:
        InputError: it cannot be written there, or not in such a format.
    """
    done, data = False, None
    try:
        done, data = cv2.imencode(path.suffix or ".jpg", floor_picture(image, plane))
        if done:
            path.write_bytes(data.tobytes())
    except cv2.error:
        done = False
    except OSError as error:
        raise InputError(
            unwritable(error), where=str(path), hint=Text("检查文件夹", "check the folder")
        ) from None
    if not done:
        raise InputError(
            Text("不能写成这种格式的图片", "no picture can be written in this format"),
            where=str(path),
            hint=Text("请用 .jpg 或 .png", "name it .jpg or .png"),
        )


def _grid(plane: GroundPlane) -> Iterator[list[Point | None]]:
    """Yield lines along both directions of the floor, as far as it is seen well."""
    centre = plane.floor((0.5, 0.98))
    if centre is None:
        return
    seen = [plane.floor((u, v)) for v in np.linspace(0.2, 0.98, 40) for u in (0.0, 0.5, 1.0)]
    near = [place for place in seen if place and math.dist(place, centre) <= _FARTHEST_M]
    (left, back), (right, front) = np.min(near, axis=0), np.max(near, axis=0)
    across, along = _range(left, right), _range(back, front)
    for x in range(math.floor(left), math.ceil(right) + 1):
        yield [_seen(plane, (float(x), z), centre) for z in along]
    for z in range(math.floor(back), math.ceil(front) + 1):
        yield [_seen(plane, (x, float(z)), centre) for x in across]


def _range(low: float, high: float) -> Sequence[float]:
    steps = round((math.ceil(high) - math.floor(low)) / _STEP_M)
    return [math.floor(low) + step * _STEP_M for step in range(steps + 1)]


def _seen(plane: GroundPlane, place: Point, centre: Point, up: float = 0.0) -> Point | None:
    if math.dist(place, centre) > _FARTHEST_M:
        return None
    u, v, depth = plane.projection @ np.array([*place, up, 1.0])
    if depth <= 1e-6:
        return None
    seen = (float(u / depth), float(v / depth))
    return seen if -1 <= seen[0] <= 2 and -1 <= seen[1] <= 2 else None


def _draw_stick(picture: NDArray[np.uint8], plane: GroundPlane, foot: Point) -> None:
    place = plane.floor(foot)
    if place is None:
        return
    heads = [_seen(plane, place, place, mark) for mark in _MARKS_M]
    if any(head is None for head in heads):
        return
    ends = [_pixel(head, picture) for head in heads if head is not None]
    start = _pixel(foot, picture)
    cv2.line(picture, start, ends[-1], _STICK, 2, cv2.LINE_AA)
    for mark, end in zip(_MARKS_M, ends, strict=True):
        tick = max(4, (start[1] - ends[0][1]) // 8)
        cv2.line(picture, (end[0] - tick, end[1]), (end[0] + tick, end[1]), _STICK, 2, cv2.LINE_AA)
        at = (end[0] + tick + 2, end[1] + 4)
        for colour, width in (((0, 0, 0), 3), (_INK, 1)):
            cv2.putText(picture, f"{mark:g} m", at, _FONT, 0.4, colour, width, cv2.LINE_AA)


def _pixel(point: Point, picture: NDArray[np.uint8]) -> tuple[int, int]:
    return round(point[0] * picture.shape[1]), round(point[1] * picture.shape[0])
