from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
import structlog

from monitor.domain.access import DISTRICT
from monitor.domain.clock import to_datetime
from monitor.runtime.recording.keeper import Keeper
from monitor.store.deletions import DeletionLog, DeletionReason
from monitor.store.holds import HoldRepository
from tests.runtime.recording.conftest import Archive

DATABASES = ["sqlite"]  # the SQL itself is tested with the store

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
GIB = 1 << 30


def keeper(archive: Archive, free: Callable[[], int | None] | None = None) -> Keeper:
    policy = archive.environment.settings.recording
    return Keeper(policy, archive.files, archive.database, archive.clock, free)


def test_each_type_of_room_is_kept_for_its_own_time(
    open_archive: Callable[..., Archive],
) -> None:
    archive = open_archive(keep="90d", rooms={"corridor": "30d"})
    for camera in ("hall-1", "door-1"):
        for days in (91, 31, 2):
            archive.add(archive.now - days * DAY, camera=camera)
    assert keeper(archive).delete_expired() == 3
    assert len(archive.keys("hall-1")) == 2
    assert len(archive.keys("door-1")) == 1
    log = DeletionLog(archive.database)
    assert {(entry.camera_id, entry.files) for entry in log.list(DISTRICT)} == {
        ("hall-1", 1),
        ("door-1", 1),
    }
    assert {entry.reason for entry in log.list(DISTRICT)} == {DeletionReason.EXPIRED}
    assert log.first_broken() is None
    for camera in ("hall-1", "door-1"):
        kept = archive.keys(camera)
        dates = [archive.now - back * DAY for back in (91, 31, 2)]
        there = [key for day in dates for key in archive.files.keys(f"{camera}/{day:%Y-%m-%d}")]
        assert sorted(there) == kept, "files and index agree"


def test_what_is_held_is_neither_expired_nor_sacrificed(archive: Archive) -> None:
    old = archive.now - 200 * DAY
    key = archive.add(old)
    HoldRepository(archive.database).place(
        DISTRICT,
        "hall-1",
        old - HOUR,
        old + HOUR,
        reason="案件",
        by="王督导",
        expires=archive.now + DAY,
        now=archive.now,
    )
    with structlog.testing.capture_logs():
        assert keeper(archive).delete_expired() == 0
        assert keeper(archive, lambda: 0).make_room() == 0
    assert archive.files.exists(key)
    archive.clock.advance(2 * 86400)
    assert keeper(archive).delete_expired() == 1, "the hold has expired"


def test_a_full_disk_takes_corridors_first_then_the_oldest_and_never_the_last_hour(
    archive: Archive,
) -> None:
    hall = [archive.add(archive.now - days * DAY) for days in (5, 4, 3)]
    fresh = archive.add(archive.now - timedelta(minutes=20))
    door = archive.add(archive.now - DAY, camera="door-1")
    size = archive.files.size(fresh)
    gone: list[str] = []

    def free() -> int:
        gone[:] = [key for key in (*hall, fresh, door) if not archive.files.exists(key)]
        return 5 * GIB - wanted * size + len(gone) * size

    with structlog.testing.capture_logs() as logs:
        wanted = 1
        assert keeper(archive, free).make_room() == 1
        assert gone == [door]
        wanted = 2
        assert keeper(archive, free).make_room() == 3, "in batches"
        assert gone == [*hall, door]
        wanted = 100
        assert keeper(archive, free).make_room() == 0
    assert logs[-1]["event"] == "disk_stays_full"
    assert archive.files.exists(fresh)
    reasons = [entry.reason for entry in DeletionLog(archive.database).list(DISTRICT)]
    assert set(reasons) == {DeletionReason.DISK_FULL}


def test_nothing_is_sacrificed_while_there_is_room_or_in_an_object_store(archive: Archive) -> None:
    archive.add(archive.now - DAY)
    assert keeper(archive, lambda: 6 * GIB).make_room() == 0
    assert keeper(archive, lambda: None).make_room() == 0


def test_the_index_is_made_equal_to_the_files(archive: Archive) -> None:
    start = archive.now - HOUR
    unfiled = archive.add(start, indexed=False)
    lost = archive.add(start + timedelta(minutes=5))
    sound = archive.add(start + timedelta(minutes=10))
    archive.files.delete(lost)
    archive.files.write(f"hall-1/{start:%Y-%m-%d}/notes.txt", b"not ours")
    with structlog.testing.capture_logs():
        assert keeper(archive).repair("hall-1", start) == (1, 1)
        assert keeper(archive).repair("hall-1", start) == (0, 0)
    assert archive.keys() == sorted([unfiled, sound])
    found = archive.recordings.paths("hall-1", start, start + DAY)[unfiled]
    assert (found.end - found.start).total_seconds() == pytest.approx(8.0, abs=0.2)
    assert archive.files.matches(unfiled, found.sha256)
    (entry,) = DeletionLog(archive.database).list(DISTRICT)
    assert (entry.reason, entry.start) == (DeletionReason.LOST, start + timedelta(minutes=5))


def test_a_run_that_died_between_file_and_log_is_finished(archive: Archive) -> None:
    key = archive.add(archive.now - 100 * DAY)
    archive.files.delete(key)  # and then the power went
    assert keeper(archive).delete_expired() == 1
    assert archive.keys() == []
    (entry,) = DeletionLog(archive.database).list(DISTRICT)
    assert entry.at == to_datetime(archive.clock.now())
