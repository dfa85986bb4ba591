"""Writes and reads the mirror of the configured places."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from monitor.domain.access import Scope
from monitor.domain.alerts import AlertState
from monitor.domain.errors import NotFoundError
from monitor.domain.geometry import Polygon
from monitor.domain.places import (
    Camera,
    ClassType,
    District,
    Institution,
    NoticeState,
    Room,
    RoomType,
    Zone,
    ZoneKind,
)
from monitor.domain.registers import PaperKind
from monitor.domain.text import Text
from monitor.store.alerts import AlertRow
from monitor.store.base import Database
from monitor.store.camera_status import (
    CameraStatus,
    CameraStatusRow,
    camera_status,
    close_intervals,
)
from monitor.store.places import CameraRow, InstitutionRow, RoomRow
from monitor.store.registers import NoticeStepRow, PaperRow
from monitor.store.room_status import RoomStatus, RoomStatusRow, room_status
from monitor.store.scope import within
from monitor.store.text import plain
from monitor.store.upsert import upsert


@dataclass(frozen=True, slots=True)
class CameraPlace:
    """A camera in the tree, with its last reported state, if it ever reported."""

    id: str
    room_id: str
    name: Text
    zones: tuple[Zone, ...]
    analysis_fps: float
    enabled: bool
    status: CameraStatus | None


@dataclass(frozen=True, slots=True)
class RoomPlace:
    """A room in the tree, with its cameras and how many alerts wait there."""

    room: Room
    cameras: tuple[CameraPlace, ...]
    status: RoomStatus | None
    open_alerts: int


@dataclass(frozen=True, slots=True)
class InstitutionPlace:
    """An institution in the tree, with its rooms."""

    institution: Institution
    rooms: tuple[RoomPlace, ...]

    @property
    def open_alerts(self) -> int:
        """Return how many alerts wait in all rooms."""
        return sum(room.open_alerts for room in self.rooms)


@dataclass(frozen=True, slots=True)
class SyncReport:
    """How many places of each kind are active now, and the ids of those just left out."""

    institutions: int
    rooms: int
    cameras: int
    retired: tuple[str, ...]


class PlaceRepository:
    """Keeps the mirror equal to the configuration and reads it for people."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def sync(self, district: District, now: datetime) -> SyncReport:
        """Make the mirror equal to ``district``; what vanished turns inactive."""
        with self._database.transaction() as session:
            upsert(session, InstitutionRow, _institution_values(district, now), "id")
            upsert(session, RoomRow, _room_values(district, now), "id")
            upsert(session, CameraRow, _camera_values(district, now), "id")
            gone_cameras = _retire(session, CameraRow, {item.id for item in district.cameras}, now)
            close_intervals(session, gone_cameras, now)
            retired = (
                *_retire(session, InstitutionRow, {item.id for item in district.institutions}, now),
                *_retire(session, RoomRow, {item.id for item in district.rooms}, now),
                *gone_cameras,
            )
        return SyncReport(
            institutions=len(district.institutions),
            rooms=len(district.rooms),
            cameras=len(district.cameras),
            retired=retired,
        )

    def institutions(self, scope: Scope) -> tuple[Institution, ...]:
        """Return the active institutions within ``scope`` in configuration order."""
        with self._database.reading() as session:
            notices = _notices(session)
            return tuple(_institution(row, notices) for row in _institutions(session, scope))

    def communities(self, scope: Scope) -> tuple[str, ...]:
        """Return the names of the communities within ``scope``, sorted."""
        found = {institution.community for institution in self.institutions(scope)}
        return tuple(sorted(found - {""}))

    def tree(self, scope: Scope) -> tuple[InstitutionPlace, ...]:
        """Return active institutions, rooms and cameras within ``scope`` with their state."""
        with self._database.reading() as session:
            cameras = _cameras_by_room(session, scope)
            rooms = _rooms_by_institution(session, scope, cameras)
            notices = _notices(session)
            return tuple(
                InstitutionPlace(_institution(row, notices), tuple(rooms.get(row.id, ())))
                for row in _institutions(session, scope)
            )

    def institution(self, scope: Scope, institution_id: str) -> InstitutionPlace:
        """Return one institution with its rooms and cameras.

        Raises:
            NotFoundError: there is no such active institution within ``scope``.
        """
        for place in self.tree(scope):
            if place.institution.id == institution_id:
                return place
        raise NotFoundError(
            Text("没有这个机构", "there is no such institution"), where=institution_id
        )

    def camera(self, scope: Scope, camera_id: str) -> CameraPlace:
        """Return one camera.

        Raises:
            NotFoundError: there is no such active camera within ``scope``.
        """
        with self._database.reading() as session:
            found = _cameras_by_room(session, scope, camera_id)
        for cameras in found.values():
            return cameras[0]
        raise NotFoundError(Text("没有这台摄像机", "there is no such camera"), where=camera_id)

    def institution_of_room(self, room_id: str) -> str | None:
        """Return the institution that a room belongs to, also if it is inactive now."""
        with self._database.reading() as session:
            return session.scalar(select(RoomRow.institution_id).where(RoomRow.id == room_id))


