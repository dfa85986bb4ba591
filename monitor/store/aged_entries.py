"""Entries of registers whose time is over: what is personal goes, in them and in their history."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from monitor.store.base import Database
from monitor.store.register_changes import RegisterChangeRow

_BATCH = 200


@dataclass(frozen=True)
class AgedEntries:
    """Entries of ``book`` in ``table`` whose time counts from the local day ``since``.

    ``keys`` are the columns of an entry's key in their order, ``blanks`` the columns that hold
    something personal and what is put in its place. An entry stays as it is while one of ``held``
    is true.
    """

    book: str
    table: type[Any]
    keys: tuple[str, ...]
    since: InstrumentedAttribute[Any]
    blanks: Mapping[str, str]
    held: tuple[ColumnElement[bool], ...] = ()

    def count(self, session: Session, before: datetime, zone: tzinfo) -> int:
        """Return how many entries are due."""
        statement = select(func.count()).select_from(self.table).where(*self._due(before, zone))
        return session.scalar(statement) or 0

    def oldest(self, session: Session, zone: tzinfo) -> datetime | None:
        """Return from when the time of the oldest entry counts."""
        found: date | None = session.scalar(select(func.min(self.since)).where(self._there()))
        return None if found is None else datetime(*found.timetuple()[:3], tzinfo=zone)

    def erase(self, database: Database, before: datetime, zone: tzinfo) -> int:
        """Blank what is due and return how many entries that were."""
        due = select(self.table).where(*self._due(before, zone)).limit(_BATCH)
        erased = 0
        while True:
            with database.transaction() as session:
                rows = session.scalars(due).all()
                for row in rows:
                    for column, blank in self.blanks.items():
                        setattr(row, column, blank)
                    self._blank_history(session, row)
            if not rows:
                return erased
            erased += len(rows)

    def _blank_history(self, session: Session, row: Any) -> None:
        key = "|".join(str(getattr(row, name)) for name in self.keys)
        changes = session.scalars(
            select(RegisterChangeRow).where(
                RegisterChangeRow.institution_id == row.institution_id,
                RegisterChangeRow.book == self.book,
                RegisterChangeRow.entry_key == key,
            )
        )
        for change in changes:
            change.before = self._blanked(change.before)
            change.after = self._blanked(change.after)

    def _blanked(self, values: dict[str, Any] | None) -> dict[str, Any] | None:
        if values is None:
            return None
        return {name: self.blanks.get(name, value) for name, value in values.items()}

    def _there(self) -> ColumnElement[bool]:
        told = (getattr(self.table, name) != value for name, value in self.blanks.items())
        return or_(*told)

    def _due(self, before: datetime, zone: tzinfo) -> tuple[ColumnElement[bool], ...]:
        limit = before.astimezone(zone).date()
        return (self._there(), self.since < limit, *(~held for held in self.held))
