"""From finished segments to files in the store that the index knows, off the recorders' threads.

A segment whose filing fails, since the database or the object store is away, waits on the local
disk and is tried again, also after a restart.
"""

from __future__ import annotations

import hashlib
import threading
from collections import deque
from collections.abc import Collection
from pathlib import Path

import structlog
from sqlalchemy.exc import SQLAlchemyError

from monitor.domain.clock import Clock, SystemClock, to_datetime
from monitor.store.files import CHUNK_BYTES, FileStore
from monitor.store.recordings import Recording, RecordingRepository
from monitor.streams.segments import Segment, inspect_segment, reconcile, segments

log = structlog.get_logger(__name__)

_RETRY = 10.0
_LOOK_BACK = 2 * 86400.0  # seconds of local files that are compared with the index at the start


class Shelf:
    """Files the segments recorded under ``spool``; ``files`` may be that very folder."""

    def __init__(
        self,
        files: FileStore,
        spool: Path,
        recordings: RecordingRepository,
        clock: Clock | None = None,
    ) -> None:
        self._files = files
        self._spool = spool.resolve()
        self._recordings = recordings
        self._clock = clock or SystemClock()
        self._waiting: deque[Segment] = deque()
        self._changed = threading.Condition()
        self._stopping = False
        self._thread = threading.Thread(target=self._run, name="shelf", daemon=True)

    def recover(self, camera_ids: Collection[str] | None = None) -> int:
        """Finish and file what an earlier process left; return how many segments that were.

        Call it before anybody records these cameras.
        """
        left = reconcile(self._spool, camera_ids)
        known = {segment.path for segment in left}
        since = self._clock.now() - _LOOK_BACK
        for start, path in segments(self._spool):
            mine = camera_ids is None or path.parent.parent.name in camera_ids
            # In front of an object store, whatever still lies here has not been filed.
            old = self._in_place(path) and start < since
            if mine and not old and path not in known and not self._known(path):
                segment = inspect_segment(path)
                if segment is not None:
                    left.append(segment)
        for segment in left:
            self.take(segment)
        return len(left)

    def start(self) -> None:
        """Begin to file."""
        self._thread.start()

    def take(self, segment: Segment) -> None:
        """Take a finished segment; returns at once."""
        with self._changed:
            self._waiting.append(segment)
            self._changed.notify()

    def stop(self, timeout: float = 10.0) -> None:
        """File what waits, as far as ``timeout`` seconds allow, and end."""
        with self._changed:
            self._stopping = True
            self._changed.notify()
        self._thread.join(timeout)

    def file_waiting(self) -> bool:
        """File all that waits; say whether that is done."""
        while self._waiting:
            segment = self._waiting[0]
            try:
                self._file(segment)
            except (OSError, SQLAlchemyError) as error:
                log.warning("segment_not_filed", camera=segment.camera_id, error=str(error)[:200])
                return False
            self._waiting.popleft()
        return True

    def _run(self) -> None:
        while True:
            with self._changed:
                while not self._waiting and not self._stopping:
                    self._changed.wait()
            done = self.file_waiting()
            with self._changed:
                if self._stopping:
                    return
                if not done:
                    self._changed.wait(_RETRY)

    def _file(self, segment: Segment) -> None:
        key = self._key(segment.path)
        if not segment.path.exists():  # filed by somebody else, or deleted since
            return
        if self._in_place(segment.path):
            sha256 = _hash(segment.path)
        else:
            sha256 = self._files.adopt(segment.path, key).sha256
        self._recordings.add(
            Recording(
                segment.camera_id,
                to_datetime(segment.start),
                to_datetime(segment.end),
                key,
                segment.size,
                sha256,
            )
        )

    def _known(self, path: Path) -> bool:
        return self._in_place(path) and self._recordings.knows(self._key(path))

    def _in_place(self, path: Path) -> bool:
        return self._files.local_path(self._key(path)) == path

    def _key(self, path: Path) -> str:
        return path.resolve().relative_to(self._spool).as_posix()


def _hash(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as source:
        while chunk := source.read(CHUNK_BYTES):
            digest.update(chunk)
    return digest.hexdigest()
