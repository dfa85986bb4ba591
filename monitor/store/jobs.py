"""Scheduled work: each slot of each job runs once, whoever asks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import String, Text, UniqueConstraint, func, select, update
from sqlalchemy.orm import Mapped, mapped_column

from monitor.store.base import Base, BigId, Database, UtcDateTime
from monitor.store.text import clean_text
from monitor.store.upsert import affected, insert_once


class JobRunRow(Base):
    """One run of a job for one slot of its timetable, such as ``2026-11``."""

    __tablename__ = "job_run"
    __table_args__ = (UniqueConstraint("job", "slot"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    job: Mapped[str] = mapped_column(String(64))
    slot: Mapped[str] = mapped_column(String(64))
    started: Mapped[datetime] = mapped_column(UtcDateTime)
    finished: Mapped[datetime | None] = mapped_column(UtcDateTime)
    state: Mapped[str] = mapped_column(String(16))
    message: Mapped[str] = mapped_column(Text)


class JobState(StrEnum):
    """How a run stands."""

    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class JobRun:
    """One run of a job, for people who ask whether it ran."""

    job: str
    slot: str
    started: datetime
    finished: datetime | None
    state: JobState
    message: str


class JobRunRepository:
    """Hands out slots of jobs, each to one process only."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def claim(
        self, job: str, slot: str, now: datetime, retry_after: timedelta | None = None
    ) -> bool:
        """Say whether the caller, and nobody else, is to run ``slot`` of ``job`` now.

        A slot is handed out once. With ``retry_after`` a slot whose run failed, or began that
        long ago and never ended because its process died, is handed out again.
        """
        fresh = {
            "job": job,
            "slot": slot,
            "started": now,
            "state": JobState.RUNNING.value,
            "message": "",
        }
        with self._database.transaction() as session:
            if insert_once(session, JobRunRow, fresh):
                return True
            if retry_after is None:
                return False
            again = (
                update(JobRunRow)
                .where(
                    JobRunRow.job == job,
                    JobRunRow.slot == slot,
                    JobRunRow.state != JobState.DONE.value,
                    JobRunRow.started <= now - retry_after,
                )
                .values(started=now, finished=None, state=JobState.RUNNING.value, message="")
            )
            return affected(session.execute(again)) == 1

    def finish(
        self, job: str, slot: str, now: datetime, *, failure: str | None = None, message: str = ""
    ) -> None:
        """Put down how a run ended: with ``failure`` as failed, else as done."""
        state = JobState.DONE if failure is None else JobState.FAILED
        statement = (
            update(JobRunRow)
            .where(JobRunRow.job == job, JobRunRow.slot == slot)
            .values(
                finished=now,
                state=state.value,
                message=clean_text(message if failure is None else failure, 2000),
            )
        )
        with self._database.transaction() as session:
            session.execute(statement)

    def first_started(self) -> datetime | None:
        """Return when the first job of all began, which is when the installation first ran."""
        with self._database.reading() as session:
            return session.scalar(select(func.min(JobRunRow.started)))

    def recent(self, job: str | None = None, limit: int = 50) -> tuple[JobRun, ...]:
        """Return the latest runs, of one job or of all, newest first."""
        statement = select(JobRunRow).order_by(JobRunRow.started.desc(), JobRunRow.id.desc())
        if job is not None:
            statement = statement.where(JobRunRow.job == job)
        with self._database.reading() as session:
            return tuple(
                JobRun(
                    job=row.job,
                    slot=row.slot,
                    started=row.started,
                    finished=row.finished,
                    state=JobState(row.state),
                    message=row.message,
                )
                for row in session.scalars(statement.limit(limit))
            )
