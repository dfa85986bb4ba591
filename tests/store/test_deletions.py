from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import delete, update

from monitor.domain.access import DISTRICT, Scope, ScopeKind
from monitor.store.base import Database
from monitor.store.deletions import DeletionLog, DeletionReason, RecordingDeletionRow, manifest_hash
from monitor.store.place_repository import PlaceRepository
from monitor.store.recordings import Recording, RecordingRepository

CAMERA = "sun-nap-1"


@pytest.fixture
def pieces(places: PlaceRepository, database: Database, now: datetime) -> tuple[Recording, ...]:
    repository = RecordingRepository(database)
    for minute in range(4):
        start = now + timedelta(minutes=minute)
        end = start + timedelta(minutes=1)
        repository.add(
            Recording(CAMERA, start, end, f"{CAMERA}/{minute}.mp4", 10, f"{minute}" * 64)
        )
    return repository.overlapping(DISTRICT, CAMERA, now, now + timedelta(hours=1))


def test_an_entry_says_what_is_gone_and_the_index_forgets_it(
    pieces: tuple[Recording, ...], database: Database, now: datetime
) -> None:
    log = DeletionLog(database)
    log.add(pieces[:3], DeletionReason.EXPIRED, now)
    (entry,) = log.list(DISTRICT)
    assert (entry.camera_id, entry.files, entry.size) == (CAMERA, 3, 30)
    assert (entry.start, entry.end) == (pieces[0].start, pieces[2].end)
    assert entry.sha256 == manifest_hash(pieces[:3]) != manifest_hash(pieces[:2])
    left = RecordingRepository(database).overlapping(DISTRICT, CAMERA, now, pieces[-1].end)
    assert left == pieces[3:]
    assert log.list(Scope(ScopeKind.INSTITUTION, "moon")) == ()


def test_whoever_changes_the_log_is_found_out(
    pieces: tuple[Recording, ...], database: Database, now: datetime
) -> None:
    log = DeletionLog(database)
    for piece in pieces:
        log.add([piece], DeletionReason.DISK_FULL, now)
    assert log.first_broken() is None
    second = log.list(DISTRICT)[-2].id
    with database.transaction() as session:
        session.execute(
            update(RecordingDeletionRow)
            .where(RecordingDeletionRow.id == second)
            .values(reason=DeletionReason.EXPIRED.value)
        )
    assert log.first_broken() == second
    with database.transaction() as session:
        session.execute(delete(RecordingDeletionRow).where(RecordingDeletionRow.id == second))
    assert log.first_broken() == second + 1
    assert log.first_broken(newest=1) is None, "the latest follows from the one before it"
    assert log.first_broken(newest=2) == second + 1


def test_an_entry_is_about_one_camera(database: Database, now: datetime) -> None:
    with pytest.raises(ValueError, match="one camera"):
        DeletionLog(database).add([], DeletionReason.LOST, now)
