"""Cameras that are not being recorded though they should be, and why."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ForeignKey, String, delete, select
from sqlalchemy.orm import Mapped, mapped_column

from monitor.domain.access import Scope
from monitor.domain.text import Text
from monitor.store.base import Base, Database, UtcDateTime
from monitor.store.places import CameraRow, RoomRow
from monitor.store.scope import within
from monitor.store.text import clean_line
from monitor.store.upsert import upsert


class RecorderProblemRow(Base):
    """What keeps one camera from being recorded just now."""

    __tablename__ = "recorder_problem"

    camera_id: Mapped[str] = mapped_column(ForeignKey("camera.id"), primary_key=True)
    since: Mapped[datetime] = mapped_column(UtcDateTime)
    message_zh: Mapped[str] = mapped_column(String(300))
    message_en: Mapped[str] = mapped_column(String(300))


@dataclass(frozen=True, slots=True)
class RecorderProblem:
    """What keeps a camera from being recorded, in words."""

    camera_id: str
    since: datetime
    message: Text


class RecorderProblemRepository:
    """Where recorders report trouble, and people read of it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def clear(self, camera_ids: Collection[str]) -> None:
        """Forget what troubled the recorders of an earlier process."""
        with self._database.transaction() as session:
            session.execute(
                delete(RecorderProblemRow).where(RecorderProblemRow.camera_id.in_(camera_ids))
            )

    def report(self, camera_id: str, message: Text | None, now: datetime) -> None:
        """Say what keeps a camera from being recorded, or that nothing does any more."""
        with self._database.transaction() as session:
            if message is None:
                session.execute(
                    delete(RecorderProblemRow).where(RecorderProblemRow.camera_id == camera_id)
                )
                return
            row = {
                "camera_id": camera_id,
                "since": now,
                "message_zh": clean_line(message.zh, 300),
                "message_en": clean_line(message.en, 300),
            }
            upsert(session, RecorderProblemRow, [row], "camera_id")

    def all(self, scope: Scope) -> tuple[RecorderProblem, ...]:
        """Return the present problems within ``scope``."""
        statement = (
            select(RecorderProblemRow)
            .join(CameraRow, CameraRow.id == RecorderProblemRow.camera_id)
            .join(RoomRow, RoomRow.id == CameraRow.room_id)
            .where(within(scope, RoomRow.institution_id), CameraRow.active.is_(True))
            .order_by(RecorderProblemRow.camera_id)
        )
        with self._database.reading() as session:
            return tuple(
                RecorderProblem(row.camera_id, row.since, Text(row.message_zh, row.message_en))
                for row in session.scalars(statement)
            )
