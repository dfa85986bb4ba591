"""The moments before a movement, looked at after all.

A quiet camera is looked at once a group of pictures. What a keyframe shows may have begun up to a
whole group earlier: a child who runs through a gate is gone by then. So the packets since the last
look are kept, and decoded when the next look finds that something moved. Bounded: at most
``_LONGEST`` seconds of packets, and ``_MOST`` frames handed out.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from monitor.domain.media import Frame, Packet, StreamInfo
from monitor.streams.decode import Decoder
from monitor.streams.gate import Gate

_LONGEST = 4.0
_MOST = 12
_MOST_PACKETS = 250


class Replay:
    """The packets of one camera since somebody last looked, from a keyframe on."""

    def __init__(
        self, camera_id: str, *, max_width: int | None = None, skip_loop_filter: bool = False
    ) -> None:
        self._camera_id = camera_id
        self._max_width = max_width
        self._skip_loop_filter = skip_loop_filter
        self._info: StreamInfo | None = None
        self._group: list[Packet] = []
        self._before: list[Packet] = []
        self._looked = 0.0
        self._epoch: int | None = None

    def format(self, info: StreamInfo) -> None:
        """Take in how the packets from now on are coded."""
        self._info = info
        self._forget()

    def keep(self, packet: Packet) -> None:
        """Remember the next packet; the group before the present one is kept with it."""
        if packet.epoch != self._epoch:
            self._epoch = packet.epoch
            self._forget()
        if packet.keyframe:
            self._before, self._group = self._group, []
        if len(self._group) < _MOST_PACKETS:
            self._group.append(packet)

    def looked(self, packet: Packet) -> None:
        """Note that the picture of ``packet`` was looked at."""
        self._looked = packet.time

    def frames(self, gate: Gate, reference: NDArray[np.uint8]) -> list[Frame]:
        """Return the frames between the last look and the present keyframe in which things moved.

        ``reference`` is the brightness of the picture analysed last. They come at the gate's rate,
        oldest first; all but the last ``_MOST`` are left out.
        """
        waiting, info = self._before, self._info
        self._before = []
        if info is None or not waiting or not waiting[0].keyframe:
            return []
        newest = waiting[-1].time
        interval = 1 / gate.settings.fps
        if not 1.5 * interval < newest - self._looked <= _LONGEST:
            return []
        decoder = Decoder(
            self._camera_id,
            info.codec,
            max_width=self._max_width,
            skip_loop_filter=self._skip_loop_filter,
            reordered=info.has_b_frames,
        )
        due = max(self._looked + interval, newest - _MOST * interval)
        found: list[Frame] = []
        for packet in waiting:
            wanted = packet.time + packet.duration / 2 >= due
            if not decoder.take(packet, wanted):
                continue
            due += interval
            luma = decoder.luma()
            frame = decoder.frame() if luma is not None and gate.differs(luma, reference) else None
            if frame is not None:
                found.append(frame)
        return found[-_MOST:]

    def _forget(self) -> None:
        self._group, self._before = [], []
