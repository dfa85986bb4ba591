"""Who crosses the lines of one camera, told by where people's feet are.

A line has a band along it whose width follows the person's size; feet within it are on neither
side, so that a box that trembles on the line crosses nothing. Somebody crosses when she was on one
side, her way to the other leads through the line and not around its end, and she was seen twice
beyond the band, or once and then no more. Somebody lost for a moment near the line is the newcomer
who turns up within her reach soon after.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

from monitor.domain.geometry import Point
from monitor.domain.people import AgeClass, Track
from monitor.domain.places import Line, Side
from monitor.domain.room_state import Crossing

_ASPECT = 16 / 9  # of nearly every camera; it only shapes the band and the reach
_BAND = 0.08
_NARROWEST, _WIDEST = 0.006, 0.04
_ENDS = 0.05
_LOOKS = 2
_GONE = 0.8
_ADOPT = 3.0
_REACH, _SPEED, _FARTHEST = 0.3, 1.0, 1.5
_SIZES = 1.6
_FORGET = 20.0
_BACKWARDS = 1.0
_LONGEST_INTERVAL = 5.0


@dataclass(frozen=True, slots=True)
class _Geometry:
    """A line in units of the picture's height: distances from it and places along it."""

    line: Line
    along_x: float
    along_y: float
    offset: float
    start: float
    length: float
    inward: int

    @classmethod
    def of(cls, line: Line) -> _Geometry:
        (x1, y1), (x2, y2) = line.start, line.end
        dx, dy = (x2 - x1) * _ASPECT, y2 - y1
        length = max(math.hypot(dx, dy), 1e-9)
        ux, uy = dx / length, dy / length
        sign = 1 if line.inward is Side.RIGHT else -1
        offset, start = uy * x1 * _ASPECT - ux * y1, ux * x1 * _ASPECT + uy * y1
        return cls(line, ux, uy, offset, start, length, sign)

    def distance(self, point: Point) -> float:
        """Return how far ``point`` lies from the line, positive to its right."""
        return self.along_x * point[1] - self.along_y * _ASPECT * point[0] + self.offset

    def passed_through(self, before: Point, after: Point) -> bool:
        """Say whether the way between two points on different sides leads through the line."""
        first, last = self.distance(before), self.distance(after)
        share = first / (first - last)
        x = (before[0] + share * (after[0] - before[0])) * _ASPECT
        y = before[1] + share * (after[1] - before[1])
        along = self.along_x * x + self.along_y * y - self.start
        return -_ENDS <= along <= self.length + _ENDS


@dataclass(slots=True)
class _Side:
    """On which side of one line somebody is: 1 right, -1 left, 0 not known yet."""

    side: int = 0
    at: Point = (0.0, 0.0)
    over: Track | None = None
    looks: int = 0


@dataclass(slots=True)
class _Walker:
    track: Track
    sides: list[_Side] = field(default_factory=list)


class LineWatch:
    """The lines of one camera. Bounded by the tracks it is given; times never falling."""

    def __init__(self, lines: Sequence[Line]) -> None:
        self._lines = tuple(_Geometry.of(line) for line in lines)
        self._walkers: dict[int, _Walker] = {}
        self._looked: float | None = None
        self._interval = 0.2

    def observe(self, time: float, tracks: Sequence[Track]) -> list[Crossing]:
        """Take in the tracks of the frame of ``time``; return who crossed which line."""
        if not self._lines:
            return []
        self._look(time)
        seen = [track for track in tracks if track.seen >= time]
        ids = {track.id for track in seen}
        crossings: list[Crossing] = []
        for track in seen:
            walker = self._walkers.get(track.id) or self._newcomer(track, ids)
            walker.track = track
            foot = track.box.foot
            band = min(max(_BAND * track.box.height, _NARROWEST), _WIDEST)
            for geometry, side in zip(self._lines, walker.sides, strict=True):
                distance = geometry.distance(foot)
                if -band < distance < band:
                    continue
                crossing = _step(geometry, side, track, foot, 1 if distance > 0 else -1)
                if crossing is not None:
                    crossings.append(crossing)
        crossings.extend(self._lost(time))
        return crossings

    def _look(self, time: float) -> None:
        """Note how often the camera is looked at; a recording that starts again begins anew."""
        passed = 0.0 if self._looked is None else time - self._looked
        if passed < -_BACKWARDS:
            self._walkers.clear()
        elif 0 < passed <= _LONGEST_INTERVAL:
            self._interval += 0.2 * (passed - self._interval)
        self._looked = time

    def _newcomer(self, track: Track, seen: set[int]) -> _Walker:
        """Begin to follow ``track``, or go on where somebody just lost has vanished."""
        lost = [
            walker
            for track_id, walker in self._walkers.items()
            if track_id not in seen and _may_be(walker.track, track)
        ]
        if lost:
            foot = track.box.foot
            nearest = min(lost, key=lambda w: (_apart(w.track.box.foot, foot), w.track.id))
            del self._walkers[nearest.track.id]
            self._walkers[track.id] = nearest
            return nearest
        walker = _Walker(track, [_Side() for _ in self._lines])
        self._walkers[track.id] = walker
        return walker

    def _lost(self, time: float) -> list[Crossing]:
        """Return the crossings of those who were last seen beyond a line; forget the long gone."""
        crossings = []
        patience = max(_GONE, 1.5 * self._interval)
        gone = [walker for walker in self._walkers.values() if time - walker.track.seen > patience]
        for walker in gone:
            for geometry, side in zip(self._lines, walker.sides, strict=True):
                if side.over is not None:
                    crossings.append(_cross(geometry, side, walker.track.box.foot))
            if time - walker.track.seen > _FORGET:
                del self._walkers[walker.track.id]
        return crossings


def _step(geometry: _Geometry, side: _Side, track: Track, foot: Point, now: int) -> Crossing | None:
    """Take in that ``track`` stands with ``foot`` on the side ``now``, beyond the band."""
    if side.side in (0, now):
        side.side, side.at, side.over, side.looks = now, foot, None, 0
        return None
    if side.over is None:
        if not geometry.passed_through(side.at, foot):
            side.side, side.at = now, foot
            return None
        side.over = track
    side.looks += 1
    return _cross(geometry, side, foot) if side.looks >= _LOOKS else None


def _cross(geometry: _Geometry, side: _Side, foot: Point) -> Crossing:
    track = side.over
    assert track is not None  # noqa: S101 (both callers have looked)
    side.side, side.at, side.over, side.looks = -side.side, foot, None, 0
    return Crossing(track.seen, geometry.line, side.side == geometry.inward, track)


def _apart(one: Point, other: Point) -> float:
    return math.hypot((one[0] - other[0]) * _ASPECT, one[1] - other[1])


def _may_be(lost: Track, track: Track) -> bool:
    """Say whether ``track``, new now, may be ``lost``: of like size, and within her reach."""
    gap = track.seen - lost.seen
    ages = {lost.age, track.age} - {AgeClass.UNKNOWN}
    if not 0 < gap <= _ADOPT or len(ages) > 1:
        return False
    small, tall = sorted((lost.box.height, track.box.height))
    reach = tall * min(_REACH + _SPEED * gap, _FARTHEST)
    return tall <= _SIZES * small and _apart(lost.box.foot, track.box.foot) <= reach