def _retire(
    session: Session,
    table: type[InstitutionRow] | type[RoomRow] | type[CameraRow],
    kept: set[str],
    now: datetime,
) -> tuple[str, ...]:
    active = session.scalars(select(table.id).where(table.active)).all()
    gone = tuple(sorted(set(active) - kept))
    session.execute(update(table).where(table.id.in_(gone)).values(active=False, updated=now))
    return gone


def _institutions(session: Session, scope: Scope) -> list[InstitutionRow]:
    statement = (
        select(InstitutionRow)
        .where(within(scope, InstitutionRow.id), InstitutionRow.active)
        .order_by(InstitutionRow.position)
    )
    return list(session.scalars(statement))


def _cameras_by_room(
    session: Session, scope: Scope, camera_id: str | None = None
) -> dict[str, list[CameraPlace]]:
    statement = (
        select(CameraRow, CameraStatusRow)
        .join(RoomRow, RoomRow.id == CameraRow.room_id)
        .outerjoin(CameraStatusRow, CameraStatusRow.camera_id == CameraRow.id)
        .where(within(scope, RoomRow.institution_id), CameraRow.active)
        .order_by(CameraRow.position)
    )
    if camera_id is not None:
        statement = statement.where(CameraRow.id == camera_id)
    cameras: dict[str, list[CameraPlace]] = {}
    for row, status in session.execute(statement):
        cameras.setdefault(row.room_id, []).append(_camera(row, status))
    return cameras


def _rooms_by_institution(
    session: Session, scope: Scope, cameras: dict[str, list[CameraPlace]]
) -> dict[str, list[RoomPlace]]:
    # Counted here: grouped by room, the database would walk through the whole history.
    open_alerts = select(AlertRow.room_id).where(
        AlertRow.state.in_([AlertState.OPEN.value, AlertState.ACKNOWLEDGED.value])
    )
    waiting = Counter(session.scalars(open_alerts))
    statement = (
        select(RoomRow, RoomStatusRow)
        .outerjoin(RoomStatusRow, RoomStatusRow.room_id == RoomRow.id)
        .where(within(scope, RoomRow.institution_id), RoomRow.active)
        .order_by(RoomRow.position)
    )
    rooms: dict[str, list[RoomPlace]] = {}
    for row, status in session.execute(statement):
        place = RoomPlace(
            room=_room(row),
            cameras=tuple(cameras.get(row.id, ())),
            status=room_status(status) if status is not None else None,
            open_alerts=waiting[row.id],
        )
        rooms.setdefault(row.institution_id, []).append(place)
    return rooms


