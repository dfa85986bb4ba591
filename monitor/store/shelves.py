"""Shelves: what was put aside, by whom, why and until when. Ended early, never erased."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, String, bindparam, or_, select
from sqlalchemy import Text as SqlText
from sqlalchemy.orm import Mapped, Session, mapped_column

from monitor.domain.access import Scope
from monitor.domain.alerts import Actor
from monitor.domain.errors import ConflictError, InputError, NotFoundError
from monitor.domain.escalation import StepState
from monitor.domain.events import Severity
from monitor.domain.notices import Reason
from monitor.domain.shelves import NewShelf, check_shelf, covers_critical
from monitor.domain.text import Text
from monitor.store.alerts import AlertRow
from monitor.store.base import Base, BigId, Database, UtcDateTime
from monitor.store.escalations import EscalationRow
from monitor.store.places import CameraRow, InstitutionRow, RoomRow
from monitor.store.scope import within
from monitor.store.text import clean_line, clean_text

_MOST = 200


class ShelfRow(Base):
    """One shelf. Empty ids mean any; ``critical`` says that critical alerts are covered too."""

    __tablename__ = "alert_shelf"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    institution_id: Mapped[str] = mapped_column(String(64), index=True)
    room_id: Mapped[str] = mapped_column(String(64))
    camera_id: Mapped[str] = mapped_column(String(64))
    rule: Mapped[str] = mapped_column(String(64))
    critical: Mapped[bool]
    reason: Mapped[str] = mapped_column(SqlText)
    created: Mapped[datetime] = mapped_column(UtcDateTime)
    created_by_id: Mapped[int | None] = mapped_column(BigId)
    created_by: Mapped[str] = mapped_column(String(200))
    address: Mapped[str] = mapped_column(String(64))
    expires: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    ended: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended_by: Mapped[str] = mapped_column(String(200))


# Built once, because they are asked several times about every event.
_OVER = (
    select(ShelfRow)
    .where(
        ShelfRow.institution_id == bindparam("institution"),
        ShelfRow.ended.is_(None),
        ShelfRow.expires > bindparam("now"),
        ShelfRow.room_id.in_(["", bindparam("room")]),
        ShelfRow.camera_id.in_(["", bindparam("camera")]),
        ShelfRow.rule.in_(["", bindparam("rule")]),
    )
    .order_by(ShelfRow.expires.desc())
    .limit(1)
)
_OVER_CRITICAL = _OVER.where(ShelfRow.critical)


@dataclass(frozen=True, slots=True)
class Shelf:
    """One shelf for people."""

    id: int
    institution_id: str
    room_id: str
    camera_id: str
    rule: str
    critical: bool
    reason: str
    created: datetime
    created_by: str
    expires: datetime
    ended: datetime | None
    ended_by: str

    def active(self, now: datetime) -> bool:
        """Say whether it still keeps alerts quiet."""
        return self.ended is None and now < self.expires


class ShelfRepository:
    """Puts things aside and takes them back, within somebody's scope."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def put(
        self, scope: Scope, new: NewShelf, actor: Actor, now: datetime, *, supervisor: bool
    ) -> int:
        """Put something aside and return the id of the shelf.

        Raises:
            NotFoundError: the place does not exist within ``scope``.
            InputError: it has no reason, or ends too soon or too late.
            PermissionDeniedError: only a supervisor may put this aside.
        """
        check_shelf(new, now, supervisor=supervisor)
        with self._database.transaction() as session:
            _must_exist(session, scope, new)
            row = ShelfRow(
                institution_id=new.institution_id,
                room_id=new.room_id,
                camera_id=new.camera_id,
                rule=new.rule,
                critical=covers_critical(new, now, supervisor=supervisor),
                reason=clean_text(new.reason, 2000),
                created=now,
                created_by_id=actor.user_id,
                created_by=clean_line(actor.name, 200),
                address=clean_line(actor.address, 64),
                expires=new.expires,
                ended_by="",
            )
            session.add(row)
            session.flush()
            return row.id

    def end(self, scope: Scope, shelf_id: int, actor: Actor, now: datetime) -> None:
        """Take something back before its time; alerts that still last are told then.

        Raises:
            NotFoundError: there is no such shelf within ``scope``.
            ConflictError: it has ended already.
        """
        with self._database.transaction() as session:
            row = session.scalar(_seen(scope).where(ShelfRow.id == shelf_id).with_for_update())
            if row is None:
                raise NotFoundError(
                    Text("没有这个搁置", "there is no such shelf"), where=f"shelf {shelf_id}"
                )
            if row.ended is not None or row.expires <= now:
                raise ConflictError(
                    Text("已经结束", "it has ended already"),
                    hint=Text("请重新载入页面", "reload the page"),
                )
            row.ended = now
            row.ended_by = clean_line(actor.name, 200)
            waiting = session.scalars(
                select(EscalationRow.id)
                .join(AlertRow, AlertRow.id == EscalationRow.alert_id)
                .where(
                    AlertRow.institution_id == row.institution_id,
                    EscalationRow.state == StepState.WAITING.value,
                    EscalationRow.reason == Reason.SHELVED.value,
                )
            ).all()
        for step_id in waiting:  # one by one: whoever climbs locks the alert first
            with self._database.transaction() as session:
                step = session.get(EscalationRow, step_id, with_for_update=True)
                if step is not None and step.state == StepState.WAITING.value:
                    step.due = now

    def get(self, scope: Scope, shelf_id: int) -> Shelf:
        """Return one shelf.

        Raises:
            NotFoundError: there is no such shelf within ``scope``.
        """
        with self._database.reading() as session:
            row = session.scalar(_seen(scope).where(ShelfRow.id == shelf_id))
            if row is None:
                raise NotFoundError(
                    Text("没有这个搁置", "there is no such shelf"), where=f"shelf {shelf_id}"
                )
            return _view(row)

    def list(self, scope: Scope, now: datetime, *, active: bool) -> tuple[Shelf, ...]:
        """Return shelves that are in force, soonest to end first, or the latest that ended."""
        ended = or_(ShelfRow.ended.is_not(None), ShelfRow.expires <= now)
        statement = _seen(scope).where(~ended if active else ended)
        order = ShelfRow.expires if active else ShelfRow.expires.desc()
        with self._database.reading() as session:
            rows = session.scalars(statement.order_by(order, ShelfRow.id).limit(_MOST))
            return tuple(_view(row) for row in rows)


