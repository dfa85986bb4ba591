"""Packets into files without re-encoding: MP4 for clips, fragmented MP4 for recordings."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Literal

import av
from av.packet import Packet as EncodedPacket

from monitor.domain.media import Packet, StreamInfo

_TICKS = 90_000  # per second; divides all usual frame rates
_OPTIONS: dict[str, dict[str, str]] = {
    # The index in front lets a browser play before the whole file is there.
    "clip": {"movflags": "+faststart"},
    # Each half second is handed to the system at once: a process that dies loses no more.
    "recording": {
        "movflags": "+frag_keyframe+delay_moov+default_base_moof+skip_trailer",
        "frag_duration": "500000",
        "flush_packets": "1",
    },
}


class PacketWriter:
    """Writes one video stream to ``path``; the caller decides the times.

    The first packet must be a keyframe with its parameter sets. Close it, also after an error.

    Raises:
        OSError: the file cannot be opened, or (from :meth:`write` and :meth:`close`) the disk is
            full.
    """

    def __init__(self, path: Path, info: StreamInfo, form: Literal["clip", "recording"]) -> None:
        self._container = av.open(f"file:{path}", "w", format="mp4", options=_OPTIONS[form])
        rate = Fraction(info.fps).limit_denominator(1001) if info.fps else None
        self._stream = self._container.add_mux_stream(
            info.codec,
            rate=rate,
            width=info.width,
            height=info.height,
            time_base=Fraction(1, _TICKS),
        )
        self._origin: float | None = None
        self._last: int | None = None

    def write(self, packet: Packet, time: float) -> None:
        """Append ``packet``, to be decoded at ``time``; the first picture is shown at 0."""
        encoded = EncodedPacket(packet.data)
        if self._origin is None:
            self._origin = time + packet.shift
        decode = round((time - self._origin) * _TICKS)
        if self._last is not None:  # muxers demand growing decoding times, also after rounding
            decode = max(decode, self._last + 1)
        self._last = decode
        encoded.dts = decode
        encoded.pts = decode + round(packet.shift * _TICKS)
        encoded.duration = round(packet.duration * _TICKS)
        encoded.time_base = Fraction(1, _TICKS)
        encoded.is_keyframe = packet.keyframe
        encoded.stream = self._stream
        self._container.mux_one(encoded)

    def close(self) -> None:
        """Finish the file."""
        self._container.close()
