"""Recordings for people: which times there are, the bytes that play them, and exports."""

from __future__ import annotations

import secrets
import tempfile
import threading
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path

from monitor.domain.access import Scope
from monitor.domain.clock import Clock, to_datetime, utc_now
from monitor.domain.errors import InputError, NotFoundError
from monitor.domain.stretches import Stretch, gaps
from monitor.domain.text import Text
from monitor.runtime.recording.playback import Exported, export, layout_of, stream_bytes
from monitor.runtime.recording.reencoding import Piece, Reencoder
from monitor.settings.schema import Recording as Policy
from monitor.store.base import Database
from monitor.store.files import FileStore
from monitor.store.recording_exports import Export, ExportRepository, NewExport
from monitor.store.recordings import Recording, RecordingRepository
from monitor.streams.fragments import DamagedError, Layout, as_hvc1

LONGEST_EXPORT = 2 * 3600.0
"""Seconds of one exported file."""

_SHORTEST_GAP = 1.0  # seconds; what is shorter is no gap to anybody who watches
_EXPORTS_AT_ONCE = 2
_MOST_SEGMENTS = 20_000


@dataclass(frozen=True, slots=True)
class Footage:
    """What there is of a camera between two times (POSIX seconds)."""

    start: float
    end: float
    segments: tuple[Recording, ...]
    stretches: tuple[Stretch, ...]
    gaps: tuple[Stretch, ...]


class RecordingDesk:
    """Reads recordings for people; every call says for whom by its scope."""

    def __init__(
        self,
        database: Database,
        policy: Policy,
        files: FileStore,
        exports: FileStore,
        clock: Clock,
    ) -> None:
        self.policy = policy
        self._recordings = RecordingRepository(database)
        self._export_rows = ExportRepository(database)
        self._files = files
        self._exports = exports
        self._clock = clock
        self._reencoder = Reencoder(files)
        self._exporting = threading.Semaphore(_EXPORTS_AT_ONCE)

    def footage(self, scope: Scope, camera_id: str, start: float, end: float) -> Footage:
        """Return what there is between two times; gaps only as far as the present."""
        pieces = self._pieces(scope, camera_id, start, end)
        known_end = max(start, min(end, self._clock.now()))
        stretches = self._recordings.stretches([camera_id], to_datetime(start), to_datetime(end))
        there = stretches[camera_id] if pieces else ()
        missing = gaps(there, start, known_end)
        return Footage(
            start, end, pieces, there, tuple(gap for gap in missing if gap.seconds > _SHORTEST_GAP)
        )

    def shares(self, camera_ids: Sequence[str], start: float, end: float) -> dict[str, float]:
        """Return which share of a time each camera has on record."""
        seconds = self._recordings.recorded_seconds(
            camera_ids, to_datetime(start), to_datetime(end)
        )
        return {key: value / max(end - start, 1.0) for key, value in seconds.items()}

    def spans(self, camera_ids: Sequence[str]) -> dict[str, tuple[datetime, datetime]]:
        """Return from when to when each camera has footage; cameras without any are absent."""
        return self._recordings.first_and_last(camera_ids)

    def segment(self, scope: Scope, recording_id: int) -> tuple[Recording, Layout]:
        """Return a segment and its layout.

        Raises:
            NotFoundError: there is none within ``scope``, or its file is gone or damaged.
        """
        piece = self._recordings.get(scope, recording_id)
        try:
            return piece, layout_of(self._files, piece.path)
        except DamagedError:
            raise NotFoundError(
                Text("录像文件已损坏", "the recorded file is damaged"), where=piece.path
            ) from None

    def head(self, piece: Recording, layout: Layout) -> bytes:
        """Return the bytes without which no part of a segment plays."""
        return as_hvc1(b"".join(self._files.stream(piece.path, 0, layout.head)))

    def media(
        self, piece: Recording, layout: Layout, start: float = 0.0, end: float = float("inf")
    ) -> tuple[int, Iterator[bytes]]:
        """Return size and bytes of a segment from the keyframe before ``start`` seconds on."""
        return stream_bytes(self._files, piece.path, layout, start, end)

    def reencoded(self, piece: Recording, layout: Layout, start: float) -> Piece:
        """Return a few seconds of a segment as H.264, for a browser that plays nothing else.

        Raises:
            NotFoundError: there is nothing at ``start`` seconds of the segment.
            ConflictError: too many are being made for others.
        """
        return self._reencoder.piece(piece, layout, start)

    def export(
        self, scope: Scope, camera_id: str, start: float, end: float, *, by: str, reason: str
    ) -> tuple[Export, Exported]:
        """Make a file of a stretch of time, put down who had it made, and return both.

        Raises:
            InputError: the stretch is empty or too long.
            NotFoundError: there is no footage of that time within ``scope``.
            ConflictError: the camera changed its format in between.
        """
        if not 0 < end - start <= LONGEST_EXPORT:
            raise InputError(
                Text(
                    "导出的时长应大于零，最多两小时",
                    "an export is of more than nothing and at most two hours",
                ),
                where="end",
                hint=Text("更长的时间请分段导出", "export longer times in parts"),
            )
        pieces = self._pieces(scope, camera_id, start, end)
        with self._exporting, tempfile.TemporaryDirectory(prefix="kanhu-") as folder:
            target = Path(folder, f"{secrets.token_hex(8)}.mp4")
            made = export(self._files, pieces, start, end, target)
            new = NewExport(
                camera_id=camera_id,
                start=to_datetime(made.start),
                end=to_datetime(made.end),
                missing_seconds=round(sum(gap.seconds for gap in made.gaps), 3),
                sha256=made.sha256,
                size=made.size,
                at=utc_now(self._clock),
                by=by,
                reason=reason,
            )
            number = self._export_rows.add(new)
            self._exports.adopt(target, _export_key(number))
        return Export(id=number, **asdict(new)), made

    def exports(self, scope: Scope, camera_id: str) -> tuple[Export, ...]:
        """Return the latest exports of a camera, newest first."""
        return self._export_rows.list(scope, camera_id)

    def exported(self, scope: Scope, camera_id: str, export_id: int) -> tuple[int, Iterator[bytes]]:
        """Return size and bytes of an exported file, which is kept for a day.

        Raises:
            NotFoundError: there is none within ``scope``, or it is gone.
        """
        if not any(item.id == export_id for item in self.exports(scope, camera_id)):
            raise NotFoundError(
                Text("没有这个导出", "there is no such export"), where=f"export {export_id}"
            )
        key = _export_key(export_id)
        return self._exports.size(key), self._exports.stream(key)

    def _pieces(
        self, scope: Scope, camera_id: str, start: float, end: float
    ) -> tuple[Recording, ...]:
        return self._recordings.overlapping(
            scope, camera_id, to_datetime(start), to_datetime(end), _MOST_SEGMENTS
        )


def _export_key(number: int) -> str:
    return f"export-{number}.mp4"
