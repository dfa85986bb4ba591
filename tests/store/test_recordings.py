from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from monitor.domain.access import DISTRICT, Scope, ScopeKind
from monitor.domain.stretches import Stretch
from monitor.store.base import Database
from monitor.store.place_repository import PlaceRepository
from monitor.store.recordings import Recording, RecordingRepository

CAMERA = "sun-nap-1"


@pytest.fixture
def recordings(places: PlaceRepository, database: Database, now: datetime) -> RecordingRepository:
    repository = RecordingRepository(database)
    for start, end in [(0, 60), (60, 120), (100, 130), (110, 120), (300, 360)]:
        repository.add(
            Recording(
                CAMERA,
                now + timedelta(seconds=start),
                now + timedelta(seconds=end),
                f"{CAMERA}/{start}-{end}.mp4",
                100,
            )
        )
    return repository


def test_segments_of_a_time_are_found(recordings: RecordingRepository, now: datetime) -> None:
    def found(scope: Scope, start: float, end: float) -> list[str]:
        span = (now + timedelta(seconds=start), now + timedelta(seconds=end))
        return [item.path.split("/")[1] for item in recordings.overlapping(scope, CAMERA, *span)]

    assert found(DISTRICT, 50, 70) == ["0-60.mp4", "60-120.mp4"]
    assert found(DISTRICT, 130, 300) == []
    assert found(Scope(ScopeKind.INSTITUTION, "moon"), 0, 400) == []
    assert len(found(Scope(ScopeKind.INSTITUTION, "sun"), 0, 400)) == 5


def test_recorded_time_counts_overlaps_once(recordings: RecordingRepository, now: datetime) -> None:
    cameras = [CAMERA, "moon-hall-1"]
    seconds = recordings.recorded_seconds(cameras, now, now + timedelta(seconds=330))
    assert seconds == {CAMERA: 160.0, "moon-hall-1": 0.0}
    assert recordings.first_and_last(cameras) == {CAMERA: (now, now + timedelta(seconds=360))}


def test_old_segments_of_a_type_of_room_are_found(
    recordings: RecordingRepository, now: datetime
) -> None:
    before = now + timedelta(seconds=125)
    expired = recordings.expired(before, now, ["activity", "nap"])
    assert [item.size for item in expired] == [100, 100, 100]
    assert recordings.expired(before, now, ["kitchen"]) == ()
    assert recordings.total_size() == 500


def test_stretches_join_what_follows_on(recordings: RecordingRepository, now: datetime) -> None:
    cameras = [CAMERA, "moon-hall-1"]
    found = recordings.stretches(cameras, now + timedelta(seconds=30), now + timedelta(hours=1))
    at = now.timestamp()
    assert found == {
        CAMERA: (Stretch(at + 30, at + 130), Stretch(at + 300, at + 360)),
        "moon-hall-1": (),
    }


def test_filing_a_segment_again_changes_nothing(
    recordings: RecordingRepository, now: datetime
) -> None:
    recordings.add(Recording(CAMERA, now, now + timedelta(60), f"{CAMERA}/0-60.mp4", 100))
    assert recordings.total_size() == 500
