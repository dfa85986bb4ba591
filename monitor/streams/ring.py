"""The last seconds of a camera as encoded packets, for clips that begin before anybody knew."""

from __future__ import annotations

import threading
from collections import deque

from monitor.domain.media import Packet

DEFAULT_SECONDS = 30.0
DEFAULT_BYTES = 48 << 20


class PacketRing:
    """Whole groups of pictures, at least the last ``seconds`` of them, at most ``max_bytes``.

    Invariant: it is empty or begins with a keyframe. Safe from any thread.
    """

    def __init__(self, seconds: float = DEFAULT_SECONDS, max_bytes: int = DEFAULT_BYTES) -> None:
        self.seconds = seconds
        self.max_bytes = max_bytes
        self._lock = threading.Lock()
        self._groups: deque[list[Packet]] = deque()
        self._sizes: deque[int] = deque()

    def add(self, packet: Packet) -> None:
        """Append ``packet`` and forget what is too old or too much."""
        with self._lock:
            if packet.keyframe:
                self._groups.append([])
                self._sizes.append(0)
            if not self._groups:
                return
            self._groups[-1].append(packet)
            self._sizes[-1] += len(packet.data)
            self._forget(packet.wall - self.seconds)

    def since(self, wall: float | None = None) -> tuple[Packet, ...]:
        """Return the packets from the last keyframe at or before ``wall`` (POSIX seconds) on."""
        with self._lock:
            groups = list(self._groups)
            start = 0
            if wall is not None:
                starts = [index for index, group in enumerate(groups) if group[0].wall <= wall]
                start = starts[-1] if starts else 0
            return tuple(packet for group in groups[start:] for packet in group)

    @property
    def size(self) -> int:
        """Bytes held."""
        with self._lock:
            return sum(self._sizes)

    @property
    def span(self) -> tuple[float, float] | None:
        """Wall times of the first and the last packet, or ``None`` while empty."""
        with self._lock:
            if not self._groups:
                return None
            return self._groups[0][0].wall, self._groups[-1][-1].wall

    def _forget(self, oldest: float) -> None:
        while len(self._groups) > 1 and self._groups[1][0].wall <= oldest:
            self._drop_first()
        # A single group beyond the cap goes too: a stream without keyframes must not fill memory.
        while self._groups and sum(self._sizes) > self.max_bytes:
            self._drop_first()

    def _drop_first(self) -> None:
        self._groups.popleft()
        self._sizes.popleft()
