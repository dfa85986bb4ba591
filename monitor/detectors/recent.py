"""What the last seconds of a room come to: a steady ratio, and when a child was last there."""

from __future__ import annotations

import math
from collections import deque

from monitor.detectors.shared_floor import Tally
from monitor.domain.room_state import View

_SECONDS = 10.0
_BACKWARDS = 60.0
_MOST = 256


class RecentCounts:
    """The counts of one room's last ten seconds. Bounded."""

    def __init__(self) -> None:
        self._ratios: deque[tuple[float, float]] = deque(maxlen=_MOST)
        self._latest: float | None = None
        self.child_seen: float | None = None

    def add(self, time: float, view: View, tally: Tally, hidden_adults: int) -> None:
        """Take in the counts at ``time``; only those of a fully seen room make the ratio."""
        if self._latest is not None and time < self._latest - _BACKWARDS:
            self._ratios.clear()
            self.child_seen = None
        elif self._latest is not None and time <= self._latest:
            return
        self._latest = time
        if tally.children:
            self.child_seen = time
        while self._ratios and time - self._ratios[0][0] > _SECONDS:
            self._ratios.popleft()
        if view is View.FULL:
            # Whoever may be an adult is taken for one: a breach must be certain.
            adults = tally.adults + tally.unknown + hidden_adults
            alone = math.inf if tally.children else 0.0
            self._ratios.append((time, tally.children / adults if adults else alone))

    @property
    def children_per_adult(self) -> float | None:
        """The median number of children to one adult; ``None`` if mostly there was no adult."""
        if not self._ratios:
            return None
        ratios = sorted(ratio for _, ratio in self._ratios)
        median = ratios[(len(ratios) - 1) // 2]
        return None if math.isinf(median) else median
