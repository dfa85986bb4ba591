"""Recorded segments on disk: their names, and what a crash left of them."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import structlog

from monitor.domain.clock import to_datetime
from monitor.domain.errors import InputError
from monitor.domain.text import Text
from monitor.streams.fragments import DamagedError, read_layout

_log = structlog.get_logger(__name__)
SUFFIX = ".mp4"
_PART = ".part"


@dataclass(frozen=True, slots=True)
class Segment:
    """A finished segment; ``start`` and ``end`` are POSIX seconds, ``size`` bytes."""

    camera_id: str
    start: float
    end: float
    path: Path
    size: int


def part_path(root: Path, camera_id: str, start: float) -> Path:
    """Return where a segment that starts at ``start`` (POSIX seconds) is being written.

    Raises:
        InputError: the camera id is no plain name.
    """
    if camera_id in ("", ".", "..") or "/" in camera_id or "\x00" in camera_id:
        raise InputError(
            Text(f"“{camera_id}”不能作为文件夹名", f"'{camera_id}' cannot be the name of a folder")
        )
    moment = to_datetime(start)
    folder = root / camera_id / f"{moment:%Y-%m-%d}"
    milliseconds = moment.microsecond // 1000
    return folder / f".{moment:%H%M%S}.{milliseconds:03}{SUFFIX}{_PART}"


def finished_path(part: Path) -> Path:
    """Return a free final name for the segment written at ``part``."""
    name = part.name.removeprefix(".").removesuffix(SUFFIX + _PART)
    path = part.with_name(name + SUFFIX)
    number = 2
    while path.exists():  # two connections within a millisecond
        path = part.with_name(f"{name}-{number}{SUFFIX}")
        number += 1
    return path


def segment_start(path: Path) -> float | None:
    """Return the POSIX seconds named by a segment's path, or ``None`` if it is none."""
    text = f"{path.parent.name} {path.name.removeprefix('.')[:10]}"
    try:
        return datetime.strptime(text, "%Y-%m-%d %H%M%S.%f").replace(tzinfo=UTC).timestamp()
    except ValueError:
        return None


def reconcile(root: Path, camera_ids: Collection[str] | None = None) -> list[Segment]:
    """Finish the segments that a crash left, of some cameras or of all, and return them.

    Call it while nobody records these cameras. What was cut off within a fragment is cut away;
    unreadable remains are deleted.
    """
    found: list[Segment] = []
    for part in sorted(root.glob(f"*/*/.*{SUFFIX}{_PART}")):
        if camera_ids is not None and part.parent.parent.name not in camera_ids:
            continue
        if _cut_to_whole(part):
            path = finished_path(part)
            part.replace(path)
            segment = inspect_segment(path)
            if segment is not None:
                found.append(segment)
                continue
        _log.warning("segment_discarded", path=str(part))
        part.unlink(missing_ok=True)
    return found


def inspect_segment(path: Path) -> Segment | None:
    """Return what a finished file says of itself, or ``None`` if it is no segment."""
    start = segment_start(path)
    try:
        with path.open("rb") as source:
            seconds = read_layout(source).seconds
    except (DamagedError, OSError):
        return None
    if start is None or seconds <= 0:
        return None
    return Segment(path.parent.parent.name, start, start + seconds, path, path.stat().st_size)


def segments(root: Path, camera_id: str = "*") -> Iterator[tuple[float, Path]]:
    """Yield ``(start, path)`` of every finished segment, oldest first within a camera."""
    for path in sorted(root.glob(f"{camera_id}/*/[0-9]*{SUFFIX}")):
        start = segment_start(path)
        if start is not None:
            yield start, path


def _cut_to_whole(part: Path) -> bool:
    """Cut a file to its last whole fragment; say whether anything is left that plays."""
    try:
        with part.open("rb+") as file:
            layout = read_layout(file)
            if not layout.fragments:
                return False
            file.truncate(layout.end)
            os.fsync(file.fileno())
    except DamagedError:
        return False
    return segment_start(part) is not None