def shelves_of(
    session: Session, institution_id: str, start: datetime, end: datetime
) -> tuple[Shelf, ...]:
    """Return what was put aside in an institution for some of a time, the latest first."""
    statement = (
        select(ShelfRow)
        .where(
            ShelfRow.institution_id == institution_id,
            ShelfRow.created <= end,
            ShelfRow.expires > start,
            or_(ShelfRow.ended.is_(None), ShelfRow.ended > start),
        )
        .order_by(ShelfRow.created.desc(), ShelfRow.id.desc())
    )
    return tuple(_view(row) for row in session.scalars(statement))


def shelf_over(session: Session, alert: AlertRow, now: datetime) -> ShelfRow | None:
    """Return the shelf that keeps an alert quiet, of several the one that lasts longest."""
    critical = alert.severity == Severity.CRITICAL.value
    values = {
        "institution": alert.institution_id,
        "now": now,
        "room": alert.room_id,
        "camera": alert.camera_id or "",
        "rule": alert.rule,
    }
    return session.scalar(_OVER_CRITICAL if critical else _OVER, values)


def _seen(scope: Scope) -> Select[ShelfRow]:
    return select(ShelfRow).where(within(scope, ShelfRow.institution_id))


def _must_exist(session: Session, scope: Scope, new: NewShelf) -> None:
    place = select(InstitutionRow.id).where(
        InstitutionRow.id == new.institution_id, within(scope, InstitutionRow.id)
    )
    if session.scalar(place) is None:
        raise NotFoundError(
            Text("没有这个机构", "there is no such institution"), where=new.institution_id
        )
    if new.room_id:
        room = session.get(RoomRow, new.room_id)
        if room is None or room.institution_id != new.institution_id:
            raise InputError(
                Text("这个机构没有这个房间", "there is no such room in this institution"),
                where="room",
            )
    if new.camera_id:
        camera = session.get(CameraRow, new.camera_id)
        home = session.get(RoomRow, camera.room_id) if camera is not None else None
        if home is None or home.institution_id != new.institution_id:
            raise InputError(
                Text("这个机构没有这台摄像机", "there is no such camera in this institution"),
                where="camera",
            )
        if new.room_id and home.id != new.room_id:
            raise InputError(
                Text("摄像机不在这个房间", "the camera is not in this room"), where="camera"
            )


def _view(row: ShelfRow) -> Shelf:
    return Shelf(
        id=row.id,
        institution_id=row.institution_id,
        room_id=row.room_id,
        camera_id=row.camera_id,
        rule=row.rule,
        critical=row.critical,
        reason=row.reason,
        created=row.created,
        created_by=row.created_by,
        expires=row.expires,
        ended=row.ended,
        ended_by=row.ended_by,
    )
