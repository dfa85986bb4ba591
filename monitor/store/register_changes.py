"""What was changed in registers, by whom and when: one row for each change, never altered."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from monitor.domain.access import Scope
from monitor.domain.alerts import Actor
from monitor.store.base import Base, BigId, Database, UtcDateTime
from monitor.store.scope import within


class RegisterChangeRow(Base):
    """One change of one entry; ``before`` and ``after`` are its values, either may be absent."""

    __tablename__ = "register_change"
    __table_args__ = (Index(None, "institution_id", "book", "entry_key"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    institution_id: Mapped[str] = mapped_column(ForeignKey("institution.id"))
    book: Mapped[str] = mapped_column(String(32))
    entry_key: Mapped[str] = mapped_column(String(700))
    action: Mapped[str] = mapped_column(String(16))
    before: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    after: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    origin: Mapped[str] = mapped_column(String(16))
    by_user: Mapped[int | None] = mapped_column(BigId)
    by_name: Mapped[str] = mapped_column(String(300))
    address: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class ChangeAction(StrEnum):
    """What a change did."""

    ADDED = "added"
    CHANGED = "changed"
    REMOVED = "removed"


class Origin(StrEnum):
    """Which way a change came."""

    FILE = "file"
    PAGE = "page"
    SHEET = "sheet"
    API = "api"


@dataclass(frozen=True, slots=True)
class Author:
    """Who changes a register, and by which way."""

    actor: Actor
    origin: Origin


@dataclass(frozen=True, slots=True)
class ChangeView:
    """One version in the history of an entry."""

    id: int
    book: str
    key: str
    action: ChangeAction
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    origin: Origin
    by: str
    at: datetime

    @property
    def fields(self) -> tuple[str, ...]:
        """Return the names of the values that differ."""
        names = {**self.before, **self.after}
        return tuple(n for n in names if self.before.get(n) != self.after.get(n))


class RegisterHistory:
    """Reads what was changed."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of(
        self,
        scope: Scope,
        institution_id: str,
        book: str | None = None,
        key: str | None = None,
        limit: int = 100,
    ) -> tuple[ChangeView, ...]:
        """Return the latest changes of an institution, a book of it, or one entry, newest first."""
        statement = select(RegisterChangeRow).where(
            RegisterChangeRow.institution_id == institution_id,
            within(scope, RegisterChangeRow.institution_id),
        )
        if book is not None:
            statement = statement.where(RegisterChangeRow.book == book)
        if key is not None:
            statement = statement.where(RegisterChangeRow.entry_key == key)
        statement = statement.order_by(RegisterChangeRow.id.desc()).limit(limit)
        with self._database.reading() as session:
            return tuple(_view(row) for row in session.scalars(statement))


def note_change(
    session: Session,
    institution_id: str,
    book: str,
    key: str,
    before: Mapping[str, Any] | None,
    after: Mapping[str, Any] | None,
    author: Author,
    now: datetime,
) -> None:
    """Write one change down, in the transaction that makes it."""
    action = ChangeAction.CHANGED
    if before is None:
        action = ChangeAction.ADDED
    elif after is None:
        action = ChangeAction.REMOVED
    session.add(
        RegisterChangeRow(
            institution_id=institution_id,
            book=book,
            entry_key=key,
            action=action.value,
            before=None if before is None else as_json(before),
            after=None if after is None else as_json(after),
            origin=author.origin.value,
            by_user=author.actor.user_id,
            by_name=author.actor.name[:300],
            address=author.actor.address[:64],
            at=now,
        )
    )


def touched_by_people(session: Session, institution_id: str) -> set[tuple[str, str]]:
    """Return the book and key of all that a person has changed, so that no file undoes it."""
    statement = (
        select(RegisterChangeRow.book, RegisterChangeRow.entry_key)
        .where(
            RegisterChangeRow.institution_id == institution_id,
            RegisterChangeRow.by_user.is_not(None),
        )
        .distinct()
    )
    return {(book, key) for book, key in session.execute(statement)}


def as_json(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values of a row with its days written out."""
    return {
        name: value.isoformat() if isinstance(value, date) else value
        for name, value in values.items()
    }


def fingerprint(values: Mapping[str, Any]) -> str:
    """Return what tells one version of an entry from another."""
    text = json.dumps(as_json(values), sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode("utf-8")).hexdigest()[:16]


def _view(row: RegisterChangeRow) -> ChangeView:
    return ChangeView(
        id=row.id,
        book=row.book,
        key=row.entry_key,
        action=ChangeAction(row.action),
        before=row.before or {},
        after=row.after or {},
        origin=Origin(row.origin),
        by=row.by_name,
        at=row.at,
    )
