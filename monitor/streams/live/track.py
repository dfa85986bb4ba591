"""One viewer's video: a bounded queue of pictures, sent as they are."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import replace

from aiortc.mediastreams import MediaStreamError, MediaStreamTrack

from monitor.streams.live.metrics import DROPPED
from monitor.streams.live.rtp_time import CLOCK_RATE, LivePacket

_BURST_STEP = CLOCK_RATE // 1000
_BURST_BYTES_A_SECOND = 6 << 20

Join = Callable[["ForwardTrack"], tuple[LivePacket, ...]]
"""Registers a track for packets and returns the group of pictures to begin with."""


class ForwardTrack(MediaStreamTrack):
    """Yields pictures to a :class:`~monitor.streams.live.sender.ForwardSender`.

    It joins the broadcast when first asked, which is when the connection stands. The group
    of pictures it begins with is stamped one millisecond apart, so that the browser decodes it at
    once and shows the present instead of replaying the past; and it is paced, so that no socket
    buffer overflows. A viewer who falls behind loses everything up to a keyframe.
    """

    kind = "video"

    def __init__(self, join: Join, size: int) -> None:
        super().__init__()
        self._join: Join | None = join
        self._size = size
        self._queue: deque[LivePacket] = deque()
        self._burst = 0
        self._waits_for_keyframe = False
        self._filled = asyncio.Event()
        self.dropped = 0

    def offer(self, packet: LivePacket) -> None:
        """Queue ``packet``; never blocks."""
        if len(self._queue) >= self._size + self._burst:
            self._shed()
        if packet.keyframe:
            self._waits_for_keyframe = False
        if self._waits_for_keyframe:
            self._lose(1)
            return
        self._queue.append(packet)
        self._filled.set()

    async def recv(self) -> LivePacket:  # type: ignore[override]
        """Return the next picture when there is one.

        Raises:
            MediaStreamError: the track has ended.
        """
        if self._join is not None:
            self._begin(self._join)
            self._join = None
        while not self._queue and self.readyState == "live":
            self._filled.clear()
            await self._filled.wait()
        if self.readyState != "live":
            raise MediaStreamError
        packet = self._queue.popleft()
        if self._burst:
            self._burst -= 1
            await asyncio.sleep(packet.size / _BURST_BYTES_A_SECOND)
        return packet

    def stop(self) -> None:
        """End the track for good and wake whoever waits for it."""
        super().stop()
        self._queue.clear()
        self._filled.set()

    def _begin(self, join: Join) -> None:
        group = join(self)
        if not group:
            self._waits_for_keyframe = True
            return
        last = group[-1].ticks
        for back, packet in zip(range(len(group) - 1, -1, -1), group, strict=True):
            ticks = last - back * _BURST_STEP
            self._queue.append(replace(packet, ticks=ticks))
        self._burst = len(group)

    def _shed(self) -> None:
        keyframes = [index for index, packet in enumerate(self._queue) if packet.keyframe]
        keep_from = keyframes[-1] if keyframes and keyframes[-1] > 0 else len(self._queue)
        for _ in range(keep_from):
            self._queue.popleft()
        self._burst = 0
        self._waits_for_keyframe = not self._queue
        self._lose(keep_from)

    def _lose(self, count: int) -> None:
        self.dropped += count
        DROPPED.inc(count)
