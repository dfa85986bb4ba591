"""Whether a number has gone over to somebody else: her body became larger or smaller all at once.

Who sits down, bends or turns changes her height or her width, or the one against the other. Only
another person is both much higher and much wider than whoever was followed so far, or both much
lower and narrower, and stays so; or wider by far without being lower, as nobody is who lies down. A
box that is so for a moment is a *stray*: that of somebody who passed in front, and it says nothing
of her. Sizes are in metres, so walking to or from the camera changes neither; boxes that do not
show the whole person are left out.
"""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass

from monitor.detectors.age.cut import at_edge, hidden
from monitor.detectors.ground.plane import GroundPlane
from monitor.domain.people import Track

_FACTOR, _STRAY = math.log(1.35), math.log(1.25)
_WIDER, _WIDER_STRAY, _NOT_LOWER = math.log(1.4), math.log(1.3), math.log(1.05)
_NOW, _LONG = 2.5, 60.0  # seconds of the averages of what she is now and of what she was
_KNOWN = 10.0  # seconds for which somebody must have been seen whole
_LONGEST_STEP = 2.0
_FORGOTTEN = 60.0
_MOST = 512


@dataclass(slots=True)
class _Size:
    """Logarithms of height and width in metres: (long, now) averages."""

    seen: float
    height: tuple[float, float]
    width: tuple[float, float]
    seconds: float = 0.0

    def take(self, height: float, width: float, passed: float) -> bool:
        """Take in a box, ``passed`` seconds after the last; say whether it is a stray."""
        now = 1 - math.exp(-passed / _NOW)
        stray = self._differs(height, width, _STRAY, _WIDER_STRAY)
        if stray:
            # Perhaps somebody else's, and then no part of what she was.
            long = passed / _LONG
        else:
            self.seconds += passed
            # At first the mean of all, later that of the last minute.
            long = passed / min(max(self.seconds, passed), _LONG) if passed else 0.0
        self.height = _closer(self.height, height, long, now)
        self.width = _closer(self.width, width, long, now)
        return stray

    @property
    def is_another(self) -> bool:
        return self._differs(self.height[1], self.width[1], _FACTOR, _WIDER)

    def _differs(self, height: float, width: float, both: float, wider: float) -> bool:
        if self.seconds < _KNOWN:
            return False
        changes = taller, broader = (height - self.height[0], width - self.width[0])
        if taller >= _NOT_LOWER and broader >= wider:
            return True
        return min(changes) >= both or max(changes) <= -both


class Bodies:
    """The sizes of the people on one camera. Bounded; not thread-safe.

    ``strays`` are the numbers of those whose box in the last frame was hardly theirs.
    """

    def __init__(self) -> None:
        self.strays: frozenset[int] = frozenset()
        self._sizes: OrderedDict[int, _Size] = OrderedDict()

    def others(self, tracks: Sequence[Track], plane: GroundPlane | None) -> list[int]:
        """Return the numbers of those tracks that follow somebody else than before, once each.

        ``tracks`` are those of the last frame; nothing is known without a ``plane`` that tells
        heights.
        """
        self.strays = frozenset()
        if plane is None or not plane.tells_heights:
            return []
        now = max((track.seen for track in tracks), default=0.0)
        seen = [track for track in tracks if track.seen >= now]
        boxes = [track.box for track in seen]
        changed, strays = [], set()
        for index, track in enumerate(seen):
            if at_edge(track.box) or hidden(index, boxes):
                continue
            body = plane.body(track.box)
            if body is None or body.height_m <= 0 or body.width_m <= 0:
                continue
            height, width = math.log(body.height_m), math.log(body.width_m)
            stray = self._take(track, height, width)
            if self._sizes[track.id].is_another:
                del self._sizes[track.id]
                changed.append(track.id)
            elif stray:
                strays.add(track.id)
        self.strays = frozenset(strays)
        self._forget(now)
        return changed

    def _take(self, track: Track, height: float, width: float) -> bool:
        """Take in the size of a box; say whether it is a stray."""
        size = self._sizes.get(track.id)
        if size is None or track.seen < size.seen:
            self._sizes[track.id] = _Size(track.seen, (height, height), (width, width))
            return False
        stray = size.take(height, width, min(track.seen - size.seen, _LONGEST_STEP))
        size.seen = track.seen
        self._sizes.move_to_end(track.id)
        return stray

    def _forget(self, now: float) -> None:
        while self._sizes:
            size = next(iter(self._sizes.values()))
            if now - size.seen <= _FORGOTTEN and len(self._sizes) <= _MOST:
                return
            self._sizes.popitem(last=False)


def _closer(
    known: tuple[float, float], value: float, long: float, now: float
) -> tuple[float, float]:
    return known[0] + long * (value - known[0]), known[1] + now * (value - known[1])
