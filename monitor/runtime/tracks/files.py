"""Kept tracks on disk: one file for each room and hour, chunk after chunk.

A chunk that a crash left unfinished, or that the disk spoilt, is skipped with a warning; whatever
follows it is found again by its mark. Files are named by the hour (UTC) in which their chunks
begin, so that they can be deleted without being read.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import structlog

from monitor.runtime.tracks.calls import Chunk
from monitor.runtime.tracks.packing import pack_chunk, unpack_chunk

log = structlog.get_logger(__name__)

HOUR = 3600.0
_MARK = b"\xf0KTC"
_HEAD = struct.Struct("<4sIIdd")  # mark, length, checksum of the rest, start, end
_NAME = "%Y%m%dT%H"
_SUFFIX = ".tracks"


def append_chunk(folder: Path, chunk: Chunk) -> int:
    """Write ``chunk`` behind those of its room and hour; return how many bytes that took.

    Raises:
        OSError: it cannot be written.
    """
    body = pack_chunk(chunk)
    times = struct.pack("<dd", chunk.start, chunk.end)
    checksum = zlib.crc32(body, zlib.crc32(times))
    path = folder / chunk.room_id / _name_of(chunk.start)
    path.parent.mkdir(parents=True, exist_ok=True)
    data = _HEAD.pack(_MARK, len(body), checksum, chunk.start, chunk.end) + body
    with path.open("ab", buffering=0) as file:
        file.write(data)
    return len(data)


def read_chunks(
    folder: Path, room_id: str, since: float = 0.0, until: float = float("inf")
) -> Iterator[Chunk]:
    """Yield the chunks of a room that touch ``since`` to ``until``, in the order of writing."""
    for path in _files(folder / room_id):
        hour = _hour_of(path)
        if hour is None or hour > until or hour + 2 * HOUR < since:
            continue
        yield from _chunks(path, since, until)


def delete_before(folder: Path, before: float) -> tuple[int, int]:
    """Delete all hours that ended before ``before``; return how many files and bytes."""
    count = size = 0
    for path in sorted(folder.glob(f"*/*{_SUFFIX}")):
        hour = _hour_of(path)
        if hour is None or hour + HOUR > before:
            continue
        size += path.stat().st_size
        path.unlink(missing_ok=True)
        count += 1
    for room in folder.glob("*"):
        if room.is_dir() and not any(room.iterdir()):
            room.rmdir()
    return count, size


def hour_ends(folder: Path) -> list[float]:
    """Return when each hour that is kept of any room ended."""
    hours = (_hour_of(path) for path in folder.glob(f"*/*{_SUFFIX}"))
    return [hour + HOUR for hour in hours if hour is not None]


def bytes_kept(folder: Path, room_id: str) -> int:
    """Return how much is kept of a room."""
    return sum(path.stat().st_size for path in _files(folder / room_id))


def _chunks(path: Path, since: float, until: float) -> Iterator[Chunk]:
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return  # deleted meanwhile, because it was kept for as long as it may be
    at = 0
    while (found := data.find(_MARK, at)) >= 0:
        if found > at:
            log.warning("tracks_damaged", file=path.name, at=at, bytes=found - at)
        length, start, end, body = _framed(data, found)
        if body is None:
            at = _after_damage(data, found, path)
            continue
        at = found + length
        if end < since or start > until:
            continue
        try:
            yield unpack_chunk(body)
        except ValueError as error:
            log.warning("tracks_unreadable", file=path.name, at=found, reason=str(error))


def _framed(data: bytes, at: int) -> tuple[int, float, float, bytes | None]:
    if at + _HEAD.size > len(data):
        return 0, 0.0, 0.0, None
    _, length, checksum, start, end = _HEAD.unpack_from(data, at)
    body = data[at + _HEAD.size : at + _HEAD.size + length]
    times = data[at + _HEAD.size - 16 : at + _HEAD.size]
    whole = len(body) == length and zlib.crc32(body, zlib.crc32(times)) == checksum
    return _HEAD.size + length, start, end, body if whole else None


def _after_damage(data: bytes, at: int, path: Path) -> int:
    following = data.find(_MARK, at + 1)
    lost = (following if following >= 0 else len(data)) - at
    log.warning("tracks_damaged", file=path.name, at=at, bytes=lost)
    return following if following >= 0 else len(data)


def _files(folder: Path) -> list[Path]:
    return sorted(folder.glob(f"*{_SUFFIX}"))


def _name_of(time: float) -> str:
    return datetime.fromtimestamp(time, UTC).strftime(_NAME) + _SUFFIX


def _hour_of(path: Path) -> float | None:
    try:
        return datetime.strptime(path.stem, _NAME).replace(tzinfo=UTC).timestamp()
    except ValueError:
        return None
