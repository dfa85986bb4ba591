"""The newest frame of each camera, waiting to be looked at: a slot of one, hardly ever a queue.

A slow finder sees fewer frames, never old ones. When there are more cameras than it can serve, the
urgent ones go first and the others in the order of how long they have waited; a frame replaced
before anybody looked at it is counted. The moments before a movement come as a burst: they wait in
order, bounded, in front of the newest frame.
"""

from __future__ import annotations

import threading
import time
from collections import Counter, deque
from collections.abc import Sequence
from dataclasses import dataclass, field

from monitor.domain.media import Frame

_LONGEST_BURST = 16


@dataclass(slots=True)
class _Waiting:
    urgency: int
    burst: deque[Frame] = field(default_factory=deque)
    newest: Frame | None = None

    def pop(self) -> Frame | None:
        if self.burst:
            return self.burst.popleft()
        frame, self.newest = self.newest, None
        return frame

    @property
    def empty(self) -> bool:
        return not self.burst and self.newest is None


class FrameSlots:
    """Hands frames from many camera threads to one looking loop."""

    def __init__(self) -> None:
        self._ready = threading.Condition()
        self._waiting: dict[str, _Waiting] = {}
        self._last_taken: dict[str, float] = {}
        self._closed = False
        self.replaced: Counter[str] = Counter()

    def put(self, frames: Sequence[Frame], *, urgency: int) -> None:
        """Offer the newest frame of a camera, after those of a burst if there are any.

        The greater ``urgency``, the sooner it is looked at.
        """
        if not frames:
            return
        *before, newest = frames
        with self._ready:
            waiting = self._waiting.setdefault(newest.camera_id, _Waiting(urgency))
            waiting.urgency = urgency
            if waiting.newest is not None:
                self.replaced[newest.camera_id] += 1
            waiting.burst.extend(before)
            while len(waiting.burst) > _LONGEST_BURST:
                waiting.burst.popleft()
                self.replaced[newest.camera_id] += 1
            waiting.newest = newest
            self._ready.notify()

    def take(self, limit: int, timeout: float) -> list[Frame]:
        """Return up to ``limit`` frames, the most urgent first; empty after ``timeout`` seconds.

        Frames of one camera come in order.
        """
        with self._ready:
            if not self._waiting and not self._closed:
                self._ready.wait(timeout)
            now = time.monotonic()
            taken: list[Frame] = []
            for camera_id in sorted(self._waiting, key=self._order):
                if len(taken) >= limit:
                    break
                self._last_taken[camera_id] = now
                waiting = self._waiting[camera_id]
                while len(taken) < limit and (frame := waiting.pop()) is not None:
                    taken.append(frame)
                if waiting.empty:
                    del self._waiting[camera_id]
            return taken

    def waits(self, camera_id: str) -> bool:
        """Say whether a frame of the camera has not been looked at yet."""
        with self._ready:
            return camera_id in self._waiting

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

    def _order(self, camera_id: str) -> tuple[int, float]:
        return (-self._waiting[camera_id].urgency, self._last_taken.get(camera_id, 0.0))
