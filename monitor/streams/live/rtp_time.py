"""From stream time to RTP time: 90 kHz, never falling, across reconnections of the camera."""

from __future__ import annotations

from dataclasses import dataclass

from monitor.domain.media import Packet
from monitor.streams.annexb import split
from monitor.streams.h264_rtp import fragments

CLOCK_RATE = 90_000
"""Ticks a second of RTP video (RFC 6184)."""

_LARGEST = 1300  # bytes of a payload: a datagram passes tunnels, and TURN, in one piece


@dataclass(frozen=True, slots=True)
class LivePacket:
    """A picture ready to be sent; ``ticks`` at 90 kHz, ``wall`` in POSIX seconds.

    ``payloads`` are those of its RTP packets, the same for all viewers; ``size`` is their bytes.
    """

    ticks: int
    wall: float
    keyframe: bool
    payloads: tuple[bytes, ...]
    size: int


class RtpTimeline:
    """Places the packets of one camera on one rising time line.

    Between two epochs as much time passes as passed on the wall, so that a browser's jitter
    buffer sees a pause and not a jump.
    """

    def __init__(self) -> None:
        self._epoch: int | None = None
        self._origin = 0
        self._ticks = -1
        self._wall = 0.0

    def place(self, packet: Packet) -> LivePacket:
        """Return ``packet`` with its place on the time line."""
        offset = round(packet.time * CLOCK_RATE)
        if packet.epoch != self._epoch:
            self._origin = self._start_of_epoch(packet) - offset
            self._epoch = packet.epoch
        self._ticks = max(self._ticks + 1, self._origin + offset)
        self._wall = packet.wall
        payloads = [part for unit in split(packet.data) for part in fragments(unit, _LARGEST)]
        size = sum(map(len, payloads))
        return LivePacket(self._ticks, packet.wall, packet.keyframe, tuple(payloads), size)

    def _start_of_epoch(self, packet: Packet) -> int:
        if self._epoch is None:
            return 0
        pause = max(packet.wall - self._wall, packet.duration, 0.0)
        return self._ticks + round(pause * CLOCK_RATE)
