"""What holds footage of the past: our own recordings, or an institution's recorder."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from monitor.domain.stretches import Stretch
from monitor.streams.source import Source


class Archive(Protocol):
    """Footage of the past that can be searched and played, by channel (a camera's id)."""

    def records(self, channel: str, start: float, end: float) -> Sequence[Stretch]:
        """Return of which times between ``start`` and ``end`` (POSIX seconds) there is footage.

        In any order, and overlapping where the recorder says so.

        Raises:
            SourceError: the recorder cannot be asked.
        """

    def play(self, channel: str, start: float, end: float) -> Source:
        """Return a source of that footage, not opened yet; it may begin at the keyframe before.

        Raises:
            SourceError: the recorder cannot be reached.
            NotFoundError: there is nothing of that time, whatever the index says.
        """
