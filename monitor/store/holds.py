"""Legal holds: footage that must not be deleted, why, by whose order and until when."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import (
    ColumnElement,
    ForeignKey,
    Index,
    Select,
    String,
    exists,
    select,
    update,
)
from sqlalchemy import Text as SqlText
from sqlalchemy.orm import InstrumentedAttribute, Mapped, Session, mapped_column

from monitor.domain.access import Scope
from monitor.domain.errors import ConflictError, InputError, NotFoundError
from monitor.domain.text import Text
from monitor.store.base import Base, BigId, Database, UtcDateTime
from monitor.store.places import CameraRow, RoomRow
from monitor.store.scope import within
from monitor.store.text import clean_line, clean_text
from monitor.store.upsert import affected

_LONGEST_REASON = 2000


class LegalHoldRow(Base):
    """One hold on a camera's footage; rows are never deleted, only released."""

    __tablename__ = "legal_hold"
    __table_args__ = (Index(None, "camera_id", "start"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    camera_id: Mapped[str] = mapped_column(ForeignKey("camera.id"))
    start: Mapped[datetime] = mapped_column(UtcDateTime)
    end: Mapped[datetime] = mapped_column(UtcDateTime)
    reason: Mapped[str] = mapped_column(SqlText)
    placed: Mapped[datetime] = mapped_column(UtcDateTime)
    placed_by: Mapped[str] = mapped_column(String(200))
    expires: Mapped[datetime] = mapped_column(UtcDateTime)
    released: Mapped[datetime | None] = mapped_column(UtcDateTime)
    released_by: Mapped[str] = mapped_column(String(200))
    release_reason: Mapped[str] = mapped_column(SqlText)


@dataclass(frozen=True, slots=True)
class LegalHold:
    """One hold; ``released`` is ``None`` while nobody has lifted it."""

    id: int
    camera_id: str
    start: datetime
    end: datetime
    reason: str
    placed: datetime
    placed_by: str
    expires: datetime
    released: datetime | None
    released_by: str
    release_reason: str

    def holds(self, now: datetime) -> bool:
        """Say whether it is in force."""
        return self.released is None and self.expires > now


class HoldRepository:
    """Places and lifts legal holds."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def place(
        self,
        scope: Scope,
        camera_id: str,
        start: datetime,
        end: datetime,
        *,
        reason: str,
        by: str,
        expires: datetime,
        now: datetime,
    ) -> LegalHold:
        """Forbid the deletion of ``start``–``end`` of a camera until ``expires``.

        Raises:
            InputError: there is no reason, or the times are not in order.
            NotFoundError: there is no such camera within ``scope``.
        """
        words = clean_text(reason, _LONGEST_REASON)
        if not words:
            raise InputError(Text("封存须写明原因", "a legal hold needs a reason"), where="reason")
        if not start < end:
            raise InputError(
                Text("封存的结束早于开始", "the hold ends before it begins"), where="end"
            )
        if expires <= now:
            raise InputError(
                Text("封存期已经过去", "the hold would be over already"), where="expires"
            )
        with self._database.transaction() as session:
            known = session.scalar(
                select(CameraRow.id)
                .join(RoomRow, RoomRow.id == CameraRow.room_id)
                .where(CameraRow.id == camera_id, within(scope, RoomRow.institution_id))
            )
            if known is None:
                raise NotFoundError(
                    Text("没有这台摄像机", "there is no such camera"), where=camera_id
                )
            row = _row(camera_id, start, end, words, by, expires, now)
            session.add(row)
            session.flush()
            return hold_view(row)

    def release(self, scope: Scope, hold_id: int, *, reason: str, by: str, now: datetime) -> None:
        """Lift a hold before it expires.

        Raises:
            InputError: there is no reason.
            NotFoundError: there is no such hold within ``scope``.
            ConflictError: it was lifted already.
        """
        words = clean_text(reason, _LONGEST_REASON)
        if not words:
            raise InputError(
                Text("解除封存须写明原因", "lifting a legal hold needs a reason"), where="reason"
            )
        if not any(hold.id == hold_id for hold in self.list(scope)):
            raise NotFoundError(
                Text("没有这个封存", "there is no such hold"), where=f"hold {hold_id}"
            )
        with self._database.transaction() as session:
            lifted = session.execute(
                update(LegalHoldRow)
                .where(LegalHoldRow.id == hold_id, LegalHoldRow.released.is_(None))
                .values(released=now, released_by=clean_line(by, 200), release_reason=words)
            )
            if affected(lifted) == 0:
                raise ConflictError(
                    Text("封存已经解除", "the hold was lifted already"), where=f"hold {hold_id}"
                )

    def list(self, scope: Scope, camera_id: str | None = None) -> tuple[LegalHold, ...]:
        """Return the holds within ``scope``, of one camera or all, newest first."""
        statement = (
            select(LegalHoldRow)
            .join(CameraRow, CameraRow.id == LegalHoldRow.camera_id)
            .join(RoomRow, RoomRow.id == CameraRow.room_id)
            .where(within(scope, RoomRow.institution_id))
            .order_by(LegalHoldRow.id.desc())
        )
        if camera_id is not None:
            statement = statement.where(LegalHoldRow.camera_id == camera_id)
        with self._database.reading() as session:
            return tuple(hold_view(row) for row in session.scalars(statement))


def hold_cameras(
    session: Session,
    cameras: Collection[str],
    start: datetime,
    end: datetime,
    *,
    reason: str,
    by: str,
    expires: datetime,
    now: datetime,
) -> tuple[int, ...]:
    """Hold ``start``–``end`` of cameras within the caller's transaction; return the holds' ids."""
    rows = [_row(camera, start, end, reason, by, expires, now) for camera in sorted(cameras)]
    session.add_all(rows)
    session.flush()
    return tuple(row.id for row in rows)


def lift_holds(
    session: Session, ids: Collection[int], *, reason: str, by: str, now: datetime
) -> int:
    """Lift those of some holds that are in force, within the caller's transaction; count them."""
    lifted = session.execute(
        update(LegalHoldRow)
        .where(LegalHoldRow.id.in_(ids), LegalHoldRow.released.is_(None))
        .values(released=now, released_by=clean_line(by, 200), release_reason=reason)
    )
    return affected(lifted)


def held(
    camera_id: InstrumentedAttribute[str],
    start: InstrumentedAttribute[datetime],
    end: InstrumentedAttribute[datetime],
    now: datetime,
) -> ColumnElement[bool]:
    """Return the condition that a hold in force at ``now`` covers a piece of footage."""
    return exists().where(LegalHoldRow.camera_id == camera_id, *_in_force(start, end, now))


def held_in(
    cameras: Select[str],
    start: InstrumentedAttribute[datetime],
    end: InstrumentedAttribute[datetime],
    now: datetime,
) -> ColumnElement[bool]:
    """Return the condition that a hold in force at ``now`` covers any of some cameras."""
    return exists().where(LegalHoldRow.camera_id.in_(cameras), *_in_force(start, end, now))


def _in_force(
    start: InstrumentedAttribute[datetime], end: InstrumentedAttribute[datetime], now: datetime
) -> tuple[ColumnElement[bool], ...]:
    return (
        LegalHoldRow.start < end,
        LegalHoldRow.end > start,
        LegalHoldRow.released.is_(None),
        LegalHoldRow.expires > now,
    )


def _row(
    camera_id: str,
    start: datetime,
    end: datetime,
    reason: str,
    by: str,
    expires: datetime,
    now: datetime,
) -> LegalHoldRow:
    return LegalHoldRow(
        camera_id=camera_id,
        start=start,
        end=end,
        reason=reason,
        placed=now,
        placed_by=clean_line(by, 200),
        expires=expires,
        released=None,
        released_by="",
        release_reason="",
    )


def hold_view(row: LegalHoldRow) -> LegalHold:
    """Return the plain value of a row."""
    return LegalHold(
        id=row.id,
        camera_id=row.camera_id,
        start=row.start,
        end=row.end,
        reason=row.reason,
        placed=row.placed,
        placed_by=row.placed_by,
        expires=row.expires,
        released=row.released,
        released_by=row.released_by,
        release_reason=row.release_reason,
    )
