"""One finder for each input size that cameras ask for, opened when first needed.

An opened graph takes tens of megabytes, so only the sizes used last are kept.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Protocol, runtime_checkable

from monitor.detectors.finder import Finder, Image
from monitor.domain.people import Person

Size = tuple[int, int]

MOST_SIZES = 6


class SizedFinders:
    """A finder that can also look at another input size. Safe to share between threads."""

    def __init__(self, open_finder: Callable[[Size], Finder], size: Size) -> None:
        """Open the finder for ``size`` (width, height) at once; ``open_finder`` opens others."""
        self._open = open_finder
        self._size = size
        self._lock = threading.Lock()
        self._opened: OrderedDict[Size, Finder] = OrderedDict({size: open_finder(size)})

    @property
    def name(self) -> str:
        """Model and engine, as provenance shows them, at the usual size."""
        return self._opened[self._size].name

    @property
    def sha256(self) -> str:
        """Hash of the weights that the manifest declares."""
        return self._opened[self._size].sha256

    @property
    def classes(self) -> tuple[str, ...]:
        """The model's own classes that count as people."""
        return self._opened[self._size].classes

    @property
    def size(self) -> Size:
        """The usual size."""
        return self._size

    def find(self, frames: Sequence[Image]) -> list[list[Person]]:
        """Return the people of each frame at the usual size, best score first."""
        return self.at(None).find(frames)

    def at(self, size: Size | None) -> Finder:
        """Return the finder for an input of ``size``; ``None`` is the usual one.

        Raises:
            ModelError: the model cannot run at that size.
            InputError: the size does not fit the model.
        """
        wanted = size or self._size
        with self._lock:
            if wanted not in self._opened:
                self._opened[wanted] = self._open(wanted)
                self._forget_oldest()
            self._opened.move_to_end(wanted)
            return self._opened[wanted]

    def _forget_oldest(self) -> None:
        while len(self._opened) > MOST_SIZES:
            oldest = next(size for size in self._opened if size != self._size)
            del self._opened[oldest]


@runtime_checkable
class Resizable(Finder, Protocol):
    """A finder that can look at more than one input size."""

    @property
    def size(self) -> Size:
        """The usual size."""

    def at(self, size: Size | None) -> Finder:
        """Return the finder for an input of ``size``; ``None`` is the usual one."""
