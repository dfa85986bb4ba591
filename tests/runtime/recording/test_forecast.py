from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.runtime.recording.forecast import days_until_full, reckon
from monitor.runtime.recording.keeper import Keeper
from monitor.runtime.recording.watch import DiskWatch
from monitor.store.storage_forecasts import CameraStorage, StorageForecastRepository
from tests.runtime.recording.conftest import Archive

DATABASES = ["sqlite"]  # the SQL itself is tested with the store

GIB = 1 << 30
_CAMERAS = st.lists(
    st.builds(
        CameraStorage,
        camera_id=st.just("c"),
        per_day=st.integers(1, 1000),
        days_held=st.integers(0, 120),
        days_required=st.sampled_from([30, 90]),
        at_last=st.just(0),
    ),
    max_size=6,
)


def grown(cameras: list[CameraStorage], days: float) -> float:
    """Return by how much the cameras' footage grows, the slow way."""
    return sum(
        camera.per_day * min(days, max(0.0, camera.days_required - camera.days_held))
        for camera in cameras
    )


@given(cameras=_CAMERAS, room=st.integers(0, 200_000))
def test_the_day_of_the_full_disk_is_the_day_it_is_full(
    cameras: list[CameraStorage], room: int
) -> None:
    days = days_until_full(cameras, room)
    if days is None:
        assert grown(cameras, 1000) <= room
    else:
        assert grown(cameras, days) == pytest.approx(room, abs=1e-6)
        assert grown(cameras, days + 0.1) > room


def test_rates_are_those_of_the_last_day(open_archive: Callable[..., Archive]) -> None:
    archive = open_archive(enabled=True, rooms={"corridor": "10d"})
    for hour in range(48):
        archive.add(archive.now - timedelta(hours=48 - hour))
    archive.add(archive.now - timedelta(hours=6), camera="door-1")
    size = len(archive.content)
    policy = archive.environment.settings.recording
    forecast = reckon(policy, archive.database, 5 * GIB + 90 * size, archive.now)
    door, hall = forecast.cameras
    assert hall.per_day == 24 * size
    assert door.per_day == 4 * size, "six hours stand for a day"
    assert (hall.days_held, hall.days_required) == (2.0, 90.0)
    assert door.days_required == 10.0
    assert forecast.free == 90 * size
    assert forecast.days_left == pytest.approx(90 / 28, abs=0.01)
    assert reckon(policy, archive.database, None, archive.now).days_left is None
    assert reckon(policy, archive.database, 100 * GIB, archive.now).days_left is None


def test_the_watch_keeps_the_latest_forecast(archive: Archive) -> None:
    archive.add(archive.now - timedelta(hours=2))
    policy, files = archive.environment.settings.recording, archive.files
    keeper = Keeper(policy, files, archive.database, archive.clock, lambda: 9 * GIB)
    watch = DiskWatch(policy, files, archive.database, keeper, archive.clock)
    forecasts = StorageForecastRepository(archive.database)
    assert forecasts.latest() is None
    watch.look()
    first = forecasts.latest()
    assert first is not None
    assert first.at == archive.now
    assert [camera.camera_id for camera in first.cameras] == ["hall-1"]
    archive.clock.advance(60)
    watch.look()
    assert forecasts.latest() == first, "reckoned every ten minutes"
    archive.clock.advance(600)
    watch.look()
    assert forecasts.latest() != first
