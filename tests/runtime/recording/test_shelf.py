from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import structlog
from sqlalchemy.exc import OperationalError

from monitor.runtime.recording.shelf import Shelf
from monitor.store.files import FileStore
from monitor.store.recordings import Recording, RecordingRepository
from monitor.streams.segments import Segment, inspect_segment
from tests.runtime.recording.conftest import Archive, key_of

DATABASES = ["sqlite"]  # the SQL itself is tested with the store


def recorded(archive: Archive, minutes_ago: float, *, part: bool = False) -> Segment:
    """Write a file as a recorder does, finished or not, and return it."""
    start = archive.now - timedelta(minutes=minutes_ago)
    path = archive.environment.recordings_folder / key_of("hall-1", start)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(archive.content)
    segment = inspect_segment(path)
    assert segment is not None
    if part:
        path.rename(path.with_name(f".{path.name}.part"))
    return segment


def shelf_of(archive: Archive, repository: RecordingRepository | None = None) -> Shelf:
    folder = archive.environment.recordings_folder
    return Shelf(archive.files, folder, repository or archive.recordings, archive.clock)


def test_a_segment_is_filed_with_its_hash(archive: Archive) -> None:
    segment = recorded(archive, 5)
    shelf = shelf_of(archive)
    shelf.start()
    shelf.take(segment)
    shelf.stop()
    (key,) = archive.keys()
    piece = archive.recordings.paths("hall-1", archive.now - timedelta(days=1), archive.now)[key]
    assert piece.sha256 == hashlib.sha256(archive.content).hexdigest()
    assert piece.size == len(archive.content)
    assert archive.files.matches(key, piece.sha256)


def test_what_an_earlier_process_left_is_filed_at_the_start(archive: Archive) -> None:
    recorded(archive, 5)
    recorded(archive, 4, part=True)
    archive.add(archive.now - timedelta(minutes=3))
    shelf = shelf_of(archive)
    assert shelf.recover(["door-1"]) == 0
    assert shelf.recover(["hall-1"]) == 2
    assert shelf.file_waiting()
    assert len(archive.keys()) == 3
    assert shelf_of(archive).recover() == 0


def test_segments_move_to_an_object_store(open_archive: Callable[..., Archive]) -> None:
    archive = open_archive(enabled=True, store="memory://kanhu-shelf")
    segment, left = recorded(archive, 5), recorded(archive, 4)
    shelf = shelf_of(archive)
    assert shelf.recover() == 2
    assert shelf.file_waiting()
    assert not segment.path.exists()
    assert not left.path.exists()
    stored = archive.keys()
    assert len(stored) == 2
    for key in stored:
        assert archive.files.read(key) == archive.content
        archive.files.delete(key)


class Away(RecordingRepository):
    """An index whose database does not answer at first."""

    calls = 0

    def add(self, recording: Recording) -> None:
        Away.calls += 1
        if Away.calls == 1:
            raise OperationalError("insert", None, Exception("away"))
        super().add(recording)


def test_a_segment_waits_for_a_database_that_is_away(archive: Archive) -> None:
    shelf = shelf_of(archive, Away(archive.database))
    shelf.take(recorded(archive, 5))
    with structlog.testing.capture_logs():
        assert not shelf.file_waiting()
    assert archive.keys() == []
    assert shelf.file_waiting()
    assert len(archive.keys()) == 1


def test_a_segment_deleted_meanwhile_is_no_mistake(archive: Archive) -> None:
    segment = recorded(archive, 5)
    Path(segment.path).unlink()
    shelf = shelf_of(archive)
    shelf.take(segment)
    assert shelf.file_waiting()
    assert archive.keys() == []
    assert isinstance(archive.files, FileStore)
