"""Files whose time is over: the file goes, its row stays with the hash, and a tombstone says so."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    FromClause,
    SQLColumnExpression,
    String,
    exists,
    func,
    select,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from monitor.store.base import Base, Database, UtcDateTime
from monitor.store.files import FileStore
from monitor.store.upsert import insert_once

_BATCH = 200


class ErasedFileRow(Base):
    """One file that is gone: what its hash was, and when it went."""

    __tablename__ = "erased_file"

    key: Mapped[str] = mapped_column(String(500), primary_key=True)
    kind: Mapped[str] = mapped_column(String(32))
    sha256: Mapped[str] = mapped_column(String(64))
    size: Mapped[int] = mapped_column(BigInteger)
    erased: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


def _nothing(_session: Session, _keys: Sequence[str]) -> None:
    """Change nothing beside."""


@dataclass(frozen=True)
class AgedFiles:
    """Files named by rows of ``source`` whose time counts from ``since``.

    A file stays while one of ``held`` is true. ``beside`` blanks what belongs to the files, within
    the transaction that lays their tombstones.
    """

    kind: str
    source: FromClause
    key: SQLColumnExpression[Any]
    sha256: SQLColumnExpression[Any]
    size: SQLColumnExpression[Any]
    since: SQLColumnExpression[Any]
    held: tuple[ColumnElement[bool], ...] = ()
    beside: Callable[[Session, Sequence[str]], None] = field(default=_nothing)

    def count(self, session: Session, before: datetime) -> int:
        """Return how many files are due."""
        statement = select(func.count()).select_from(self.source).where(*self._due(before))
        return session.scalar(statement) or 0

    def oldest(self, session: Session) -> datetime | None:
        """Return from when the time of the oldest file counts."""
        statement = select(func.min(self.since)).select_from(self.source).where(*self._there())
        found: datetime | None = session.scalar(statement)
        return found

    def erase(self, database: Database, files: FileStore, before: datetime, now: datetime) -> int:
        """Delete what is due and return how many files that were."""
        statement = (
            select(self.key, self.sha256, self.size)
            .select_from(self.source)
            .where(*self._due(before))
            .limit(_BATCH)
        )
        erased = 0
        while True:
            with database.reading() as session:
                batch = session.execute(statement).all()
            if not batch:
                return erased
            for key, _, _ in batch:
                files.delete(key)
            with database.transaction() as session:
                for key, sha256, size in batch:
                    values = {"key": key, "kind": self.kind, "sha256": sha256, "size": size}
                    insert_once(session, ErasedFileRow, {**values, "erased": now})
                self.beside(session, [key for key, _, _ in batch])
            erased += len(batch)

    def _there(self) -> tuple[ColumnElement[bool], ...]:
        return self.key.is_not(None), ~exists().where(ErasedFileRow.key == self.key)

    def _due(self, before: datetime) -> tuple[ColumnElement[bool], ...]:
        return (*self._there(), self.since < before, *(~held for held in self.held))
