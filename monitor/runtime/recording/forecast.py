"""For how many days the disk still suffices, if every camera goes on as in the last day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from monitor.domain.access import DISTRICT
from monitor.runtime.recording.policy import keep_of, reserve_bytes
from monitor.settings.schema import Recording as Policy
from monitor.store.base import Database
from monitor.store.place_repository import PlaceRepository
from monitor.store.recordings import RecordingRepository
from monitor.store.storage_forecasts import CameraStorage, StorageForecast

_DAY = 86400.0
_LEAST = 600.0  # seconds a camera must have been recorded before its rate means anything


def reckon(policy: Policy, database: Database, free: int | None, now: datetime) -> StorageForecast:
    """Return the forecast of a store with ``free`` bytes left, ``None`` for boundless."""
    recordings = RecordingRepository(database)
    rooms = [room for place in PlaceRepository(database).tree(DISTRICT) for room in place.rooms]
    cameras = {camera.id: room.room.type for room in rooms for camera in room.cameras}
    spans = recordings.first_and_last(cameras)
    written = recordings.written(now - timedelta(days=1), now)
    found = []
    for camera_id, (first, _) in sorted(spans.items()):
        held = max((now - first).total_seconds(), 0.0)
        rate = _rate(written.get(camera_id, 0), min(held, _DAY))
        keep = keep_of(policy, cameras[camera_id])
        found.append(
            CameraStorage(
                camera_id, rate, round(held / _DAY, 2), keep / _DAY, round(rate * keep / _DAY)
            )
        )
    reserve = reserve_bytes(policy)
    room = None if free is None else max(0, free - reserve)
    return StorageForecast(
        at=now,
        free=room,
        reserve=reserve,
        per_day=sum(camera.per_day for camera in found),
        still_needed=round(sum(_growth(camera) * camera.per_day for camera in found)),
        days_left=None if room is None else days_until_full(found, room),
        cameras=tuple(found),
    )


def days_until_full(cameras: Sequence[CameraStorage], room: float) -> float | None:
    """Return after how many days ``room`` bytes are used up, or ``None`` if they suffice.

    Each camera grows until it holds the days required of it; then what it writes replaces what
    it deletes.
    """
    reached = 0.0
    left = room
    pending = sorted((_growth(camera), camera.per_day) for camera in cameras)
    rate = float(sum(per_day for _, per_day in pending))
    for days, per_day in pending:
        needed = rate * (days - reached)
        if needed > left:
            return reached + left / rate
        left -= needed
        reached = days
        rate -= per_day
    return None


def _growth(camera: CameraStorage) -> float:
    """Return for how many days a camera's footage still grows."""
    return max(0.0, camera.days_required - camera.days_held)


def _rate(size: int, seconds: float) -> int:
    return round(size * _DAY / seconds) if seconds >= _LEAST else 0
