"""Places of one camera where something is taken for a person again and again: a coat, a doll.

A thing is found now and then, never moves, and is never seen well. Where tracks that looked so
ended repeatedly, another one that begins there and does not move is the thing once more.
"""

from __future__ import annotations

from dataclasses import dataclass

from monitor.detectors.same_place import same_place
from monitor.domain.people import Box

_OFTEN = 2
_REMEMBERED = 7200.0
_MOST = 64
_ALIKE = 0.5


@dataclass(slots=True)
class _Place:
    box: Box
    ended: int
    last: float


class Things:
    """What one camera takes for people, by place. Bounded; times in seconds."""

    def __init__(self) -> None:
        self._places: list[_Place] = []

    def clear(self) -> None:
        """Forget all places."""
        self._places.clear()

    def ended(self, box: Box, time: float) -> None:
        """Note that somebody who hardly can have been one was last seen in ``box``."""
        self._places = [p for p in self._places if time - p.last <= _REMEMBERED]
        place = self._at(box)
        if place is None:
            self._places.append(_Place(box, 1, time))
            if len(self._places) > _MOST:
                self._places.remove(min(self._places, key=lambda p: (p.ended, p.last)))
            return
        place.box, place.last = box, time
        place.ended += 1

    def known(self, box: Box) -> bool:
        """Say whether a thing is known where ``box`` is."""
        place = self._at(box)
        return place is not None and place.ended >= _OFTEN

    def still(self, box: Box) -> bool:
        """Say whether ``box`` may still show a thing that was known there: boxes shake."""
        return any(p.ended >= _OFTEN and same_place(p.box, box) for p in self._places)

    def _at(self, box: Box) -> _Place | None:
        x, y = box.centre
        best, most = None, _ALIKE
        for place in self._places:
            there = place.box
            if there.x1 <= x <= there.x2 and there.y1 <= y <= there.y2:
                overlap = there.overlap(box)
                if overlap >= most and same_place(there, box):
                    best, most = place, overlap
        return best
