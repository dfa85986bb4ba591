"""Reminders that were sent: each is claimed in the transaction that puts its notice out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Date, ForeignKey, String, UniqueConstraint, select
from sqlalchemy.orm import Mapped, mapped_column

from monitor.domain.notices import NoticeKind, Reason
from monitor.store.base import Base, BigId, Database, UtcDateTime
from monitor.store.outbox import DeliveryState, OutboxRow
from monitor.store.text import clean_text
from monitor.store.upsert import insert_once

_QUIET_URGENCY = 90
"""Reminders wait behind every alert."""


class RegisterReminderRow(Base):
    """One reminder: what ends when, and how many days ahead it was told (0: after the end)."""

    __tablename__ = "register_reminder"
    __table_args__ = (
        UniqueConstraint("institution_id", "book", "entry_key", "field", "last", "step"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    institution_id: Mapped[str] = mapped_column(ForeignKey("institution.id"))
    book: Mapped[str] = mapped_column(String(32))
    entry_key: Mapped[str] = mapped_column(String(700))
    field: Mapped[str] = mapped_column(String(32))
    last: Mapped[date] = mapped_column(Date)
    step: Mapped[int]
    told: Mapped[datetime] = mapped_column(UtcDateTime)


@dataclass(frozen=True, slots=True)
class Reminder:
    """Something to be reminded of, ``step`` days ahead of its ``last`` day."""

    book: str
    key: str
    field: str
    last: date
    step: int


@dataclass(frozen=True, slots=True)
class PlainNotice:
    """A notice to a channel that is about no alert; ``dedup`` makes it go out once only.

    ``urgency`` is the rank among what waits; a low one goes first.
    """

    channel_id: str
    dedup: str
    title: str
    body: str
    urgency: int = _QUIET_URGENCY


Compose = Callable[[Sequence[Reminder]], Sequence[PlainNotice]]


class ReminderRepository:
    """Tells of each reminder exactly once, however many ask."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def tell(
        self, institution_id: str, reminders: Sequence[Reminder], compose: Compose, now: datetime
    ) -> int:
        """Put out one notice for those of ``reminders`` not told yet; return how many there were.

        ``compose`` writes the notices about those that are new.
        """
        with self._database.transaction() as session:
            new = [
                item
                for item in reminders
                if insert_once(
                    session,
                    RegisterReminderRow,
                    {
                        "institution_id": institution_id,
                        "book": item.book,
                        "entry_key": item.key,
                        "field": item.field,
                        "last": item.last,
                        "step": item.step,
                        "told": now,
                    },
                )
            ]
            if new:
                for notice in compose(new):
                    insert_once(session, OutboxRow, _outbox(notice, now))
            return len(new)

    def announce(self, notices: Sequence[PlainNotice], now: datetime) -> int:
        """Put notices out by themselves; one that went out already stays as it is."""
        with self._database.transaction() as session:
            return sum(insert_once(session, OutboxRow, _outbox(item, now)) for item in notices)

    def told(self, institution_id: str) -> dict[tuple[str, str, str, date], tuple[int, datetime]]:
        """Return the last step told of each thing that ends, and when."""
        statement = (
            select(RegisterReminderRow)
            .where(RegisterReminderRow.institution_id == institution_id)
            .order_by(RegisterReminderRow.id)
        )
        with self._database.reading() as session:
            return {
                (row.book, row.entry_key, row.field, row.last): (row.step, row.told)
                for row in session.scalars(statement)
            }


def _outbox(notice: PlainNotice, now: datetime) -> dict[str, object]:
    return {
        "alert_id": None,
        "event_id": "",
        "channel_id": notice.channel_id,
        "dedup_key": f"{notice.dedup}:{notice.channel_id}"[:300],
        "kind": NoticeKind.REMINDER.value,
        "reason": Reason.TOLD.value,
        "urgency": notice.urgency,
        "title": clean_text(notice.title, 500),
        "body": clean_text(notice.body, 8000),
        "attach": False,
        "step": "",
        "addressee": "",
        "state": DeliveryState.PENDING.value,
        "attempts": 0,
        "next_attempt": now,
        "last_error": "",
        "created": now,
    }
