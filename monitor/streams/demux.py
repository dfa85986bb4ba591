"""From an open container to domain packets: what RTSP and recordings have in common."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

import av
from av.bitstream import BitStreamFilterContext
from av.container import InputContainer
from av.packet import Packet as EncodedPacket
from av.video.stream import VideoStream

from monitor.domain.media import Packet, StreamInfo
from monitor.streams.annexb import CODECS, ParameterSets
from monitor.streams.failures import Reason, StreamError
from monitor.streams.timestamps import Stamp, Timeline

_HIGHEST_FPS = 240.0


@dataclass(frozen=True, slots=True)
class RawUnit:
    """One access unit in Annex B with the container's own times in seconds, where it has any."""

    data: bytes
    keyframe: bool
    pts: float | None
    dts: float | None
    duration: float | None
    camera_clock: float | None = None


class VideoDemuxer:
    """Reads the first video stream of an open container as Annex B access units."""

    def __init__(self, container: InputContainer, where: str) -> None:
        self._container = container
        self._where = where
        if not container.streams.video:
            raise StreamError(Reason.NO_VIDEO, where=where)
        self.stream: VideoStream = container.streams.video[0]
        context = self.stream.codec_context
        codec = context.name if context is not None else "?"
        if codec not in CODECS:
            raise StreamError(Reason.UNSUPPORTED, where=where, detail=codec)
        extradata = context.extradata or b""
        self._sets = ParameterSets(codec, extradata)
        self._filter = _annexb_filter(codec, extradata, self.stream)
        self._begun = False
        self.info = StreamInfo(
            codec=codec,
            width=self.stream.width,
            height=self.stream.height,
            fps=_frame_rate(self.stream),
            extradata=self._sets.data,
            has_b_frames=bool(context.has_b_frames),
        )

    def units(self) -> Iterator[RawUnit]:
        """Yield access units until the container ends or fails.

        Raises:
            av.FFmpegError: what the container ran into.
            StreamError: it became another stream on the way.
        """
        self._begun = True
        base = self.stream.time_base or Fraction(1, 1)
        num, den = base.numerator, base.denominator
        for packet in self._demuxed():
            if packet.size == 0:
                continue
            pts, dts, duration = packet.pts, packet.dts, packet.duration
            keyframe = packet.is_keyframe
            clock = _camera_clock(packet) if keyframe else None
            data = self._annexb(packet)
            if not data:
                continue
            if keyframe:
                data = self._sets.complete(data)
            yield RawUnit(
                data,
                keyframe,
                None if pts is None else pts * num / den,
                None if dts is None else dts * num / den,
                duration * num / den if duration else None,
                clock,
            )

    def rewind(self, seconds: float) -> None:
        """Go to the last keyframe at or before ``seconds`` of a recording."""
        if not seconds and not self._begun:
            return  # it stands there; bare H.264 cannot be sought in at all
        start = self.stream.start_time or 0
        base = self.stream.time_base or Fraction(1, 1)
        self._container.seek(start + int(seconds / base), stream=self.stream)
        if self._filter is not None:
            self._filter.flush()

    def _demuxed(self) -> Iterator[EncodedPacket[VideoStream]]:
        try:
            yield from self._container.demux(self.stream)
        except IndexError:
            # ffmpeg found another stream in mid-stream, of which its Python binding knows nothing.
            raise StreamError(Reason.UNREADABLE, where=self._where) from None

    def _annexb(self, packet: EncodedPacket[VideoStream]) -> bytes:
        if self._filter is None:
            return bytes(packet)
        return b"".join(bytes(part) for part in self._filter.filter(packet))


def open_container(
    address: str, options: dict[str, str], timeouts: tuple[float, float] | None = None
) -> InputContainer:
    """Open ``address`` for reading; ``timeouts`` are seconds to open and to read a packet."""
    return av.open(address, mode="r", options=options, timeout=timeouts, metadata_errors="ignore")


def packet_of(camera_id: str, unit: RawUnit, stamp: Stamp, wall: float) -> Packet:
    """Return the domain packet of a stamped access unit; ``wall`` is its POSIX time."""
    return Packet(
        camera_id=camera_id,
        epoch=stamp.epoch,
        time=stamp.time,
        duration=stamp.duration,
        wall=wall,
        keyframe=unit.keyframe,
        data=unit.data,
        shift=stamp.shift,
        camera_clock=unit.camera_clock,
    )


def stamp_of(timeline: Timeline, unit: RawUnit, offset: float = 0.0) -> Stamp | None:
    """Place ``unit`` on ``timeline``, ``offset`` seconds later than its container says."""
    return timeline.place(
        pts=None if unit.pts is None else unit.pts + offset,
        dts=None if unit.dts is None else unit.dts + offset,
        duration=unit.duration,
        keyframe=unit.keyframe,
    )


def _annexb_filter(
    codec: str, extradata: bytes, stream: VideoStream
) -> BitStreamFilterContext | None:
    # A configuration record (avcC, hvcC) begins with version 1; Annex B with zeros.
    if extradata[:1] != b"\x01":
        return None
    return BitStreamFilterContext(f"{codec}_mp4toannexb", stream)


def _camera_clock(packet: EncodedPacket[VideoStream]) -> float | None:
    """Return the producer's reference time, which RTCP sender reports give, in POSIX seconds."""
    if not packet.has_sidedata("prft"):
        return None
    microseconds = int.from_bytes(bytes(packet.get_sidedata("prft"))[:8], "little")
    return microseconds / 1e6


def _frame_rate(stream: VideoStream) -> float | None:
    for rate in (stream.average_rate, stream.guessed_rate):
        if rate and 0 < float(rate) <= _HIGHEST_FPS:
            return float(rate)
    return None
