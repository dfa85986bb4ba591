"""Signs of life: when the notifier last worked, and whether its silence was told already."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import String, or_, select, update
from sqlalchemy.orm import Mapped, mapped_column

from monitor.store.base import Base, Database, UtcDateTime
from monitor.store.upsert import affected, insert_once


class PulseRow(Base):
    """One thing that must never stop. ``told`` is when its silence was last told."""

    __tablename__ = "pulse"

    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    owner: Mapped[str] = mapped_column(String(64))
    beat: Mapped[datetime] = mapped_column(UtcDateTime)
    told: Mapped[datetime | None] = mapped_column(UtcDateTime)


@dataclass(frozen=True, slots=True)
class Pulse:
    """When something last worked, and when its silence was last told, if it was."""

    name: str
    owner: str
    beat: datetime
    told: datetime | None


class PulseRepository:
    """Takes down signs of life, and hands the telling of a silence to one process at a time."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def beat(self, name: str, owner: str, now: datetime) -> None:
        """Report that something has just worked."""
        with self._database.transaction() as session:
            fresh = {"name": name, "owner": owner, "beat": now}
            if not insert_once(session, PulseRow, fresh):
                session.execute(
                    update(PulseRow).where(PulseRow.name == name).values(owner=owner, beat=now)
                )

    def expect(self, name: str, now: datetime) -> None:
        """Begin to wait for something that may never have worked."""
        with self._database.transaction() as session:
            insert_once(session, PulseRow, {"name": name, "owner": "", "beat": now})

    def all(self) -> tuple[Pulse, ...]:
        """Return all pulses by name."""
        with self._database.reading() as session:
            rows = session.scalars(select(PulseRow).order_by(PulseRow.name))
            return tuple(Pulse(row.name, row.owner, row.beat, row.told) for row in rows)

    def claim_silence(
        self, name: str, now: datetime, after: timedelta, again: timedelta
    ) -> datetime | None:
        """Return since when something is silent if the caller, and nobody else, is to tell it.

        It is silent ``after`` its last sign of life, and told once more every ``again``.
        """
        with self._database.transaction() as session:
            claimed = session.execute(
                update(PulseRow)
                .where(
                    PulseRow.name == name,
                    PulseRow.beat <= now - after,
                    or_(PulseRow.told.is_(None), PulseRow.told <= now - again),
                )
                .values(told=now)
            )
            if affected(claimed) == 0:
                return None
            return session.get_one(PulseRow, name).beat

    def claim_return(self, name: str) -> bool:
        """Say whether something told as silent works again, and the caller is to tell it."""
        statement = (
            update(PulseRow)
            .where(PulseRow.name == name, PulseRow.told.is_not(None), PulseRow.beat > PulseRow.told)
            .values(told=None)
        )
        with self._database.transaction() as session:
            return affected(session.execute(statement)) == 1

    def untold(self, name: str) -> None:
        """Take back that a silence was told: the telling failed."""
        with self._database.transaction() as session:
            session.execute(update(PulseRow).where(PulseRow.name == name).values(told=None))
