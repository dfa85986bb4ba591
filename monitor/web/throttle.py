"""How often somebody may try or ask: counts in memory, with waits that double.

Counts by name and by address alike whether or not the name exists, so that being told to wait
tells nobody which names exist. The number of keys is bounded; the oldest are forgotten.
"""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock


class Throttle:
    """After ``free`` failures of a key it has to wait: ``first`` seconds, then twice as long.

    It never waits longer than ``longest``, so that nobody is kept out for good by somebody else's
    failures; ``forget`` seconds after the last failure all is forgotten.
    """

    def __init__(
        self,
        free: int,
        first: float = 60.0,
        longest: float = 900.0,
        forget: float = 3600.0,
        keys: int = 10_000,
    ) -> None:
        self._free = free
        self._first = first
        self._longest = longest
        self._forget = forget
        self._keys = keys
        self._failures: OrderedDict[str, tuple[int, float]] = OrderedDict()
        self._lock = Lock()

    def wait(self, key: str, now: float) -> float:
        """Return how many seconds ``key`` still has to wait; 0 when it may try."""
        with self._lock:
            count, last = self._counted(key, now)
        if count < self._free:
            return 0.0
        doublings = min(count - self._free, 32)
        pause = min(self._longest, self._first * 2.0**doublings)
        return min(pause, max(0.0, last + pause - now))

    def failed(self, key: str, now: float) -> None:
        """Put down a failure."""
        with self._lock:
            count, _ = self._counted(key, now)
            self._failures[key] = (count + 1, now)
            self._failures.move_to_end(key)
            while len(self._failures) > self._keys:
                self._failures.popitem(last=False)

    def succeeded(self, key: str) -> None:
        """Forget the failures of a key."""
        with self._lock:
            self._failures.pop(key, None)

    def _counted(self, key: str, now: float) -> tuple[int, float]:
        count, last = self._failures.get(key, (0, now))
        if now - last > self._forget:
            del self._failures[key]
            return 0, now
        return count, last


class Allowance:
    """Lets each key ask ``most`` times within ``seconds``."""

    def __init__(self, most: int, seconds: float = 60.0, keys: int = 10_000) -> None:
        self._most = most
        self._seconds = seconds
        self._keys = keys
        self._asked: OrderedDict[str, tuple[float, int]] = OrderedDict()
        self._lock = Lock()

    def take(self, key: str, now: float) -> float:
        """Count one request; return 0 if it may go on, else for how many seconds to wait."""
        with self._lock:
            begun, count = self._asked.get(key, (now, 0))
            if now - begun >= self._seconds:
                begun, count = now, 0
            self._asked[key] = (begun, count + 1)
            self._asked.move_to_end(key)
            while len(self._asked) > self._keys:
                self._asked.popitem(last=False)
        return 0.0 if count < self._most else begun + self._seconds - now
