"""Making people unrecognisable: their heads, or all of whoever lies or crouches.

Blurring errs on the side of too much: weak boxes count, areas are generous, and in a video an area
stays blurred for a while before and after a person was found there.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from monitor.domain.people import Box, Person

Image = NDArray[np.uint8]

HOLD = 0.6
"""Seconds for which an area stays blurred around the moment it was found."""

_UPRIGHT = 1.4
_HEAD_SHARE = 0.42
_MARGIN = 0.18
_BLOCKS = 6


def area_to_blur(person: Box, width: int, height: int) -> Box:
    """Return the part of a picture of ``width`` × ``height`` pixels in which the head must be."""
    across, down = person.width * width, person.height * height
    bottom = person.y1 + person.height * (_HEAD_SHARE if down > _UPRIGHT * across else 1.0)
    aside, above = _MARGIN * person.width, _MARGIN * (bottom - person.y1)
    return Box(
        max(0.0, person.x1 - aside),
        max(0.0, person.y1 - above),
        min(1.0, person.x2 + aside),
        min(1.0, bottom + above),
    )


def blurred(image: Image, areas: Iterable[Box]) -> Image:
    """Return ``image`` with ``areas`` reduced to a few blocks of colour."""
    made = np.ascontiguousarray(image).copy()
    height, width = made.shape[:2]
    for area in areas:
        left, right = int(area.x1 * width), int(np.ceil(area.x2 * width))
        top, bottom = int(area.y1 * height), int(np.ceil(area.y2 * height))
        if right <= left or bottom <= top:
            continue
        part = made[top:bottom, left:right]
        across = max(1, min(_BLOCKS, part.shape[1]))
        down = max(1, min(_BLOCKS, part.shape[0]))
        small = cv2.resize(part, (across, down), interpolation=cv2.INTER_AREA)
        blocks = cv2.resize(small, (right - left, bottom - top), interpolation=cv2.INTER_NEAREST)
        made[top:bottom, left:right] = blocks
    return made


class BlurPlan:
    """What to blur when, gathered by looking at a video once before it is written."""

    def __init__(self, width: int, height: int) -> None:
        self._size = (width, height)
        self._times: list[float] = []
        self._areas: list[tuple[Box, ...]] = []

    def found(self, time: float, people: Sequence[Person]) -> None:
        """Take over who was found at ``time`` (seconds, never falling)."""
        self._times.append(time)
        self._areas.append(tuple(area_to_blur(person.box, *self._size) for person in people))

    def at(self, time: float) -> list[Box]:
        """Return what to blur at ``time``."""
        first = bisect_left(self._times, time - HOLD)
        last = bisect_right(self._times, time + HOLD)
        return [area for areas in self._areas[first:last] for area in areas]
