"""What a fragmented MP4 file says of itself, read without decoding or copying any video.

A recorded file is ``ftyp moov (moof mdat)*``: a head with the codec, then fragments of half a
second each. A file that a crash cut short is whole up to its last complete fragment. (ISO/IEC
14496-12, and 14496-15 for the codec's own records.)
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

_HEADER = 8
_LARGEST_HEAD = 1 << 20
_NOT_A_KEYFRAME = 0x10000  # sample_is_non_sync_sample
_CODECS = {b"avc1": b"avcC", b"hvc1": b"hvcC", b"hev1": b"hvcC"}


class DamagedError(ValueError):
    """The file does not begin like a fragmented MP4."""


@dataclass(frozen=True, slots=True)
class Fragment:
    """A stretch of a file that plays by itself if it begins with a ``keyframe``.

    ``start`` and ``end`` are seconds from the first picture of the file; ``offset`` and ``size``
    are bytes.
    """

    start: float
    end: float
    offset: int
    size: int
    keyframe: bool


@dataclass(frozen=True, slots=True)
class Layout:
    """A file: its first ``head`` bytes are needed to play any of the ``fragments``.

    ``codec`` is the name that browsers know, such as ``avc1.64001f``; ``record`` identifies the
    exact format: two files play on from one another only if theirs are equal.
    """

    head: int
    codec: str
    record: bytes
    fragments: tuple[Fragment, ...]

    @property
    def end(self) -> int:
        """Bytes up to the end of the last whole fragment."""
        last = self.fragments[-1] if self.fragments else None
        return last.offset + last.size if last is not None else self.head

    @property
    def seconds(self) -> float:
        """Seconds of video in whole fragments."""
        return self.fragments[-1].end if self.fragments else 0.0

    def from_keyframe(self, start: float, end: float = float("inf")) -> tuple[Fragment, ...]:
        """Return the fragments from the last keyframe at or before ``start`` until ``end``."""
        first = 0
        for index, fragment in enumerate(self.fragments):
            if fragment.keyframe and fragment.start <= start:
                first = index
        return tuple(item for item in self.fragments[first:] if item.start < end)


def as_hvc1(head: bytes) -> bytes:
    """Return the head of an MP4 with H.265 under the name that Apple's players know.

    ``hev1`` says that parameter sets may also stand between the pictures; under ``hvc1`` they play
    just the same, because the head holds them as well.
    """
    at = head.find(b"hev1", max(0, head.find(b"stsd")))
    return head if at < 0 else head[:at] + b"hvc1" + head[at + 4 :]


def read_layout(source: BinaryIO) -> Layout:
    """Return the layout of a file as far as it is whole; seeks, and reads only small boxes.

    Raises:
        DamagedError: it is no fragmented MP4 of H.264 or H.265, or its head is cut short.
    """
    boxes = _boxes(source)
    kind, _, head_end = next(boxes, (b"", 0, 0))
    if kind != b"ftyp":
        raise DamagedError("no fragmented MP4")
    kind, at, head_end = next(boxes, (b"", 0, 0))
    if kind != b"moov" or head_end - at > _LARGEST_HEAD:
        raise DamagedError("no head")
    moov = _read(source, at, head_end)
    entry = _entry(moov)
    scale = int.from_bytes(_inside(moov, b"trak", b"mdia", b"mdhd")[12:16], "big")
    fragments = []
    pending: tuple[int, float, float, bool] | None = None
    for kind, at, end in boxes:
        if kind == b"moof":
            pending = (at, *_timing(_read(source, at, end), scale or 1))
        elif kind == b"mdat" and pending is not None:
            begin, start, stop, keyframe = pending
            fragments.append(Fragment(start, stop, begin, end - begin, keyframe))
            pending = None
    return Layout(head_end, _codec_name(*entry), entry[1], tuple(fragments))


def _boxes(source: BinaryIO) -> Iterator[tuple[bytes, int, int]]:
    """Yield kind, begin and end of each whole box of a file."""
    size = source.seek(0, 2)
    at = 0
    while at + _HEADER <= size:
        source.seek(at)
        header = source.read(16)
        length = int.from_bytes(header[:4], "big")
        if length == 1:
            length = int.from_bytes(header[8:16], "big")
        if length < _HEADER or at + length > size:
            return
        yield header[4:8], at, at + length
        at += length


def _read(source: BinaryIO, start: int, end: int) -> bytes:
    source.seek(start + _HEADER)
    return source.read(end - start - _HEADER)


def _children(body: bytes, at: int = 0) -> Iterator[tuple[bytes, bytes]]:
    while at + _HEADER <= len(body):
        length = int.from_bytes(body[at : at + 4], "big")
        if length < _HEADER or at + length > len(body):
            return
        yield body[at + 4 : at + 8], body[at + _HEADER : at + length]
        at += length


def _inside(body: bytes, *path: bytes) -> bytes:
    for name in path:
        body = next((inner for kind, inner in _children(body) if kind == name), b"")
    return body


def _entry(moov: bytes) -> tuple[bytes, bytes]:
    """Return the kind of the first sample entry and the codec's record in it."""
    table = _inside(moov, b"trak", b"mdia", b"minf", b"stbl", b"stsd")
    for kind, body in _children(table, 8):
        wanted = _CODECS.get(kind)
        # VisualSampleEntry: 78 bytes before its own boxes
        record = next((inner for name, inner in _children(body, 78) if name == wanted), b"")
        if len(record) > 12:
            return kind, record
    raise DamagedError("neither H.264 nor H.265")


