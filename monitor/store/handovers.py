"""Shift hand-overs: who left what open to whom, with a note. Kept for good, never edited."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ColumnElement, Index, String, and_, select
from sqlalchemy import Text as SqlText
from sqlalchemy.orm import Mapped, mapped_column

from monitor.domain.access import Scope
from monitor.domain.alerts import Actor, AlertState
from monitor.domain.errors import ConflictError, InputError, NotFoundError
from monitor.domain.events import Severity
from monitor.domain.text import Text
from monitor.store.alerts import AlertRow
from monitor.store.base import Base, BigId, Database, UtcDateTime
from monitor.store.scope import within
from monitor.store.text import clean_line, clean_text

_LONGEST_NOTE = 4000
_MOST_NAMED = 100


class HandoverRow(Base):
    """One hand-over. ``waiting`` holds the most urgent alerts as they stood at that moment."""

    __tablename__ = "handover"
    __table_args__ = (Index(None, "scope_kind", "scope_id", "at"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    scope_kind: Mapped[str] = mapped_column(String(16))
    scope_id: Mapped[str] = mapped_column(String(200))
    by_id: Mapped[int | None] = mapped_column(BigId)
    by_name: Mapped[str] = mapped_column(String(200))
    address: Mapped[str] = mapped_column(String(64))
    note: Mapped[str] = mapped_column(SqlText)
    open_count: Mapped[int]
    acknowledged_count: Mapped[int]
    waiting: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    taken: Mapped[datetime | None] = mapped_column(UtcDateTime)
    taken_by_id: Mapped[int | None] = mapped_column(BigId)
    taken_by: Mapped[str] = mapped_column(String(200))
    taken_address: Mapped[str] = mapped_column(String(64))


@dataclass(frozen=True, slots=True)
class LeftOpen:
    """An alert as it stood when the shift was handed over."""

    alert_id: int
    rule: str
    severity: Severity
    state: AlertState
    institution_id: str
    room_id: str


@dataclass(frozen=True, slots=True)
class Handover:
    """One hand-over for people; ``taken`` is when the next shift took it, ``None`` while not."""

    id: int
    at: datetime
    by_id: int | None
    by: str
    note: str
    open_count: int
    acknowledged_count: int
    waiting: tuple[LeftOpen, ...]
    taken: datetime | None
    taken_by: str


class HandoverRepository:
    """Writes and reads the hand-overs of one desk: of the people with the same sight."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def write(self, scope: Scope, note: str, actor: Actor, now: datetime) -> int:
        """Hand over what waits within ``scope`` and return the id of the hand-over.

        Raises:
            InputError: there is no note.
        """
        text = clean_text(note, _LONGEST_NOTE)
        if not text:
            raise InputError(
                Text("交接班须写说明", "a hand-over needs a note"),
                where="note",
                hint=Text("请写明现状", "say how things stand"),
            )
        statement = (
            select(AlertRow)
            .where(
                within(scope, AlertRow.institution_id),
                AlertRow.state.in_([AlertState.OPEN.value, AlertState.ACKNOWLEDGED.value]),
                AlertRow.severity != Severity.TECHNICAL.value,
            )
            .order_by(AlertRow.urgency, AlertRow.raised, AlertRow.id)
        )
        with self._database.transaction() as session:
            waiting = session.scalars(statement).all()
            acknowledged = sum(row.state == AlertState.ACKNOWLEDGED.value for row in waiting)
            row = HandoverRow(
                at=now,
                scope_kind=scope.kind.value,
                scope_id=scope.id,
                by_id=actor.user_id,
                by_name=clean_line(actor.name, 200),
                address=clean_line(actor.address, 64),
                note=text,
                open_count=len(waiting) - acknowledged,
                acknowledged_count=acknowledged,
                waiting=[_left(item) for item in waiting[:_MOST_NAMED]],
                taken_by="",
                taken_address="",
            )
            session.add(row)
            session.flush()
            return row.id

    def take(self, scope: Scope, handover_id: int, actor: Actor, now: datetime) -> None:
        """Take a shift over.

        Raises:
            NotFoundError: there is no such hand-over at this desk.
            ConflictError: it was taken already, or the same person wrote it.
        """
        statement = select(HandoverRow).where(HandoverRow.id == handover_id, _at_desk(scope))
        with self._database.transaction() as session:
            row = session.scalar(statement.with_for_update())
            if row is None:
                raise NotFoundError(
                    Text("没有这次交接班", "there is no such hand-over"),
                    where=f"hand-over {handover_id}",
                )
            if row.taken is not None:
                raise ConflictError(
                    Text("已有人接班", "somebody took it over already"),
                    hint=Text("请重新载入页面", "reload the page"),
                )
            if row.by_id == actor.user_id:
                raise ConflictError(
                    Text("交班人不能自己接班", "who hands over cannot take over"),
                    hint=Text("请由下一班接", "the next one does"),
                )
            row.taken = now
            row.taken_by_id = actor.user_id
            row.taken_by = clean_line(actor.name, 200)
            row.taken_address = clean_line(actor.address, 64)

    def list(self, scope: Scope, limit: int = 50) -> tuple[Handover, ...]:
        """Return the latest hand-overs of a desk, newest first."""
        newest = HandoverRow.at.desc(), HandoverRow.id.desc()
        statement = select(HandoverRow).where(_at_desk(scope)).order_by(*newest).limit(limit)
        with self._database.reading() as session:
            return tuple(_view(row) for row in session.scalars(statement))

    def waiting(self, scope: Scope) -> Handover | None:
        """Return the newest hand-over of a desk if nobody has taken it yet."""
        newest = self.list(scope, limit=1)
        return newest[0] if newest and newest[0].taken is None else None


def _at_desk(scope: Scope) -> ColumnElement[bool]:
    return and_(HandoverRow.scope_kind == scope.kind.value, HandoverRow.scope_id == scope.id)


def _left(row: AlertRow) -> dict[str, Any]:
    return {
        "alert_id": row.id,
        "rule": row.rule,
        "severity": row.severity,
        "state": row.state,
        "institution_id": row.institution_id,
        "room_id": row.room_id,
    }


def _view(row: HandoverRow) -> Handover:
    return Handover(
        id=row.id,
        at=row.at,
        by_id=row.by_id,
        by=row.by_name,
        note=row.note,
        open_count=row.open_count,
        acknowledged_count=row.acknowledged_count,
        waiting=tuple(
            LeftOpen(
                alert_id=item["alert_id"],
                rule=item["rule"],
                severity=Severity(item["severity"]),
                state=AlertState(item["state"]),
                institution_id=item["institution_id"],
                room_id=item["room_id"],
            )
            for item in row.waiting
        ),
        taken=row.taken,
        taken_by=row.taken_by,
    )
