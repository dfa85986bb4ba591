"""How often somebody may try: sliding windows in memory, for sign-in attempts.

Counts by name and by address alike whether or not the name exists, so that being locked out
tells nobody which names exist. The number of windows is bounded; the oldest are forgotten.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from threading import Lock


class Throttle:
    """Allows ``most`` failures of a key within ``seconds``."""

    def __init__(self, most: int, seconds: float, keys: int = 10_000) -> None:
        self._most = most
        self._seconds = seconds
        self._keys = keys
        self._failures: OrderedDict[str, deque[float]] = OrderedDict()
        self._lock = Lock()

    def wait(self, key: str, now: float) -> float:
        """Return how many seconds ``key`` still has to wait; 0 when it may try."""
        with self._lock:
            times = self._failures.get(key)
            if times is None:
                return 0.0
            self._forget_old(key, times, now)
            if len(times) < self._most:
                return 0.0
            return times[0] + self._seconds - now

    def failed(self, key: str, now: float) -> None:
        """Put down a failure."""
        with self._lock:
            times = self._failures.setdefault(key, deque(maxlen=self._most))
            self._failures.move_to_end(key)
            times.append(now)
            while len(self._failures) > self._keys:
                self._failures.popitem(last=False)

    def succeeded(self, key: str) -> None:
        """Forget the failures of a key."""
        with self._lock:
            self._failures.pop(key, None)

    def _forget_old(self, key: str, times: deque[float], now: float) -> None:
        while times and times[0] <= now - self._seconds:
            times.popleft()
        if not times:
            del self._failures[key]
