"""Somebody whom one camera sees or just misses, and whether she was leaving when last seen."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

from monitor.detectors.same_place import heights_apart
from monitor.domain.geometry import Polygon
from monitor.domain.people import Box, Track

_EDGE = 0.02
_AHEAD_SECONDS = 1.0
_WAY = (0.5, 1.0, 1.5)
_HISTORY = 6
_BACK_AFTER = 4
_MOVED, _WALKED = 0.5, 0.25


@dataclass(slots=True)
class Kept:
    """Somebody of one camera, seen or just missed, and what is known of how she came and went.

    ``birth`` is her box when she turned up under her number, at ``turned_up`` (again, if she was
    lost); ``moved`` since she was first seen, ``stirred`` since she turned up. Averages in which a
    look without a box counts as 0: ``solid_now`` of the scores of the last seconds and ``solid`` of
    those when she was last seen, ``solid_long`` of half a minute; ``found``, the share of looks in
    that half minute. The latter two began at nothing: ``learned`` (0–1) is how much of them is
    known. ``lasted``: before she was lost she was found in most looks; ``scored`` is what she
    scored on average while that was so for a minute, until ``scored_at``.
    ``known_adult``: found in most looks of a minute, since she turned up, as an adult.
    """

    track: Track
    last: float
    born_inside: bool
    solid: float
    solid_now: float
    birth: Box
    path: deque[tuple[float, Box]] = field(default_factory=lambda: deque(maxlen=_HISTORY))
    claimed_from: float | None = None  # when the one whom she was taken for was last seen
    moved: bool = False
    proven: bool = False
    found: float = 0.0
    was_leaving: bool = False
    born_blind: bool = False
    in_doorway: bool = False
    outside: bool = False
    resident: bool = False
    at_thing: float | None = None
    solid_long: float = 0.0
    learned: float = 0.0
    stirred: bool = False
    lasted: bool = False
    scored: float = 0.0
    scored_at: float = -math.inf
    known_adult: bool = False
    turned_up: float = 0.0
    unaccompanied: float = 0.0
    double: bool = False

    @property
    def claimed(self) -> bool:
        """Say whether she was taken for somebody who had vanished."""
        return self.claimed_from is not None


def was_leaving(kept: Kept, doorways: Sequence[Polygon] = ()) -> bool:
    """Say whether somebody missed was last seen leaving, by the picture's edge or a doorway.

    A single box, long after the others or after those that led out, is possibly a false one and
    does not bring her back inside.
    """
    if kept.was_leaving and len(kept.path) < _BACK_AFTER:
        return True
    if kept.outside or kept.in_doorway or near_edge(kept.track.box, _EDGE):
        return True
    path = list(kept.path)
    return _leads_out(path, doorways) or (
        len(path) >= _BACK_AFTER and _leads_out(path[:-1], doorways)
    )


def _leads_out(path: Sequence[tuple[float, Box]], doorways: Sequence[Polygon]) -> bool:
    """Say whether whoever goes on as on ``path`` is soon out of the picture or in a doorway."""
    (start, first), (end, last) = path[0], path[-1]
    if end - start < 0.3:
        return False
    ahead = _AHEAD_SECONDS / (end - start)
    aside = ahead * (last.centre[0] - first.centre[0])
    down = ahead * (last.y2 - first.y2)
    if near_edge(Box(last.x1 + aside, last.y1, last.x2 + aside, last.y2 + down), 0.0):
        return True
    x, y = last.foot
    way = [(x + share * aside, y + share * down) for share in _WAY]
    return any(doorway.contains(point) for doorway in doorways for point in way)


def walked(kept: Kept) -> bool:
    """Say whether somebody walked when last seen."""
    return not near(kept.path[0][1], kept.path[-1][1], _WALKED)


def apart(first: Box, now: Box) -> bool:
    """Say whether two boxes are farther apart than boxes of somebody who stays shake."""
    return not near(first, now, _MOVED)


def near(first: Box, second: Box, heights: float) -> bool:
    """Say whether two boxes stand within so many heights of one another."""
    return heights_apart(first, second) <= heights


def near_edge(box: Box, margin: float) -> bool:
    """Say whether ``box`` touches a side or the lower edge; nobody leaves by the upper one."""
    return box.x1 <= margin or box.x2 >= 1 - margin or box.y2 >= 1 - margin
