"""The inbox of the demo district: what its people would have been told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, delete, select
from sqlalchemy.orm import Mapped, mapped_column

from monitor.store.base import Base, BigId, Database, UtcDateTime
from monitor.store.text import plain


class DemoMessageRow(Base):
    """One message received."""

    __tablename__ = "demo_message"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    received: Mapped[datetime] = mapped_column(UtcDateTime)
    payload: Mapped[dict[str, Any]] = mapped_column(JSON)


@dataclass(frozen=True, slots=True)
class DemoMessage:
    """One message as it was received."""

    id: int
    received: datetime
    payload: dict[str, Any]


class DemoMessageRepository:
    """Keeps the latest messages only."""

    def __init__(self, database: Database, keep: int = 200) -> None:
        self._database = database
        self._keep = keep

    def add(self, payload: dict[str, Any], now: datetime) -> None:
        """Keep a message and let go of the oldest beyond the limit."""
        newest = select(DemoMessageRow.id).order_by(DemoMessageRow.id.desc()).limit(self._keep)
        with self._database.transaction() as session:
            session.add(DemoMessageRow(received=now, payload=plain(payload)))
            session.flush()
            session.execute(delete(DemoMessageRow).where(DemoMessageRow.id.not_in(newest)))

    def latest(self, limit: int = 50) -> tuple[DemoMessage, ...]:
        """Return messages, newest first."""
        statement = select(DemoMessageRow).order_by(DemoMessageRow.id.desc()).limit(limit)
        with self._database.reading() as session:
            return tuple(
                DemoMessage(id=row.id, received=row.received, payload=row.payload)
                for row in session.scalars(statement)
            )
