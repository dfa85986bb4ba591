"""Deletes footage whose time is over, makes room on a full disk, and proves what is gone.

A file is deleted first and logged then, in the step that takes it out of the index: if the machine
dies in between, the next run finds it missing from the disk and logs it. What a legal hold covers
stays, whatever happens.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from itertools import groupby
from pathlib import Path

import structlog

from monitor.domain.clock import Clock, to_datetime, utc_now
from monitor.domain.places import RoomType
from monitor.runtime.recording.playback import layout_of
from monitor.runtime.recording.policy import ROOMS_OF_CHILDREN, groups, reserve_bytes
from monitor.settings.schema import Recording as Policy
from monitor.store.base import Database
from monitor.store.deletions import DeletionLog, DeletionReason
from monitor.store.files import FileStore
from monitor.store.recordings import Recording, RecordingRepository
from monitor.streams.fragments import DamagedError
from monitor.streams.segments import segment_start

log = structlog.get_logger(__name__)

_BATCH = 200
_SMALL_BATCH = 20
_YOUNGEST = timedelta(hours=1)  # stays even when the disk is full: an incident may be in it


class Keeper:
    """Keeps the store of recordings within its policy. Safe from any thread."""

    def __init__(
        self,
        policy: Policy,
        files: FileStore,
        database: Database,
        clock: Clock,
        free: Callable[[], int | None] | None = None,
    ) -> None:
        self._policy = policy
        self._files = files
        self._clock = clock
        self._recordings = RecordingRepository(database)
        self._log = DeletionLog(database)
        self._free = free or files.free_bytes
        self._turn = threading.Lock()

    def delete_expired(self) -> int:
        """Delete what has been kept long enough; return how many files that were."""
        deleted = 0
        with self._turn:
            now = utc_now(self._clock)
            for keep, room_types in groups(self._policy).items():
                before = now - timedelta(seconds=keep)
                while pieces := self._recordings.expired(before, now, room_types, _BATCH):
                    self._delete(pieces, DeletionReason.EXPIRED, now)
                    deleted += len(pieces)
        return deleted

    def make_room(self) -> int:
        """Delete until the reserve is free, in the documented order; return how many files."""
        reserve = reserve_bytes(self._policy)
        if self._short(reserve) <= 0:
            return 0
        deleted = self.delete_expired()
        others = tuple(kind for kind in RoomType if kind not in ROOMS_OF_CHILDREN)
        with self._turn:
            for room_types in (others, tuple(ROOMS_OF_CHILDREN)):
                deleted += self._make_room_of(room_types, reserve)
        short = self._short(reserve)
        if deleted:
            log.warning("recordings_deleted_for_room", files=deleted, still_short=max(0, short))
        if short > 0:
            log.error("disk_stays_full", short_bytes=short)
        return deleted

    def repair(self, camera_id: str, day: datetime) -> tuple[int, int]:
        """Make the index of one UTC day equal to the files; return how many came and went.

        Files that nobody filed are filed; entries whose file is missing go to the log as lost.
        """
        start = day.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        with self._turn:
            known = self._recordings.paths(camera_id, start, start + timedelta(days=1))
            there = self._files.keys(f"{camera_id}/{start:%Y-%m-%d}")
            lost = [piece for path, piece in known.items() if path not in there]
            if lost:
                now = utc_now(self._clock)
                log.error("recordings_lost", camera=camera_id, files=len(lost))
                for _, group in _by_camera_and_day(lost):
                    self._log.add(group, DeletionReason.LOST, now)
            found = [
                self._adopt(camera_id, key, size) for key, size in there.items() if key not in known
            ]
        return sum(found), len(lost)

    def _adopt(self, camera_id: str, key: str, size: int) -> bool:
        start = segment_start(Path(key))
        if start is None:
            return False
        try:
            layout = layout_of(self._files, key)
        except DamagedError:
            log.warning("unknown_file_in_recordings", path=key)
            return False
        piece = Recording(
            camera_id,
            to_datetime(start),
            to_datetime(start + layout.seconds),
            key,
            size,
            self._files.sha256(key),
        )
        self._recordings.add(piece)
        return True

    def _make_room_of(self, room_types: tuple[RoomType, ...], reserve: int) -> int:
        deleted = 0
        while self._short(reserve) > 0:
            now = utc_now(self._clock)
            pieces = self._recordings.expired(now - _YOUNGEST, now, room_types, _SMALL_BATCH)
            if not pieces:
                break
            self._delete(pieces, DeletionReason.DISK_FULL, now)
            deleted += len(pieces)
        return deleted

    def _short(self, reserve: int) -> int:
        """Return how many bytes are missing; none in an object store."""
        free = self._free()
        return 0 if free is None else reserve - free

    def _delete(self, pieces: Sequence[Recording], reason: DeletionReason, now: datetime) -> None:
        for (camera_id, day), group in _by_camera_and_day(pieces):
            for piece in group:
                self._files.delete(piece.path)
            self._log.add(group, reason, now)
            log.info("recordings_deleted", camera=camera_id, day=day, files=len(group), why=reason)


def _by_camera_and_day(
    pieces: Sequence[Recording],
) -> list[tuple[tuple[str, str], list[Recording]]]:
    def place(piece: Recording) -> tuple[str, str]:
        return piece.camera_id, f"{piece.start:%Y-%m-%d}"

    ordered = sorted(pieces, key=lambda piece: (place(piece), piece.start))
    return [(key, list(group)) for key, group in groupby(ordered, key=place)]
