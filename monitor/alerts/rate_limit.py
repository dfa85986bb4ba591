"""How many messages a service takes, as a bucket of tokens that fills up steadily."""

from __future__ import annotations

import threading


class RateLimit:
    """Lets ``per_minute`` messages through, the first few at once. Safe for many threads."""

    def __init__(self, per_minute: float, burst: int | None = None) -> None:
        if per_minute <= 0:
            raise ValueError("a channel must take some messages")
        self._per_second = per_minute / 60
        self._burst = float(burst if burst is not None else max(1, int(per_minute // 2)))
        self._tokens = self._burst
        self._as_of: float | None = None
        self._lock = threading.Lock()

    def take(self, now: float) -> float | None:
        """Take a token at ``now`` (POSIX seconds).

        Returns:
            ``None`` if there was one, else the seconds until there will be.
        """
        with self._lock:
            if self._as_of is not None and now > self._as_of:
                filled = self._tokens + (now - self._as_of) * self._per_second
                self._tokens = min(self._burst, filled)
            self._as_of = now
            if self._tokens >= 1:
                self._tokens -= 1
                return None
            return (1 - self._tokens) / self._per_second