def _institution_values(district: District, now: datetime) -> list[dict[str, Any]]:
    return [
        {
            "id": item.id,
            "name_zh": item.name.zh,
            "name_en": item.name.en,
            "community": item.community,
            "address": item.address,
            "contact_name": item.contact_name,
            "contact_phone": item.contact_phone,
            "notice_number": item.notice_number,
            "notice_state": item.notice_state.value,
            "notice_expires": item.notice_expires,
            "approved_capacity": item.approved_capacity,
            "position": position,
            "active": True,
            "updated": now,
        }
        for position, item in enumerate(district.institutions)
    ]


def _room_values(district: District, now: datetime) -> list[dict[str, Any]]:
    return [
        {
            "id": item.id,
            "institution_id": item.institution_id,
            "name_zh": item.name.zh,
            "name_en": item.name.en,
            "type": item.type.value,
            "class_type": item.class_type.value if item.class_type else None,
            "capacity": item.capacity,
            "person_capacity": item.person_capacity,
            "rules": plain(item.rules),
            "position": position,
            "active": True,
            "updated": now,
        }
        for position, item in enumerate(district.rooms)
    ]


def _camera_values(district: District, now: datetime) -> list[dict[str, Any]]:
    return [
        {
            "id": item.id,
            "room_id": item.room_id,
            "name_zh": item.name.zh,
            "name_en": item.name.en,
            "zones": _zone_values(item),
            "analysis_fps": item.analysis_fps,
            "enabled": item.enabled,
            "position": position,
            "active": True,
            "updated": now,
        }
        for position, item in enumerate(district.cameras)
    ]


def _zone_values(camera: Camera) -> list[dict[str, Any]]:
    return [
        {
            "id": zone.id,
            "polygon": zone.polygon.points,
            "capacity": zone.capacity,
            "kind": zone.kind.value if zone.kind else None,
        }
        for zone in camera.zones
    ]


@dataclass(frozen=True, slots=True)
class _Notices:
    """What the registers say of the Notice: its state and until when it holds, by institution."""

    decided: Mapping[str, str]
    expires: Mapping[str, date | None]


def _notices(session: Session) -> _Notices:
    decided = select(NoticeStepRow.institution_id, NoticeStepRow.state).order_by(
        NoticeStepRow.decided, NoticeStepRow.nth
    )
    held = select(PaperRow.institution_id, PaperRow.expires).where(
        PaperRow.kind == PaperKind.NOTICE.value
    )
    expires: dict[str, date | None] = {}
    for institution_id, last in session.execute(held):
        known = expires.get(institution_id, last)
        # A renewal counts, and one without an end before all.
        expires[institution_id] = None if known is None or last is None else max(known, last)
    return _Notices(dict(iter(session.execute(decided))), expires)


def _institution(row: InstitutionRow, notices: _Notices) -> Institution:
    return Institution(
        id=row.id,
        name=Text(zh=row.name_zh, en=row.name_en),
        community=row.community,
        address=row.address,
        contact_name=row.contact_name,
        contact_phone=row.contact_phone,
        notice_number=row.notice_number,
        notice_state=NoticeState(notices.decided.get(row.id, row.notice_state)),
        notice_expires=notices.expires.get(row.id, row.notice_expires),
        approved_capacity=row.approved_capacity,
    )


def _room(row: RoomRow) -> Room:
    return Room(
        id=row.id,
        institution_id=row.institution_id,
        name=Text(zh=row.name_zh, en=row.name_en),
        type=RoomType(row.type),
        class_type=ClassType(row.class_type) if row.class_type else None,
        capacity=row.capacity,
        person_capacity=row.person_capacity,
        rules=row.rules,
    )


def _camera(row: CameraRow, status: CameraStatusRow | None) -> CameraPlace:
    return CameraPlace(
        id=row.id,
        room_id=row.room_id,
        name=Text(zh=row.name_zh, en=row.name_en),
        zones=tuple(
            Zone(
                id=zone["id"],
                polygon=Polygon.of(zone["polygon"]),
                capacity=zone["capacity"],
                kind=ZoneKind(zone["kind"]) if zone.get("kind") else None,
            )
            for zone in row.zones
        ),
        analysis_fps=row.analysis_fps,
        enabled=row.enabled,
        status=camera_status(status) if status is not None else None,
    )
