"""Gives memory that was freed back to the system.

Pictures are large and short-lived, and many threads make them. glibc keeps what each group of
threads has freed: over a few dozen idle cameras a fifth of a worker's memory.
"""

from __future__ import annotations

import ctypes
import time

_EVERY = 60.0


_M_MMAP_THRESHOLD, _M_ARENA_MAX = -3, -8  # malloc.h
_ARENAS = 2
_LARGE = 512 << 10  # bytes: pictures, but not packets


def keep_little_spare() -> None:
    """Let this process share freed memory among its threads, and give back pictures at once.

    Call it before there are threads. Where the system has no glibc it does nothing.
    """
    tune = getattr(ctypes.CDLL(None), "mallopt", None)
    if tune is not None:
        tune(_M_ARENA_MAX, _ARENAS)
        tune(_M_MMAP_THRESHOLD, _LARGE)


class SpareMemory:
    """Call :meth:`give_back` at leisure; it acts every ``every`` seconds."""

    def __init__(self, every: float = _EVERY) -> None:
        self._every = every
        self._trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # glibc has it, others do not
        self._given = time.monotonic()

    def give_back(self) -> bool:
        """Give back what is free if it is time to, and say whether there was any.

        It takes some milliseconds, in which other threads go on.
        """
        if self._trim is None or time.monotonic() - self._given < self._every:
            return False
        self._given = time.monotonic()
        return bool(self._trim(0))
