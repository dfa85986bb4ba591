"""Files a composed year in an empty database, in the shape in which the service would have."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import insert

from benchmarks.district_year.inspections import Inspections
from benchmarks.district_year.year import AlertLine, DistrictYear, PlaceYear, midnight
from monitor.domain.alerts import AlertAction, AlertState
from monitor.domain.room_state import RoomState, View
from monitor.store.alerts import AlertRow, AlertStepRow
from monitor.store.base import Base, Database
from monitor.store.camera_status import CameraIntervalRow, CameraState, CameraStatusRow
from monitor.store.place_repository import PlaceRepository
from monitor.store.recordings import RecordingRow
from monitor.store.register_repository import RegisterRepository
from monitor.store.room_status import RoomStatusRepository

Report = Callable[[float], None]
_BATCH = 2000
_ENDINGS = {
    AlertState.RESOLVED: AlertAction.RESOLVE,
    AlertState.FALSE: AlertAction.MARK_FALSE,
    AlertState.DRILL: AlertAction.MARK_DRILL,
}


def _silent(_share: float) -> None:
    """Say nothing."""


def file_year(
    year: DistrictYear, database: Database, *, last_month: bool = True, report: Report = _silent
) -> None:
    """File a year; ``last_month`` says whether its last month has been inspected, too."""
    PlaceRepository(database).sync(year.district, midnight(year.plan.each_month[0]))
    registers = RegisterRepository(database)
    for place in year.places:
        if place.register is not None:
            registers.merge(place.register, year.plan.now)
    _file_cameras(year, database)
    _file_alerts(year, database)
    inspections = Inspections(year)
    months = year.plan.each_month if last_month else year.plan.each_month[:-1]
    for done, month in enumerate(months, 1):
        for rows in inspections.rows_of(month):
            add(database, *rows)
        report(done / len(months))
    for rows in inspections.decisions():
        add(database, *rows)


def add(database: Database, table: type[Base], rows: Sequence[dict[str, Any]]) -> None:
    """Insert rows in batches."""
    for start in range(0, len(rows), _BATCH):
        with database.transaction() as session:
            session.execute(insert(table), rows[start : start + _BATCH])


def _file_cameras(year: DistrictYear, database: Database) -> None:
    now = year.plan.now
    cameras = [camera for place in year.places for camera in place.cameras]
    add(
        database,
        CameraStatusRow,
        [
            {
                "camera_id": camera.id,
                "state": (CameraState.ONLINE if camera.online else CameraState.OFFLINE).value,
                "fault": None if camera.fault is None else camera.fault.value,
                "message_zh": "",
                "message_en": "",
                "since": camera.stretches[0].start,
                "updated": now,
                "codec": "h264",
                "width": 1280,
                "height": 720,
                "fps": 25.0,
                "worker_id": "worker-0",
            }
            for camera in cameras
        ],
    )
    add(
        database,
        CameraIntervalRow,
        [
            {
                "camera_id": camera.id,
                "online": stretch.online,
                "start": stretch.start,
                "end": stretch.end,
            }
            for camera in cameras
            for stretch in camera.stretches
        ],
    )
    add(
        database,
        RecordingRow,
        [
            {
                "camera_id": camera.id,
                "start": midnight(day),
                "end": midnight(day) + timedelta(hours=24),
                "path": f"{camera.id}/{day}.mp4",
                "sha256": "0" * 64,
                "size": 1,
            }
            for camera in cameras
            for day in camera.footage
        ],
    )
    states = [
        RoomState(
            room.room_id,
            now.timestamp(),
            View.FULL if room.full else View.PARTIAL,
            room.adults,
            room.children,
            room.unknown,
        )
        for place in year.places
        for room in place.rooms
    ]
    RoomStatusRepository(database).report(states, now)


def _file_alerts(year: DistrictYear, database: Database) -> None:
    lines = [(place, line) for place in year.places for line in place.alerts]
    numbered = [(number, place, line) for number, (place, line) in enumerate(lines, 1)]
    add(database, AlertRow, [_alert(*one) for one in numbered])
    add(database, AlertStepRow, [step for one in numbered for step in _steps(*one)])


def _alert(number: int, place: PlaceYear, line: AlertLine) -> dict[str, Any]:
    where = f"{line.rule}:{line.room_id}:{line.zone_id or '*'}"
    return {
        "id": number,
        "place": where,
        "open_place": None if line.state.ended else where,
        "rule": line.rule,
        "institution_id": place.institution_id,
        "room_id": line.room_id,
        "zone_id": line.zone_id,
        "camera_id": f"{line.room_id}-1",
        "severity": line.severity.value,
        "urgency": line.severity.rank,
        "state": line.state.value,
        "onset": line.raised - timedelta(seconds=60),
        "raised": line.raised,
        "cleared": line.raised + timedelta(minutes=5),
        "repeats": 0,
        "explain_zh": "演示告警",
        "explain_en": "A composed alert",
        "evidence": {},
        "provenance": {"rule_version": "1"},
        "confidence": 0.9,
        "updated": line.acknowledged or line.raised,
        "version": 1,
        "episode": 0,
        "tier": 0,
        "flapping": False,
        "assignee": "",
    }


def _steps(number: int, _place: PlaceYear, line: AlertLine) -> Iterator[dict[str, Any]]:
    yield _step(number, line.raised, AlertAction.RAISE, AlertState.OPEN)
    if line.acknowledged is not None:
        yield _step(number, line.acknowledged, AlertAction.ACKNOWLEDGE, AlertState.ACKNOWLEDGED)
        if line.state in _ENDINGS:
            after = line.acknowledged + timedelta(minutes=10)
            yield _step(number, after, _ENDINGS[line.state], line.state)


def _step(number: int, at: datetime, action: AlertAction, state: AlertState) -> dict[str, Any]:
    return {
        "alert_id": number,
        "event_id": None,
        "at": at,
        "action": action.value,
        "from_state": None,
        "to_state": state.value,
        "actor_user_id": None,
        "actor_name": "system" if action is AlertAction.RAISE else "operator",
        "address": "",
        "via": "",
        "reason": "",
    }
