"""The newest frame of each camera, waiting to be looked at: a slot of one, never a queue.

A slow finder sees fewer frames, never old ones. When there are more cameras than it can serve, the
urgent ones go first and the others in the order of how long they have waited; a frame replaced
before anybody looked at it is counted.
"""

from __future__ import annotations

import threading
import time
from collections import Counter
from dataclasses import dataclass

from monitor.domain.media import Frame


@dataclass(slots=True)
class _Waiting:
    frame: Frame
    urgent: bool


class FrameSlots:
    """Hands frames from many camera threads to one looking loop."""

    def __init__(self) -> None:
        self._ready = threading.Condition()
        self._waiting: dict[str, _Waiting] = {}
        self._last_taken: dict[str, float] = {}
        self._closed = False
        self.replaced: Counter[str] = Counter()

    def put(self, frame: Frame, *, urgent: bool) -> None:
        """Offer the newest frame of a camera."""
        with self._ready:
            if frame.camera_id in self._waiting:
                self.replaced[frame.camera_id] += 1
            self._waiting[frame.camera_id] = _Waiting(frame, urgent)
            self._ready.notify()

    def take(self, limit: int, timeout: float) -> list[Frame]:
        """Return up to ``limit`` frames, the most urgent first; empty after ``timeout`` seconds."""
        with self._ready:
            if not self._waiting and not self._closed:
                self._ready.wait(timeout)
            chosen = sorted(self._waiting, key=self._order)[:limit]
            now = time.monotonic()
            self._last_taken.update((camera_id, now) for camera_id in chosen)
            return [self._waiting.pop(camera_id).frame for camera_id in chosen]

    def forget(self, camera_id: str) -> None:
        """Drop what is known of a camera that is no longer read."""
        with self._ready:
            self._waiting.pop(camera_id, None)
            self._last_taken.pop(camera_id, None)

    def close(self) -> None:
        """Wake :meth:`take` for good."""
        with self._ready:
            self._closed = True
            self._ready.notify_all()

    def _order(self, camera_id: str) -> tuple[bool, float]:
        return (not self._waiting[camera_id].urgent, self._last_taken.get(camera_id, 0.0))
