"""Who stands upright and whole in the picture: people whose height can be read off their boxes."""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Sequence

from monitor.detectors.age.cut import at_edge, hidden
from monitor.domain.people import Box, Track

_UPRIGHT = (0.22, 0.5)
_MOST_TRACKS = 512


def upright(box: Box, aspect: float) -> bool:
    """Say whether ``box`` has the shape of a standing person; ``aspect`` is that of the picture."""
    if box.height <= 0:
        return False
    return _UPRIGHT[0] <= box.width * aspect / box.height <= _UPRIGHT[1]


class StandingPeople:
    """Picks sightings of people who stand upright, whole and not hidden, one a second each."""

    def __init__(self, aspect: float, every: float = 1.0) -> None:
        """``every`` is the least number of seconds between two sightings of one track."""
        self._aspect = aspect
        self._every = every
        self._picked: OrderedDict[int, float] = OrderedDict()

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
            and self._due(track.id, time)
        ]

    def _due(self, track_id: int, time: float) -> bool:
        if 0 <= time - self._picked.get(track_id, -math.inf) < self._every:
            return False
        self._picked[track_id] = time
        self._picked.move_to_end(track_id)
        if len(self._picked) > _MOST_TRACKS:
            self._picked.popitem(last=False)
        return True
