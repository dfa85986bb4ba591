"""Where live view gets a camera's packets from, without a gap after the current picture.

A subscription begins at the next keyframe; somebody who begins to watch wants the picture of now.
:class:`GaplessReader` therefore begins with the current group of pictures out of the ring, follows
the ring until the subscription delivers, and from then on reads only the subscription.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Protocol

from monitor.domain.media import Packet, StreamInfo
from monitor.streams.fanout import Subscription
from monitor.streams.ring import PacketRing

LIVE = "live"
"""The name of live view's subscriptions."""

_FOLLOW_SECONDS = 0.02
_WAIT_SECONDS = 1.0
_NOBODY = float("inf")


class PacketFeed(Protocol):
    """What live view needs of a camera; :class:`~monitor.streams.reader.CameraReader` is one."""

    @property
    def info(self) -> StreamInfo | None:
        """What the video is like, ``None`` until it is known."""

    @property
    def ring(self) -> PacketRing:
        """The last seconds."""

    def subscribe(self, name: str, maxsize: int = ...) -> Subscription:
        """Return a bounded queue that begins at the next keyframe."""


Feeds = Callable[[str], PacketFeed | None]
"""Finds the feed of a camera by its id; ``None`` for a camera that is not here."""


class GaplessReader:
    """Reads a feed from its current group of pictures on. For one thread."""

    def __init__(self, feed: PacketFeed, size: int) -> None:
        self._ring = feed.ring
        self._subscription = feed.subscribe(LIVE, size)
        self._last: tuple[int, float] | None = None
        self._last_wall = _NOBODY

    def packets(self) -> Iterator[Packet]:
        """Yield packets until the feed ends or :meth:`close` is called."""
        subscription = self._subscription
        first: Packet | None = None
        wait = _FOLLOW_SECONDS
        while first is None and not subscription.closed:
            before = self._last
            yield from self._newer()
            # A camera that stands still need not be asked fifty times a second.
            wait = _FOLLOW_SECONDS if self._last != before else min(2 * wait, _WAIT_SECONDS / 4)
            first = subscription.get(wait)
        yield from self._newer()
        if first is not None and self._is_new(first):
            yield first
        while True:
            packet = subscription.get(_WAIT_SECONDS)
            if packet is not None and self._is_new(packet):
                yield packet
            elif packet is None and subscription.closed:
                return

    def close(self) -> None:
        """Let :meth:`packets` end soon; safe from any thread."""
        self._subscription.close()

    def _newer(self) -> Iterator[Packet]:
        packets = self._ring.since(self._last_wall)
        if self._last is None:
            starts = [index for index, packet in enumerate(packets) if packet.keyframe]
            packets = packets[starts[-1] :] if starts else ()
        for packet in packets:
            if self._is_new(packet):
                yield packet

    def _is_new(self, packet: Packet) -> bool:
        place = (packet.epoch, packet.time)
        if self._last is not None and place <= self._last:
            return False
        self._last = place
        self._last_wall = packet.wall
        return True
