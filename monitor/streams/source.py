"""What a source of video is.

Life cycle: a source is made for one connection, ``open``ed once, read through ``packets`` and
``close``d, all on one thread; only ``interrupt`` may come from another. After a failure a fresh
source is made. Sources deliver packets and never decode them. :mod:`monitor.streams.catalogue`
finds the source for a URL.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Protocol

from monitor.domain.clock import Clock, SystemClock
from monitor.domain.media import Packet, StreamInfo
from monitor.streams.reach import Reach
from monitor.streams.url import StreamUrl


@dataclass(frozen=True, slots=True)
class Timeouts:
    """How long a camera may keep us waiting, in seconds.

    ``connect`` is for the machine to be there at all, ``open`` for everything up to the first
    picture: a system asks a machine that is away ever more rarely, so beginning anew is quicker.
    """

    open: float = 10.0
    read: float = 5.0
    connect: float = 2.5


def _never() -> float:
    return 0.0


@dataclass(frozen=True, slots=True)
class SourceRequest:
    """Everything a source needs to make one connection.

    ``epoch`` is that of its first packet. Without ``realtime`` a recording is read as fast as
    possible and its wall times are media seconds; live sources ignore it. ``pause`` says for how
    many seconds nobody minds waiting just now: a live source that has taken all that had arrived
    then lets some gather, since waking up for every packet is most of what reading costs.
    ``reach`` is where URLs may lead; ``None`` where whoever asks wrote the URL themselves.
    """

    camera_id: str
    url: StreamUrl
    epoch: int = 0
    realtime: bool = True
    timeouts: Timeouts = field(default_factory=Timeouts)
    clock: Clock = field(default_factory=SystemClock)
    pause: Callable[[], float] = _never
    reach: Reach | None = None


class Source(Protocol):
    """One connection to a camera, or one recording."""

    def open(self) -> StreamInfo:
        """Connect and return what the video is like.

        Raises:
            StreamError: with the reason in words.
        """

    def packets(self) -> Iterator[Packet]:
        """Yield packets from the first keyframe on; ends when a recording ends.

        Raises:
            StreamError: the connection or the recording broke.
        """

    def interrupt(self) -> None:
        """Let ``packets`` end soon; safe from any thread."""

    def close(self) -> None:
        """Release the connection."""


SourceFactory = Callable[[SourceRequest], Source]
"""What makes a source for one URL scheme; opens nothing yet."""
