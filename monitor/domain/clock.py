"""Time, injected wherever it matters so that tests and recordings can bring their own."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """Where the present moment comes from."""

    def now(self) -> float:
        """Return POSIX seconds (UTC)."""


class SystemClock:
    """The machine's own clock."""

    def now(self) -> float:
        """Return POSIX seconds (UTC)."""
        return time.time()


class ManualClock:
    """A clock that moves only when told; for tests, back-tests and recordings."""

    def __init__(self, start: float = 0.0) -> None:
        self._now = start

    def now(self) -> float:
        """Return the moment it was last moved to."""
        return self._now

    def advance(self, seconds: float) -> float:
        """Move forward by ``seconds`` and return the new moment."""
        if seconds < 0:
            raise ValueError("a clock does not run backwards")
        self._now += seconds
        return self._now

    def set(self, moment: float) -> None:
        """Jump to ``moment`` (POSIX seconds)."""
        self._now = moment


def to_datetime(posix: float) -> datetime:
    """Return the zone-aware UTC ``datetime`` of ``posix`` seconds."""
    return datetime.fromtimestamp(posix, UTC)


def utc_now(clock: Clock) -> datetime:
    """Return the clock's present moment as a zone-aware UTC ``datetime``."""
    return to_datetime(clock.now())
