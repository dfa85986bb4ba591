"""When a picture was taken, as far as its arrival tells.

Networks delay packets by varying amounts but never deliver them early, so the smallest delay of
the last seconds is the best guess. Clocks of camera and host drift apart; the guess follows
slowly, so that wall times stay smooth, and jumps only when it is plainly wrong. The camera's own
calendar clock is not used: it is wrong too often.
"""

from __future__ import annotations

from collections import deque

_BUCKET = 2.0  # seconds of stream time
_BUCKETS = 5
_SLEW = 0.02  # seconds of correction per second of stream
_JUMP = 1.0  # seconds of error beyond which smoothing would be a lie


class ArrivalClock:
    """Maps stream time to POSIX seconds for one epoch; wall times never fall back."""

    def __init__(self) -> None:
        self._buckets: deque[tuple[int, float]] = deque(maxlen=_BUCKETS)
        self._offset: float | None = None
        self._last_time = 0.0
        self._last_wall = 0.0

    def wall(self, time: float, arrived: float) -> float:
        """Return the wall time of the packet at stream ``time`` that ``arrived`` just now."""
        smallest = self._smallest_offset(time, arrived - time)
        if self._offset is None:
            self._offset = smallest
        else:
            error = smallest - self._offset
            reach = _SLEW * max(0.0, time - self._last_time)
            step = error if abs(error) > _JUMP else min(max(error, -reach), reach)
            self._offset += step
        self._last_time = time
        self._last_wall = max(self._last_wall, time + self._offset)
        return self._last_wall

    def _smallest_offset(self, time: float, offset: float) -> float:
        number = int(time // _BUCKET)
        if self._buckets and self._buckets[-1][0] == number:
            self._buckets[-1] = (number, min(self._buckets[-1][1], offset))
        else:
            self._buckets.append((number, offset))
        return min(value for _, value in self._buckets)
