"""Rows whose time is over: removed, or with what is personal in them blanked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, tzinfo
from typing import Any

from sqlalchemy import ColumnElement, delete, func, or_, select, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from monitor.store.base import Base, Database
from monitor.store.upsert import affected

BLANK = "—"
"""What stands where a name was."""

_BATCH = 500


@dataclass(frozen=True)
class AgedRows:
    """Rows of ``table`` whose time counts from ``since``, a moment or a local day.

    With ``blanks`` these columns get these values, else the rows are removed. A row stays as it is
    unless all of ``ended`` and none of ``held`` are true.
    """

    table: type[Base]
    id: InstrumentedAttribute[Any]
    since: InstrumentedAttribute[Any]
    blanks: Mapping[InstrumentedAttribute[Any], str] = field(default_factory=dict)
    ended: tuple[ColumnElement[bool], ...] = ()
    held: tuple[ColumnElement[bool], ...] = ()
    by_day: bool = False

    def count(self, session: Session, before: datetime, zone: tzinfo) -> int:
        """Return how many rows are due."""
        statement = select(func.count()).select_from(self.table).where(*self._due(before, zone))
        return session.scalar(statement) or 0

    def oldest(self, session: Session, zone: tzinfo) -> datetime | None:
        """Return from when the time of the oldest row counts."""
        found = session.scalar(select(func.min(self.since)).where(*self._there()))
        if self.by_day and isinstance(found, date):
            return datetime(found.year, found.month, found.day, tzinfo=zone)
        return found if isinstance(found, datetime) else None

    def erase(self, database: Database, before: datetime, zone: tzinfo) -> int:
        """Remove or blank what is due and return how many rows that were."""
        due = select(self.id).where(*self._due(before, zone)).limit(_BATCH)
        erased = 0
        while True:
            with database.transaction() as session:
                ids = session.scalars(due).all()
                if not ids:
                    return erased
                if self.blanks:
                    values = {column.key: value for column, value in self.blanks.items()}
                    change = update(self.table).where(self.id.in_(ids)).values(**values)
                    erased += affected(session.execute(change))
                else:
                    erased += affected(session.execute(delete(self.table).where(self.id.in_(ids))))

    def _there(self) -> tuple[ColumnElement[bool], ...]:
        told = (column != value for column, value in self.blanks.items())
        return (*self.ended, or_(*told)) if self.blanks else self.ended

    def _due(self, before: datetime, zone: tzinfo) -> tuple[ColumnElement[bool], ...]:
        limit = before.astimezone(zone).date() if self.by_day else before
        return (*self._there(), self.since < limit, *(~held for held in self.held))
