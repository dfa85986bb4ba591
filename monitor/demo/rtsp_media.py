"""An H.264 or H.265 recording taken apart into access units, and the loop that plays it for ever.

The loop position is a pure function of the time since the camera was switched on, so every
viewer of one simulated camera sees the same moment, as with a real one.
"""

from __future__ import annotations

import bisect
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import av
from av.bitstream import BitStreamFilterContext
from av.packet import Packet
from av.video.stream import VideoStream

from monitor.domain.errors import InputError
from monitor.streams.annexb import (
    CODECS,
    PARAMETER_SETS,
    START_CODE,
    ParameterSets,
    parameter_sets,
    split,
)

CLOCK_RATE = 90_000
"""Ticks per second of every RTP video clock (RFC 6184, section 8.2.1)."""


@dataclass(frozen=True, slots=True)
class AccessUnit:
    """One coded picture: ``due`` seconds into the recording, ``ticks`` its RTP time there."""

    due: float
    ticks: int
    keyframe: bool
    units: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class Footage:
    """A whole recording in memory, ready to be sent again and again.

    ``codec`` is ``h264`` or ``hevc``, ``sets`` its parameter sets in the order of their types.
    """

    units: tuple[AccessUnit, ...]
    duration_ticks: int
    codec: str
    sets: tuple[bytes, ...]
    fps: float

    @property
    def duration(self) -> float:
        """Seconds of one round."""
        return self.duration_ticks / CLOCK_RATE

    def following(self, elapsed: float) -> Iterator[tuple[float, int, AccessUnit]]:
        """Yield ``(due, ticks, unit)`` for ever, from the first unit due at or after ``elapsed``.

        ``due`` and ``ticks`` count on over the rounds and never fall back.
        """
        turn = int(elapsed // self.duration)
        dues = [unit.due for unit in self.units]
        index = bisect.bisect_left(dues, elapsed - turn * self.duration)
        while True:
            for unit in self.units[index:]:
                yield (
                    turn * self.duration + unit.due,
                    turn * self.duration_ticks + unit.ticks,
                    unit,
                )
            turn, index = turn + 1, 0


def load_footage(path: Path) -> Footage:
    """Read an H.264 or H.265 recording.

    Raises:
        InputError: the file is missing, is no video, or is of another codec.
    """
    try:
        with av.open(str(path), "r") as container:
            stream = container.streams.video[0]
            if stream.codec_context.name not in CODECS:
                raise InputError(
                    f"the simulated camera does not send {stream.codec_context.name}",
                    where=str(path),
                    hint="convert it: ffmpeg -i IN -c:v libx264 -bf 0 -g 50 OUT.mp4",
                )
            packets = [packet for packet in container.demux(stream) if packet.size]
            return _footage(stream, packets)
    except (av.FFmpegError, IndexError, OSError) as error:
        raise InputError(
            "cannot be read as a video", where=str(path), hint="is it complete, and a video?"
        ) from error


def _footage(stream: VideoStream, packets: list[Packet[VideoStream]]) -> Footage:
    context = stream.codec_context
    codec = context.name
    sets = ParameterSets(codec, context.extradata or b"")
    to_annexb = BitStreamFilterContext(f"{codec}_mp4toannexb", stream)
    base = float(stream.time_base or 0)
    fps = float(stream.average_rate or 25)
    first = packets[0]
    origin = min(packet.pts or 0 for packet in packets)
    decode_origin = first.dts if first.dts is not None else origin
    units: list[AccessUnit] = []
    for packet in packets:
        decode = packet.dts if packet.dts is not None else packet.pts or 0
        due = (decode - decode_origin) * base
        ticks = round(((packet.pts or 0) - origin) * base * CLOCK_RATE)
        keyframe = packet.is_keyframe
        data = b"".join(bytes(part) for part in to_annexb.filter(packet))
        if keyframe:
            data = sets.complete(data)
        units.append(AccessUnit(due, ticks, keyframe, tuple(split(data))))
    last = units[-1].due + 1 / fps
    return Footage(tuple(units), round(last * CLOCK_RATE), codec, _first_sets(codec, units[0]), fps)


def _first_sets(codec: str, first: AccessUnit) -> tuple[bytes, ...]:
    found = parameter_sets(codec, b"".join(START_CODE + unit for unit in first.units))
    if len(found) < len(PARAMETER_SETS[codec]) or not first.keyframe:
        raise InputError("the recording does not begin with a keyframe and its parameter sets")
    return tuple(found[kind].partition(START_CODE)[0] for kind in sorted(found))
