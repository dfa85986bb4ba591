"""A disk that takes nothing more, for chosen processes and for a while.

No mount is needed, no root and no quota, so it works for everybody and in any container: the kernel
itself refuses what a process writes to files beyond its ``RLIMIT_FSIZE`` (with ``EFBIG``, after
having written what still fits), and another process of the same user may set that limit at any
moment and take it back. What is open stays open, what is begun is torn in the middle, and
databases, spools, evidence and logs are hit alike, as on a full disk.
"""

from __future__ import annotations

import contextlib
import random
import resource
import threading
from collections.abc import Iterable

_LEFT = (0, 100, 700, 5_000, 70_000)
"""Bytes up to which a file may grow: nothing, half a message, half a page, a picture, a log."""


class Disk:
    """What the kernel lets the processes of a fault test write."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self._left = resource.RLIM_INFINITY
        self._short: set[int] = set()
        self._lock = threading.Lock()

    @property
    def full(self) -> bool:
        """Say whether it takes nothing at present."""
        return self._left != resource.RLIM_INFINITY

    def fill(self, processes: Iterable[int]) -> None:
        """Let these processes write next to nothing from now on."""
        with self._lock:
            self._left = self._rng.choice(_LEFT)
            for pid in processes:
                self._limit(pid)

    def free(self) -> None:
        """Let everybody write again."""
        with self._lock:
            self._left = resource.RLIM_INFINITY
            for pid in self._short:
                self._limit(pid)
            self._short = set()

    def holds_for(self, pid: int) -> None:
        """Let a new process find the disk as it is now."""
        with self._lock:
            if self.full:
                self._limit(pid)

    def _limit(self, pid: int) -> None:
        with contextlib.suppress(ProcessLookupError):  # one that has ended does not mind
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (self._left, resource.RLIM_INFINITY))
        if self.full:
            self._short.add(pid)
