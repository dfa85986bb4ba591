"""Which worker processes live, and which cameras each of them reads."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import JSON, String, delete, select, update
from sqlalchemy.orm import Mapped, mapped_column

from monitor.store.base import Base, Database, UtcDateTime
from monitor.store.upsert import affected, upsert

SILENCE = timedelta(seconds=30)
"""How long a worker may be silent before it counts as gone."""


class WorkerRow(Base):
    """One worker process."""

    __tablename__ = "worker"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    url: Mapped[str] = mapped_column(String(500))
    pid: Mapped[int]
    started: Mapped[datetime] = mapped_column(UtcDateTime)
    heartbeat: Mapped[datetime] = mapped_column(UtcDateTime)
    cameras: Mapped[list[str]] = mapped_column(JSON)


@dataclass(frozen=True, slots=True)
class Worker:
    """One worker process: ``url`` is its internal address, ``cameras`` what it reads."""

    id: str
    url: str
    pid: int
    started: datetime
    heartbeat: datetime
    cameras: tuple[str, ...]


class WorkerRepository:
    """Keeps track of living workers. A worker that stops reporting is as good as gone."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def register(
        self, worker_id: str, url: str, pid: int, cameras: Collection[str], now: datetime
    ) -> None:
        """Announce a worker that starts, or starts again."""
        values = {
            "id": worker_id,
            "url": url,
            "pid": pid,
            "started": now,
            "heartbeat": now,
            "cameras": sorted(cameras),
        }
        with self._database.transaction() as session:
            upsert(session, WorkerRow, [values], "id")

    def heartbeat(self, worker_id: str, now: datetime) -> bool:
        """Report that a worker lives; ``False`` if it is not registered (any more)."""
        statement = update(WorkerRow).where(WorkerRow.id == worker_id).values(heartbeat=now)
        with self._database.transaction() as session:
            return affected(session.execute(statement)) == 1

    def remove(self, worker_id: str) -> None:
        """Take a worker off the list: it stopped in good order."""
        with self._database.transaction() as session:
            session.execute(delete(WorkerRow).where(WorkerRow.id == worker_id))

    def alive(self, now: datetime, silence: timedelta = SILENCE) -> tuple[Worker, ...]:
        """Return the workers heard of within ``silence``, by id."""
        statement = (
            select(WorkerRow).where(WorkerRow.heartbeat > now - silence).order_by(WorkerRow.id)
        )
        with self._database.reading() as session:
            return tuple(_worker(row) for row in session.scalars(statement))

    def owner_of(
        self, camera_id: str, now: datetime, silence: timedelta = SILENCE
    ) -> Worker | None:
        """Return the living worker that reads a camera; the one that started last wins."""
        owners = [worker for worker in self.alive(now, silence) if camera_id in worker.cameras]
        return max(owners, key=lambda worker: worker.started, default=None)


def _worker(row: WorkerRow) -> Worker:
    return Worker(
        id=row.id,
        url=row.url,
        pid=row.pid,
        started=row.started,
        heartbeat=row.heartbeat,
        cameras=tuple(row.cameras),
    )
