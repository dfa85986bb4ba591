"""Where those who send pictures wait for the source that reads them."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

_MOST_UNITS = 300
_MOST_BYTES = 16 << 20
_SLICE = 0.25  # seconds between looks at whether anybody still wants to wait


@dataclass(frozen=True, slots=True)
class Sent:
    """One access unit in Annex B: its own time in seconds, and when it arrived (POSIX)."""

    data: bytes
    time: float
    arrived: float
    keyframe: bool


class Caller:
    """One sender. Takes what it sends without ever waiting, whether anybody reads or not."""

    def __init__(self, camera_id: str) -> None:
        self.camera_id = camera_id
        self._units: deque[Sent] = deque()
        self._size = 0
        self._over = False
        self._behind = False
        self._changed = threading.Condition()

    @property
    def over(self) -> bool:
        """Whether nothing more will come."""
        return self._over

    def put(self, unit: Sent) -> None:
        """Take a unit; when too many wait they go, and it begins anew at the next keyframe."""
        with self._changed:
            if len(self._units) >= _MOST_UNITS or self._size + len(unit.data) > _MOST_BYTES:
                self._units.clear()
                self._size = 0
                self._behind = True
            if self._behind and not unit.keyframe:
                return
            self._behind = False
            self._units.append(unit)
            self._size += len(unit.data)
            self._changed.notify_all()

    def get(self, timeout: float) -> Sent | None:
        """Return the next unit, or ``None`` after ``timeout`` seconds or when it is over."""
        with self._changed:
            if not self._units and not self._over:
                self._changed.wait(timeout)
            if not self._units:
                return None
            unit = self._units.popleft()
            self._size -= len(unit.data)
            return unit

    def close(self) -> None:
        """Say that nothing more will come."""
        with self._changed:
            self._over = True
            self._changed.notify_all()


class Lobby:
    """At most one caller a camera: a later one takes the place of an earlier."""

    def __init__(self) -> None:
        self._callers: dict[str, Caller] = {}
        self._changed = threading.Condition()

    def enter(self, caller: Caller) -> None:
        """Let a sender in; the one that was there is over."""
        with self._changed:
            before = self._callers.get(caller.camera_id)
            self._callers[caller.camera_id] = caller
            self._changed.notify_all()
        if before is not None:
            before.close()

    def leave(self, caller: Caller) -> None:
        """Let a sender go."""
        caller.close()
        with self._changed:
            if self._callers.get(caller.camera_id) is caller:
                del self._callers[caller.camera_id]

    def wait(self, camera_id: str, seconds: float, given_up: Callable[[], bool]) -> Caller | None:
        """Return who sends for a camera, waiting up to ``seconds`` for somebody to come."""
        deadline = time.monotonic() + seconds
        with self._changed:
            while camera_id not in self._callers:
                left = deadline - time.monotonic()
                if left <= 0 or given_up():
                    return None
                self._changed.wait(min(left, _SLICE))
            return self._callers[camera_id]


LOBBY = Lobby()
"""The lobby of this process."""
