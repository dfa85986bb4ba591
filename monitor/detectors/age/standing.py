"""Who stands upright and whole in the picture: people whose height can be read off their boxes."""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Sequence

from monitor.detectors.age.cut import at_edge, hidden
from monitor.detectors.kept import near
from monitor.domain.people import Box, Track

_UPRIGHT = (0.22, 0.5)
_MOST_TRACKS = 512
_A_STEP = 0.2  # heights, more than boxes shake


def upright(box: Box, aspect: float) -> bool:
    """Say whether ``box`` has the shape of a standing person; ``aspect`` is that of the picture."""
    if box.height <= 0:
        return False
    return _UPRIGHT[0] <= box.width * aspect / box.height <= _UPRIGHT[1]


class StandingPeople:
    """Picks sightings of people who stand upright, whole and not hidden, one a second each."""

    def __init__(self, aspect: float, every: float = 1.0, *, walking: bool = False) -> None:
        """``every`` is the least number of seconds between two sightings of one track.

        With ``walking``, whoever has not moved since her last sighting is left out.
        """
        self._walking = walking
        self._aspect = aspect
        self._every = every
        self._picked: OrderedDict[int, float] = OrderedDict()
        self._before: OrderedDict[int, Box] = OrderedDict()

    def pick(self, tracks: Sequence[Track], time: float) -> list[Box]:
        """Return the boxes, of the tracks seen in the frame of ``time``, to measure people by."""
        seen = [track for track in tracks if track.seen >= time]
        boxes = [track.box for track in seen]
        return [
            track.box
            for index, track in enumerate(seen)
            if upright(track.box, self._aspect)
            and not at_edge(track.box)
            and not hidden(index, boxes)
            and (not self._walking or self._walked(track))
            and self._due(track, time)
        ]

    def _walked(self, track: Track) -> bool:
        """Say whether somebody moved since she was last picked, as no coat on a wall does."""
        before = self._before.setdefault(track.id, track.box)
        self._before.move_to_end(track.id)
        if len(self._before) > _MOST_TRACKS:
            self._before.popitem(last=False)
        return not near(before, track.box, _A_STEP)

    def _due(self, track: Track, time: float) -> bool:
        if 0 <= time - self._picked.get(track.id, -math.inf) < self._every:
            return False
        self._picked[track.id] = time
        self._before[track.id] = track.box
        self._picked.move_to_end(track.id)
        if len(self._picked) > _MOST_TRACKS:
            self._picked.popitem(last=False)
        return True
