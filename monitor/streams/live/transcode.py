"""The last resort: what browsers cannot play is decoded and encoded again as plain H.264.

Once per camera, whatever the number of viewers, on the camera's own pump thread; how many cameras
at a time is limited by :class:`EncodingSlots`.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from fractions import Fraction
from typing import cast

import av
import structlog
from av.codec import CodecContext
from av.video.codeccontext import VideoCodecContext
from av.video.frame import PictureType, VideoFrame

from monitor.domain.media import Packet, StreamInfo
from monitor.streams.live.metrics import ENCODINGS
from monitor.streams.live.rtp_time import CLOCK_RATE

_log = structlog.get_logger(__name__)

_LARGEST_HEIGHT = 720
_KEYFRAME_SECONDS = 2.0
_BITS_A_PIXEL = 2.2  # a second, about 2 Mbit/s for 720p
_HIGHEST_FPS = 60
_TIME_BASE = Fraction(1, CLOCK_RATE)


class EncodingSlots:
    """How many cameras may be encoded at the same time. Safe from any thread."""

    def __init__(self, count: int) -> None:
        self._lock = threading.Lock()
        self._free = count

    @property
    def free(self) -> int:
        """How many more may begin."""
        return self._free

    def take(self) -> bool:
        """Take a slot if there is one."""
        with self._lock:
            if self._free == 0:
                return False
            self._free -= 1
        ENCODINGS.inc()
        return True

    def give_back(self) -> None:
        """Return a slot that was taken."""
        with self._lock:
            self._free += 1
        ENCODINGS.dec()


class Transcoder:
    """Turns the packets of one camera into H.264 without B-frames. For one thread.

    Output keeps epoch, stream time and wall time of its input, in the order of showing.
    """

    def __init__(self, codec: str) -> None:
        self._codec = codec
        self._epoch: int | None = None
        self._decoder: VideoCodecContext | None = None
        self._encoder: VideoCodecContext | None = None
        self._wall_offset = 0.0
        self._next_keyframe = 0.0
        self._last: Packet | None = None

    def feed(self, packet: Packet) -> Iterator[Packet]:
        """Take one packet in and yield what comes out; often nothing, sometimes several."""
        if packet.epoch != self._epoch:
            self._decoder = None
            self._epoch = packet.epoch
        if self._decoder is None and packet.keyframe:
            self._begin()
        if self._decoder is None:
            return
        self._wall_offset = packet.wall - packet.time
        self._last = packet
        for frame in self._decoded(self._decoder, packet):
            yield from self._encoded(frame, packet)

    def flush(self) -> Iterator[Packet]:
        """Yield what the decoder still holds back; nothing may be fed afterwards."""
        if self._decoder is None or self._last is None:
            return
        for frame in self._decoder.decode(None):
            yield from self._encoded(frame, self._last)

    @property
    def info(self) -> StreamInfo:
        """What comes out; known once something has."""
        encoder = self._encoder
        if encoder is None:
            raise RuntimeError("nothing has been encoded yet")
        return StreamInfo("h264", encoder.width, encoder.height, None)

    def _begin(self) -> None:
        self._decoder = cast(VideoCodecContext, CodecContext.create(self._codec, "r"))
        self._decoder.thread_count = 1
        self._encoder = None

    def _decoded(self, decoder: VideoCodecContext, packet: Packet) -> list[VideoFrame]:
        encoded = av.Packet(packet.data)
        encoded.time_base = _TIME_BASE
        encoded.dts = round(packet.time * CLOCK_RATE)
        encoded.pts = round((packet.time + packet.shift) * CLOCK_RATE)
        try:
            return decoder.decode(encoded)
        except av.FFmpegError as error:
            _log.info("live_decode_failed", camera=packet.camera_id, error=type(error).__name__)
            self._decoder = None
            return []

    def _encoded(self, frame: VideoFrame, packet: Packet) -> Iterator[Packet]:
        time = packet.time if frame.pts is None else frame.pts / CLOCK_RATE
        encoder = self._encoder_for(frame, time, packet.duration)
        picture = frame.reformat(encoder.width, encoder.height, "yuv420p")
        picture.pts = round(time * CLOCK_RATE)
        picture.time_base = _TIME_BASE
        picture.pict_type = PictureType.I if time >= self._next_keyframe else PictureType.NONE
        for out in encoder.encode(picture):
            if out.is_keyframe:
                self._next_keyframe = time + _KEYFRAME_SECONDS
            yield Packet(
                camera_id=packet.camera_id,
                epoch=packet.epoch,
                time=time,
                duration=packet.duration,
                wall=time + self._wall_offset,
                keyframe=out.is_keyframe,
                data=bytes(out),
            )

    def _encoder_for(self, frame: VideoFrame, time: float, duration: float) -> VideoCodecContext:
        width, height = _fitted(frame.width, frame.height)
        encoder = self._encoder
        if encoder is None or (encoder.width, encoder.height) != (width, height):
            encoder = CodecContext.create("libx264", "w")
            encoder.width, encoder.height, encoder.pix_fmt = width, height, "yuv420p"
            encoder.time_base = _TIME_BASE
            # Else the encoder takes the ticks of the clock for pictures, and spares bits for each.
            encoder.framerate = Fraction(min(max(round(1 / (duration or 0.04)), 1), _HIGHEST_FPS))
            encoder.bit_rate = max(300_000, int(width * height * _BITS_A_PIXEL))
            encoder.thread_count = 1
            encoder.options = {
                "preset": "ultrafast",
                "tune": "zerolatency",
                "profile": "baseline",
                "forced-idr": "1",
                "x264-params": "keyint=infinite:scenecut=0",
            }
            self._encoder = encoder
            self._next_keyframe = time
        return encoder


def _fitted(width: int, height: int) -> tuple[int, int]:
    scale = min(1.0, _LARGEST_HEIGHT / height)
    return max(2, round(width * scale / 2) * 2), max(2, round(height * scale / 2) * 2)
