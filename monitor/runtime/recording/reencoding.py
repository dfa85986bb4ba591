"""Recorded H.265 for browsers that cannot play it: encoded again, on request, a few seconds a time.

A viewer asks for one piece after the other, so nothing is encoded that nobody waits for, and how
many pieces are made at the same time is limited. What is stored stays as it is.
"""

from __future__ import annotations

import tempfile
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from monitor.domain.errors import ConflictError, NotFoundError
from monitor.domain.media import Packet, StreamInfo
from monitor.domain.text import Text
from monitor.runtime.recording.playback import pictures
from monitor.store.files import FileStore
from monitor.store.recordings import Recording
from monitor.streams.fragments import Layout
from monitor.streams.live.transcode import Transcoder
from monitor.streams.mux import PacketWriter

CODEC = "avc1.42e01f"
"""The codec of what comes out: baseline H.264 up to 720 lines."""

_PIECE = 4.0  # seconds, at least, from keyframe to keyframe
_LONGEST = 12.0  # seconds of one piece, however far apart keyframes are
_AT_ONCE = 2
_PATIENCE = 8.0  # seconds to wait for others to be done


@dataclass(frozen=True, slots=True)
class Piece:
    """A few seconds as a file of their own, which begins at its own zero.

    ``start`` and ``end`` are seconds of the recorded file; the next piece begins at ``end``.
    """

    start: float
    end: float
    content: bytes


class Reencoder:
    """Makes pieces; safe from any thread."""

    def __init__(self, files: FileStore) -> None:
        self._files = files
        self._free = threading.Semaphore(_AT_ONCE)

    def piece(self, recording: Recording, layout: Layout, start: float) -> Piece:
        """Return the piece of a file that holds ``start`` (seconds of the file).

        Raises:
            NotFoundError: there is nothing at that time.
            ConflictError: others are being served; trying again soon may succeed.
        """
        first, end = _bounds(layout, start)
        if not self._free.acquire(timeout=_PATIENCE):
            raise ConflictError(
                Text(
                    "正在转换的录像已达到服务器上限",
                    "as many recordings are being converted as this server can",
                ),
                hint=Text("请稍后再试", "try again in a moment"),
            )
        try:
            return self._made(recording, first, end)
        finally:
            self._free.release()

    def _made(self, recording: Recording, first: float, end: float) -> Piece:
        begin = recording.start.timestamp()
        packets = _encoded(pictures(self._files, recording, begin + first, begin + end))
        opening = next(packets, None)
        if opening is None:
            raise NotFoundError(
                Text("那段时间没有能解码的内容", "nothing of that time can be decoded")
            )
        info, packet = opening
        with tempfile.TemporaryDirectory(prefix="kanhu-") as folder:
            path = Path(folder, "piece.mp4")
            writer = PacketWriter(path, info, "recording")
            try:
                writer.write(packet, packet.time)
                for _, later in packets:
                    writer.write(later, later.time)
            finally:
                writer.close()
            return Piece(packet.time, end, path.read_bytes())


def _bounds(layout: Layout, start: float) -> tuple[float, float]:
    """Return from which keyframe to which other one a piece goes."""
    fragments = layout.from_keyframe(start)
    if not fragments or start >= layout.seconds:
        raise NotFoundError(Text("没有那段时间的录像", "there is no footage of that time"))
    first = fragments[0].start
    for fragment in fragments:
        if fragment.start > start and fragment.start >= first + _PIECE and fragment.keyframe:
            return first, fragment.start
        if fragment.start >= max(start, first) + _LONGEST:
            return first, fragment.start
    return first, layout.seconds


def _encoded(
    packets: Iterator[tuple[StreamInfo, Packet]],
) -> Iterator[tuple[StreamInfo, Packet]]:
    coder: Transcoder | None = None
    for info, packet in packets:
        coder = coder or Transcoder(info.codec)
        for made in coder.feed(packet):
            yield coder.info, made
    if coder is not None:
        for made in coder.flush():
            yield coder.info, made
