"""Which version of the configuration each process of the service runs with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import JSON, String, Text, delete, select
from sqlalchemy.orm import Mapped, mapped_column

from monitor.store.base import Base, Database, UtcDateTime
from monitor.store.text import clean_text
from monitor.store.upsert import upsert


class ConfigRunningRow(Base):
    """One process; ``waits`` are the sections that it takes over at the next start only."""

    __tablename__ = "config_running"

    process: Mapped[str] = mapped_column(String(64), primary_key=True)
    config_version: Mapped[str] = mapped_column(String(12))
    since: Mapped[datetime] = mapped_column(UtcDateTime)
    waits: Mapped[list[str]] = mapped_column(JSON)
    problem: Mapped[str] = mapped_column(Text)


@dataclass(frozen=True, slots=True)
class Running:
    """What a process runs with; ``problem`` is why it could not take over a newer version."""

    process: str
    config_version: str
    since: datetime
    waits: tuple[str, ...] = ()
    problem: str = ""


class RunningConfigs:
    """Takes down what runs."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def begin(self) -> None:
        """Forget what ran before; for the start of the whole service."""
        with self._database.transaction() as session:
            session.execute(delete(ConfigRunningRow))

    def report(self, running: Running) -> None:
        """Take down what a process runs with from now on."""
        values = {
            "process": running.process,
            "config_version": running.config_version,
            "since": running.since,
            "waits": list(running.waits),
            "problem": clean_text(running.problem, 2000),
        }
        with self._database.transaction() as session:
            upsert(session, ConfigRunningRow, [values], "process")

    def all(self) -> Sequence[Running]:
        """Return every process by name."""
        with self._database.reading() as session:
            rows = session.scalars(select(ConfigRunningRow).order_by(ConfigRunningRow.process))
            return tuple(
                Running(row.process, row.config_version, row.since, tuple(row.waits), row.problem)
                for row in rows
            )
