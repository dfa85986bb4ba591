"""Recorded segments on disk: their names, what a crash left, and what is too old."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import av
import structlog

from monitor.domain.clock import to_datetime
from monitor.domain.errors import InputError

_log = structlog.get_logger(__name__)
SUFFIX = ".ts"
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
        raise InputError(f"'{camera_id}' cannot be the name of a folder")
    moment = to_datetime(start)
    folder = root / camera_id / f"{moment:%Y-%m-%d}"
    return folder / f".{moment:%H%M%S}{SUFFIX}{_PART}"


def finished_path(part: Path) -> Path:
    """Return a free final name for the segment written at ``part``."""
    name = part.name.removeprefix(".").removesuffix(SUFFIX + _PART)
    path = part.with_name(name + SUFFIX)
    number = 2
    while path.exists():  # two connections within one second
        path = part.with_name(f"{name}-{number}{SUFFIX}")
        number += 1
    return path


def segment_start(path: Path) -> float | None:
    """Return the POSIX seconds named by a segment's path, or ``None`` if it is none."""
    text = f"{path.parent.name} {path.name.removeprefix('.')[:6]}"
    try:
        return datetime.strptime(text, "%Y-%m-%d %H%M%S").replace(tzinfo=UTC).timestamp()
    except ValueError:
        return None


def reconcile(root: Path) -> list[Segment]:
    """Finish the segments that a crash left, and return them.

    Call it before recording starts. Unreadable remains are deleted.
    """
    found: list[Segment] = []
    for part in sorted(root.glob(f"*/*/.*{SUFFIX}{_PART}")):
        start, seconds = segment_start(part), _seconds_of(part)
        if start is None or seconds <= 0:
            _log.warning("segment_discarded", path=str(part))
            part.unlink()
            continue
        path = finished_path(part)
        part.replace(path)
        camera_id, size = part.parent.parent.name, path.stat().st_size
        found.append(Segment(camera_id, start, start + seconds, path, size))
    return found


def segments(root: Path, camera_id: str = "*") -> Iterator[tuple[float, Path]]:
    """Yield ``(start, path)`` of every finished segment, oldest first within a camera."""
    for path in sorted(root.glob(f"{camera_id}/*/[0-9]*{SUFFIX}")):
        start = segment_start(path)
        if start is not None:
            yield start, path


def prune(root: Path, older_than: datetime) -> list[Path]:
    """Delete finished segments that began before ``older_than``; return what was deleted."""
    limit = older_than.timestamp()
    deleted = [path for start, path in segments(root) if start < limit]
    for path in deleted:
        path.unlink(missing_ok=True)
    for folder in {path.parent for path in deleted}:
        if not any(folder.iterdir()):
            folder.rmdir()
    return deleted


def _seconds_of(path: Path) -> float:
    try:
        with av.open(f"file:{path}", "r", format="mpegts") as container:
            stream = container.streams.video[0]
            times = [p.pts for p in container.demux(stream) if p.pts is not None]
            base = float(stream.time_base or 0)
    except (av.FFmpegError, OSError, IndexError):
        return 0.0
    return (max(times) - min(times)) * base if len(times) > 1 else 0.0
