"""How many people are in each room, as last reported: for lists, not for the live picture."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ForeignKey, String, select
from sqlalchemy.orm import Mapped, mapped_column

from monitor.domain.access import Scope
from monitor.domain.room_state import RoomState, View
from monitor.store.base import Base, Database, UtcDateTime
from monitor.store.places import RoomRow
from monitor.store.scope import within
from monitor.store.upsert import upsert


class RoomStatusRow(Base):
    """The last reported state of one room."""

    __tablename__ = "room_status"

    room_id: Mapped[str] = mapped_column(ForeignKey("room.id"), primary_key=True)
    view: Mapped[str] = mapped_column(String(16))
    adults: Mapped[int]
    children: Mapped[int]
    unknown: Mapped[int]
    updated: Mapped[datetime] = mapped_column(UtcDateTime)


@dataclass(frozen=True, slots=True)
class RoomStatus:
    """The last reported state of one room."""

    room_id: str
    view: View
    adults: int
    children: int
    unknown: int
    updated: datetime


class RoomStatusRepository:
    """Takes reports of many rooms at once: a worker sends them every few seconds."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def report(self, states: Collection[RoomState], now: datetime) -> None:
        """Store the present state of rooms."""
        rows = [
            {
                "room_id": state.room_id,
                "view": state.view.value,
                "adults": state.adults,
                "children": state.children,
                "unknown": state.unknown,
                "updated": now,
            }
            for state in sorted(states, key=lambda state: state.room_id)
        ]
        with self._database.transaction() as session:
            upsert(session, RoomStatusRow, rows, "room_id")

    def all(self, scope: Scope) -> dict[str, RoomStatus]:
        """Return the last report of every room within ``scope``, by room."""
        statement = (
            select(RoomStatusRow)
            .join(RoomRow, RoomRow.id == RoomStatusRow.room_id)
            .where(within(scope, RoomRow.institution_id))
        )
        with self._database.reading() as session:
            return {row.room_id: room_status(row) for row in session.scalars(statement)}


def room_status(row: RoomStatusRow) -> RoomStatus:
    """Return the plain value of a row."""
    return RoomStatus(
        room_id=row.room_id,
        view=View(row.view),
        adults=row.adults,
        children=row.children,
        unknown=row.unknown,
        updated=row.updated,
    )