def _codec_name(kind: bytes, record: bytes) -> str:
    if kind == b"avc1":
        return f"avc1.{record[1:4].hex()}"
    profile, flags = record[1] & 0x1F, int.from_bytes(record[2:6], "big")
    space = ("", "A", "B", "C")[record[1] >> 6]
    tier = "H" if record[1] & 0x20 else "L"
    flipped = int(f"{flags:032b}"[::-1], 2)
    constraints = [f"{byte:x}" for byte in record[6:12].rstrip(b"\x00")]
    return ".".join(
        [kind.decode(), f"{space}{profile}", f"{flipped:x}", f"{tier}{record[12]}", *constraints]
    )


def _timing(moof: bytes, scale: int) -> tuple[float, float, bool]:
    """Return decoding times of begin and end in seconds, and whether it begins with a keyframe."""
    traf = _inside(moof, b"traf")
    header, decode, run = (_inside(traf, name) for name in (b"tfhd", b"tfdt", b"trun"))
    base = int.from_bytes(decode[4:], "big")
    duration, default_flags = _defaults(header)
    length, first = _run(run, duration, default_flags)
    return base / scale, (base + length) / scale, not first & _NOT_A_KEYFRAME


def _defaults(tfhd: bytes) -> tuple[int, int]:
    flags = int.from_bytes(tfhd[1:4], "big")
    at = 8 + 8 * bool(flags & 0x1) + 4 * bool(flags & 0x2)
    values = []
    for bit in (0x8, 0x10, 0x20):  # duration, size, flags
        values.append(int.from_bytes(tfhd[at : at + 4], "big") if flags & bit else 0)
        at += 4 * bool(flags & bit)
    return values[0], values[2]


def _run(trun: bytes, duration: int, sample_flags: int) -> tuple[int, int]:
    """Return the total duration of a run and the flags of its first sample."""
    flags, count = int.from_bytes(trun[1:4], "big"), int.from_bytes(trun[4:8], "big")
    at = 8 + 4 * bool(flags & 0x1)
    first = sample_flags
    if flags & 0x4:
        first = int.from_bytes(trun[at : at + 4], "big")
        at += 4
    step = 4 * sum(bool(flags & bit) for bit in (0x100, 0x200, 0x400, 0x800))
    if flags & 0x400 and count:
        place = at + 4 * bool(flags & 0x100) + 4 * bool(flags & 0x200)
        first = int.from_bytes(trun[place : place + 4], "big")
    if not flags & 0x100:
        return duration * count, first
    durations = (
        int.from_bytes(trun[at + step * n : at + step * n + 4], "big") for n in range(count)
    )
    return sum(durations), first
