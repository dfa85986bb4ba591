"""Whether an adult who vanished is among those who are seen: by count, since numbers get lost.

A track that breaks off and begins again under another number leaves somebody missing who is not.
When as many adults as before were seen together again, and for some seconds, nobody is missing.
"""

from __future__ import annotations

import math
from collections import deque
from typing import Protocol

_REMEMBERED = 90.0
_STEADY, _HELD = 2.0, 4.0
_BEFORE = 0.6
_BACKWARDS = 60.0
_MOST = 1024


class Missing(Protocol):
    """An adult last seen at ``since``; ``before`` is how many were seen together then, if known."""

    since: float
    before: int | None


class EverybodyBack:
    """How many adults were seen together in one room, of late. Bounded; times in seconds."""

    def __init__(self) -> None:
        self._counts: deque[tuple[float, int]] = deque(maxlen=_MOST)
        self._since: list[float] = []
        self._latest = -math.inf

    def add(self, time: float, adults: int) -> None:
        """Take in how many ``adults`` are seen at ``time``."""
        if time < self._latest:
            if time > self._latest - _BACKWARDS:
                return
            self._counts.clear()
            self._since.clear()
        self._latest = time
        while self._counts and time - self._counts[0][0] > _REMEMBERED:
            self._counts.popleft()
        if not self._counts or self._counts[-1][1] != adults or self._counts[-1][0] < time - 1:
            self._counts.append((time, adults))
        del self._since[adults:]
        self._since += [time] * (adults - len(self._since))

    def has_back(self, missing: Missing) -> bool:
        """Say whether somebody who went ``missing`` is among those seen together now."""
        if missing.before is None:
            missing.before = self.around(missing.since)
        return self.since(missing.since, missing.before)

    def around(self, seen: float) -> int:
        """Return how many there were about when somebody was last ``seen``, herself included."""
        count = 0
        for time, adults in reversed(self._counts):
            if time <= seen + _BEFORE:
                count = max(count, adults)
            if time < seen - _BEFORE:
                break
        return count

    def since(self, seen: float, before: int) -> bool:
        """Say whether ``before`` adults were seen together since somebody was last ``seen``."""
        if not 0 < before <= len(self._since):
            return False
        # Missed for as long as the missed are held, she is no longer counted where she was lost.
        begun = max(self._since[before - 1], seen + _HELD)
        return self._latest - begun >= _STEADY
