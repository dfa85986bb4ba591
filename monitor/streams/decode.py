"""Packets to pictures, only as far as somebody looks.

A picture needs every packet since its keyframe, but nobody needs the pictures in between. So the
decoder keeps packets until a picture is wanted, forgets them when the next keyframe comes, and
otherwise decodes the backlog in one go. Damaged data costs pictures, never the decoder.
"""

from __future__ import annotations

from dataclasses import dataclass

import av
import cv2
import numpy as np
from av.packet import Packet as EncodedPacket
from av.video.codeccontext import VideoCodecContext
from av.video.frame import VideoFrame
from av.video.reformatter import VideoReformatter
from numpy.typing import NDArray

from monitor.domain.media import Frame, Packet

_LARGEST_BACKLOG = 1500  # packets: a minute of a camera that sends no keyframes
_TICKS = 1_000_000  # of presentation time per second


@dataclass
class DecodeCounts:
    """What a decoder has done since it was made."""

    packets: int = 0
    pictures: int = 0
    skipped: int = 0
    errors: int = 0


class Decoder:
    """Decodes one camera (``codec`` is ``h264`` or ``hevc``) on the caller's thread.

    ``max_width`` pixels limits the pictures handed out, keeping their shape; ``None`` leaves them
    as they are. ``skip_loop_filter`` saves about a quarter of the time for a little sharpness.
    """

    def __init__(
        self,
        camera_id: str,
        codec: str,
        *,
        max_width: int | None = None,
        skip_loop_filter: bool = False,
        reordered: bool = False,
    ) -> None:
        self.camera_id = camera_id
        self.counts = DecodeCounts()
        self._codec = codec
        self._max_width = max_width
        self._skip_loop_filter = skip_loop_filter
        self._reordered = reordered
        self._context: VideoCodecContext | None = None
        self._converter = VideoReformatter()
        self._backlog: list[Packet] = []
        self._epoch: int | None = None
        self._newest: VideoFrame | None = None
        self._newest_at = (0.0, 0.0)
        self._walls: dict[int, tuple[float, float]] = {}

    def feed(self, packet: Packet, look: bool = True) -> Frame | None:
        """Take the next packet; if ``look``, return the newest picture if there is a new one.

        With B-frames the newest picture lags behind its packet by a few pictures.
        """
        if not self.take(packet, look):
            return None
        return self.frame()

    def take(self, packet: Packet, look: bool = True) -> bool:
        """As :meth:`feed`, but leave the picture unconverted; say whether a new one is there.

        :meth:`luma` and :meth:`frame` give it out.
        """
        self.counts.packets += 1
        self._queue(packet)
        if not look:
            return False
        backlog, self._backlog = self._backlog, []
        self._newest = None  # its room is needed for the next one: 1.4 MB at 1280×720
        before = self.counts.pictures
        for waiting in backlog:
            self._decode(waiting)
        return self.counts.pictures > before

    def rest(self, keyframe: Packet) -> None:
        """Give back the room for pictures: nothing is to be looked at before the next keyframe.

        ``keyframe`` is the packet just taken. Whoever looks sooner after all gets the same picture,
        and has all since that keyframe decoded once more.
        """
        self._newest = None
        self._context = None
        self._backlog = [keyframe]

    def frame(self) -> Frame | None:
        """Return the picture of the last look as BGR, or ``None`` if it gave none."""
        if self._newest is None:
            return None
        picture = self._newest
        width, height = self._size_of(picture)
        array = self._converter.reformat(
            picture, width, height, "bgr24", interpolation="AREA", threads=1
        ).to_ndarray()
        time, wall = self._newest_at
        return Frame(
            camera_id=self.camera_id,
            epoch=self._epoch or 0,
            time=time,
            wall=wall,
            image=array.astype(np.uint8, copy=False),
        )

    def luma(self, width: int = 160) -> NDArray[np.uint8] | None:
        """Return the last look's brightness at ``width`` pixels across, without conversion."""
        return None if self._newest is None else luma_of(self._newest, width)

    def _queue(self, packet: Packet) -> None:
        if packet.epoch != self._epoch:
            self._epoch = packet.epoch
            self._forget_backlog()
            self._context = None
            self._walls.clear()
        elif packet.keyframe and self._backlog:
            self._forget_backlog()
            if self._context is not None:
                self._context.flush_buffers()
            self._walls.clear()
        elif len(self._backlog) >= _LARGEST_BACKLOG:
            self._forget_backlog()
        self._backlog.append(packet)

    def _forget_backlog(self) -> None:
        self.counts.skipped += len(self._backlog)
        self._backlog.clear()

    def _decode(self, packet: Packet) -> None:
        if not packet.data:  # to ffmpeg, this would be the end of the stream
            self.counts.errors += 1
            return
        if self._context is None:
            self._context = self._new_context()
        encoded = EncodedPacket(packet.data)
        shown = packet.time + packet.shift
        ticks = round(shown * _TICKS)
        encoded.pts = ticks
        encoded.dts = round(packet.time * _TICKS)
        self._walls[ticks] = (shown, packet.wall + packet.shift)
        try:
            pictures = self._context.decode(encoded)
        except (av.FFmpegError, ValueError):
            self.counts.errors += 1
            return
        for picture in pictures:
            self.counts.pictures += 1
            self._newest = picture
            known = self._walls.pop(picture.pts, None) if picture.pts is not None else None
            self._newest_at = known or (shown, packet.wall + packet.shift)
        if len(self._walls) > 64:  # pictures that damaged data swallowed
            self._walls.clear()

    def _size_of(self, picture: VideoFrame) -> tuple[int, int]:
        if self._max_width is None or picture.width <= self._max_width:
            return picture.width, picture.height
        height = round(picture.height * self._max_width / picture.width)
        return self._max_width, max(2, height - height % 2)

    def _new_context(self) -> VideoCodecContext:
        context = av.CodecContext.create(self._codec, "r")
        if not isinstance(context, VideoCodecContext):
            raise TypeError(f"{self._codec} is no video codec")
        context.thread_type = av.codec.context.ThreadType.NONE
        context.thread_count = 1
        if self._skip_loop_filter:
            context.options = {"skip_loop_filter": "all"}
        if not self._reordered:
            context.flags |= av.codec.context.Flags.low_delay
        return context


def luma_of(picture: VideoFrame, width: int) -> NDArray[np.uint8]:
    """Return the brightness plane of ``picture``, ``uint8`` of shape ``(height, width)``."""
    if picture.format.components[0].bits != 8:
        picture = picture.reformat(format="gray", threads=1)
    plane = picture.planes[0]
    rows = np.frombuffer(memoryview(plane), np.uint8).reshape(-1, plane.line_size)
    full = rows[: picture.height, : picture.width]
    height = max(2, round(picture.height * width / picture.width))
    return np.asarray(cv2.resize(full, (width, height), interpolation=cv2.INTER_AREA), np.uint8)
