"""Footage as files that play: single segments for browsers, a range as one MP4."""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from monitor.domain.clock import to_datetime
from monitor.domain.errors import ConflictError, NotFoundError
from monitor.domain.media import Packet, StreamInfo
from monitor.domain.stretches import Stretch, gaps
from monitor.domain.text import Text
from monitor.store.files import CHUNK_BYTES, FileStore
from monitor.store.recordings import Recording
from monitor.streams.annexb import first_parameter_sets
from monitor.streams.catalogue import make_source
from monitor.streams.fragments import DamagedError, Layout, as_hvc1, read_layout
from monitor.streams.mux import PacketWriter
from monitor.streams.source import SourceRequest
from monitor.streams.url import file_url

_HEAD = 4096  # bytes within which an MP4 with its index in front names the codec
_SEAM = 0.5  # seconds that nobody would call a gap


@dataclass(frozen=True, slots=True)
class Exported:
    """A range as one file, from the first picture to the last; times in POSIX seconds.

    ``gaps`` are what is missing of the range that was asked for, at its ends too.
    """

    start: float
    end: float
    gaps: tuple[Stretch, ...]
    sha256: str
    size: int


def layout_of(files: FileStore, key: str) -> Layout:
    """Return the layout of a recorded file.

    Raises:
        NotFoundError: it is gone.
        DamagedError: it is none of ours.
    """
    with files.open(key) as source:
        return read_layout(source)


def stream_bytes(
    files: FileStore, key: str, layout: Layout, start: float, end: float
) -> tuple[int, Iterator[bytes]]:
    """Return how many bytes, and these, play a file from the keyframe before ``start`` on.

    Times are seconds of the file. The head is not among them.
    """
    fragments = layout.from_keyframe(start, end)
    if not fragments:
        return 0, iter(())
    first, last = fragments[0].offset, fragments[-1].offset + fragments[-1].size
    return last - first, files.stream(key, first, last)


def export(
    files: FileStore, pieces: Sequence[Recording], start: float, end: float, target: Path
) -> Exported:
    """Write ``start``–``end`` (POSIX seconds) of one camera to ``target``, without re-encoding.

    The file begins at the last keyframe before ``start``. Where footage is missing the last
    picture stands still for as long.

    Raises:
        NotFoundError: there is no footage of that time.
        ConflictError: the camera changed its format within the range.
        OSError: the file cannot be written.
    """
    joined = _Joined(target)
    try:
        for piece in sorted(pieces, key=lambda item: item.start):
            if piece.end.timestamp() <= start or piece.start.timestamp() >= end:
                continue
            for info, packet in pictures(files, piece, start, end):
                joined.add(info, packet)
    finally:
        joined.close()
    covered = joined.covered
    if not covered:
        raise NotFoundError(Text("没有那段时间的录像", "there is no footage of that time"))
    missing = tuple(gap for gap in gaps(covered, start, end) if gap.seconds > _SEAM)
    _name_for_all_players(target)
    digest, size = _hash(target)
    return Exported(covered[0].start, covered[-1].end, missing, digest, size)


class _Joined:
    """One MP4 made of the packets of several files; what two of them both show is taken once."""

    def __init__(self, target: Path) -> None:
        self.covered: list[Stretch] = []
        self._target = target
        self._writer: PacketWriter | None = None
        self._sets = b""
        self._skips = False

    def add(self, info: StreamInfo, packet: Packet) -> None:
        if self._overlaps(packet):
            return
        if packet.keyframe:
            self._check_format(info, packet)
        if self._writer is None:
            self._writer = PacketWriter(self._target, info, "clip")
        self._writer.write(packet, packet.wall)
        end = packet.wall + packet.duration
        if self.covered and packet.wall - self.covered[-1].end <= _SEAM:
            self.covered[-1] = Stretch(self.covered[-1].start, max(self.covered[-1].end, end))
        else:
            self.covered.append(Stretch(packet.wall, end))

    def close(self) -> None:
        if self._writer is not None:
            self._writer.close()

    def _overlaps(self, packet: Packet) -> bool:
        if self.covered and packet.wall < self.covered[-1].end - _SEAM:
            self._skips = True
        elif packet.keyframe:
            self._skips = False
        return self._skips

    def _check_format(self, info: StreamInfo, packet: Packet) -> None:
        sets = first_parameter_sets((packet,), info.codec)
        if self._sets and sets != self._sets:
            raise _changed(packet.wall)
        self._sets = sets


@contextmanager
def on_disk(files: FileStore, key: str) -> Iterator[Path]:
    """Yield a local path of a stored file; from an object store it is fetched for as long.

    Raises:
        NotFoundError: it is gone.
    """
    local = files.local_path(key)
    if local is not None:
        if not local.exists():
            raise NotFoundError(Text("没有这个文件", "there is no such file"), where=key)
        yield local
        return
    with tempfile.TemporaryDirectory(prefix="kanhu-") as folder:
        path = Path(folder, "segment.mp4")
        with path.open("wb") as target:
            for chunk in files.stream(key):
                target.write(chunk)
        yield path


def pictures(
    files: FileStore, piece: Recording, start: float, end: float
) -> Iterator[tuple[StreamInfo, Packet]]:
    """Yield the packets of one file from the keyframe before ``start`` on, on the wall clock.

    ``start`` and ``end`` are POSIX seconds; the packets' ``time`` is that of the file.
    """
    begin = piece.start.timestamp()
    with on_disk(files, piece.path) as path:
        with path.open("rb") as file:
            first = _keyframe(read_layout(file), start - begin)
        source = make_source(
            SourceRequest(piece.camera_id, file_url(path, start=first), realtime=False)
        )
        try:
            info = source.open()
            for packet in source.packets():
                wall = begin + packet.time
                if wall >= end:
                    return
                yield info, replace(packet, wall=wall)
        finally:
            source.close()


def _keyframe(layout: Layout, wanted: float) -> float:
    if not layout.fragments:
        raise DamagedError(Text("没有完整的片段", "no whole fragment"))
    return max(0.0, layout.from_keyframe(wanted)[0].start)


def _changed(wall: float) -> ConflictError:
    return ConflictError(
        Text(
            f"摄像机在 {to_datetime(wall):%H:%M:%S} UTC 改变了视频格式",
            f"the camera changed its video format at {to_datetime(wall):%H:%M:%S} UTC",
        ),
        hint=Text("请把前后两段分别导出", "export the time before and the time after as two files"),
    )


def _name_for_all_players(path: Path) -> None:
    with path.open("rb+") as file:
        head = file.read(_HEAD)
        file.seek(0)
        file.write(as_hvc1(head))


def _hash(path: Path) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    with path.open("rb") as source:
        while chunk := source.read(CHUNK_BYTES):
            digest.update(chunk)
            size += len(chunk)
    return digest.hexdigest(), size
