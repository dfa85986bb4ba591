"""A finder that can be exchanged while it is being used.

The new one is opened in a thread of its own, which verifies its hashes and warms it up; meanwhile
the old one goes on. Whoever is inside :meth:`SwappableFinder.find` finishes with the finder begun
with; the old one is closed when the last such call ends.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

import structlog

from monitor.detectors.finder import Finder, Image
from monitor.detectors.finders.by_size import Resizable, Size
from monitor.domain.errors import KanhuError
from monitor.domain.people import Person

log = structlog.get_logger(__name__)

Open = Callable[[], Resizable]


class SwappableFinder:
    """A finder whose model may change between two frames. Safe to share between threads.

    ``problem`` says why the last swap failed; it is empty when there was none or it succeeded.
    """

    def __init__(self, finder: Resizable) -> None:
        self._current = finder
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()
        self.problem = ""

    @property
    def name(self) -> str:
        """Model and engine in use, as provenance shows them."""
        return self._current.name

    @property
    def sha256(self) -> str:
        """Hash of the weights in use."""
        return self._current.sha256

    @property
    def classes(self) -> tuple[str, ...]:
        """The classes of the model in use that count as people."""
        return self._current.classes

    @property
    def size(self) -> Size:
        """The input size at which the model in use usually looks."""
        return self._current.size

    @property
    def swapping(self) -> bool:
        """Say whether another finder is being opened just now."""
        return self._thread is not None and self._thread.is_alive()

    def find(self, frames: Sequence[Image]) -> list[list[Person]]:
        """Return the people of each frame, best score first."""
        return self._current.find(frames)

    def at(self, size: Size | None) -> Finder:
        """Return the finder for an input of ``size``; use it for one frame and ask again."""
        return self._current.at(size)

    def swap(self, open_finder: Open) -> bool:
        """Begin to open another finder that then takes over; ``False`` while one is being opened.

        Where opening fails the old one stays, and :attr:`problem` says why.
        """
        with self._lock:
            if self.swapping:
                return False
            self._thread = threading.Thread(
                target=self._open, args=(open_finder,), name="finder-swap", daemon=True
            )
            self._thread.start()
            return True

    def wait(self, seconds: float) -> bool:
        """Wait for a swap to end; ``False`` if it still goes on after ``seconds``."""
        if self._thread is not None:
            self._thread.join(seconds)
        return not self.swapping

    def _open(self, open_finder: Open) -> None:
        old = self._current.name
        try:
            self._current = open_finder()
        except KanhuError as error:
            self.problem = str(error)
            log.error("finder_not_swapped", kept=old, error=str(error))
        except Exception as error:
            self.problem = f"{type(error).__name__}: {error}"
            log.exception("finder_not_swapped", kept=old)
        else:
            self.problem = ""
            log.info("finder_swapped", before=old, now=self.name, sha256=self.sha256)
