"""What happened, in order, for pages that keep themselves up to date.

Ids only grow, and a row never becomes visible after one with a greater id: writers take turns at
the very end of their transactions, so a reader who asks for "everything after" misses nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, String, delete, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from monitor.domain.access import Scope
from monitor.store.base import Base, BigId, Database, UtcDateTime
from monitor.store.locks import take_turn
from monitor.store.scope import within
from monitor.store.text import plain
from monitor.store.upsert import affected


class FeedRow(Base):
    """One thing that happened."""

    __tablename__ = "feed"
    __table_args__ = ({"sqlite_autoincrement": True},)  # ids must not be used again after pruning

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    kind: Mapped[str] = mapped_column(String(16))
    subject: Mapped[str] = mapped_column(String(64))
    institution_id: Mapped[str | None] = mapped_column(String(64))
    payload: Mapped[dict[str, Any]] = mapped_column(JSON)


class FeedKind(StrEnum):
    """What kind of thing happened; ``subject`` is the id of the thing."""

    ALERT = "alert"
    EVIDENCE = "evidence"
    CAMERA = "camera"
    DELIVERY = "delivery"


@dataclass(frozen=True, slots=True)
class FeedEntry:
    """One thing that happened, with a small payload for a page to show."""

    id: int
    at: datetime
    kind: FeedKind
    subject: str
    institution_id: str | None
    payload: dict[str, Any]


def append_to_feed(
    session: Session,
    kind: FeedKind,
    subject: str | int,
    institution_id: str | None,
    payload: dict[str, Any],
    now: datetime,
) -> None:
    """Add to the feed inside a transaction; it must be the last thing that the transaction does.

    PostgreSQL hands out ids before commit: without taking turns a reader could see id 8, move on,
    and never see id 7, which was committed a moment later.
    """
    session.flush()
    take_turn(session, "feed")
    row = FeedRow(
        at=now,
        kind=kind.value,
        subject=str(subject),
        institution_id=institution_id,
        payload=plain(payload),
    )
    session.add(row)
    session.flush()


class FeedRepository:
    """Reads the feed, and forgets what is old."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def after(self, scope: Scope, entry_id: int, limit: int = 200) -> tuple[FeedEntry, ...]:
        """Return what happened after ``entry_id`` within ``scope``, oldest first.

        Entries that belong to no institution are for the whole district only.
        """
        statement = (
            select(FeedRow)
            .where(FeedRow.id > entry_id, within(scope, FeedRow.institution_id))
            .order_by(FeedRow.id)
            .limit(limit)
        )
        with self._database.reading() as session:
            return tuple(_entry(row) for row in session.scalars(statement))

    def latest_id(self) -> int:
        """Return the id of the newest entry, or 0: where a new listener begins."""
        with self._database.reading() as session:
            return session.scalar(select(func.max(FeedRow.id))) or 0

    def prune(self, before: datetime) -> int:
        """Forget entries older than ``before`` and return how many; the newest one stays."""
        newest = select(func.max(FeedRow.id)).scalar_subquery()
        with self._database.transaction() as session:
            return affected(
                session.execute(delete(FeedRow).where(FeedRow.at < before, FeedRow.id < newest))
            )


def _entry(row: FeedRow) -> FeedEntry:
    return FeedEntry(
        id=row.id,
        at=row.at,
        kind=FeedKind(row.kind),
        subject=row.subject,
        institution_id=row.institution_id,
        payload=row.payload,
    )
