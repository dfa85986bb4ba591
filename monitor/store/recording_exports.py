"""Footage that left the system as a file: which, by whom, and the hash to know it again by."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, String, Text, select
from sqlalchemy.orm import Mapped, mapped_column

from monitor.domain.access import Scope
from monitor.store.base import Base, BigId, Database, UtcDateTime
from monitor.store.places import CameraRow, RoomRow
from monitor.store.scope import within
from monitor.store.text import clean_line, clean_text


class RecordingExportRow(Base):
    """One exported file; the row stays when the file is gone."""

    __tablename__ = "recording_export"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    camera_id: Mapped[str] = mapped_column(ForeignKey("camera.id"), index=True)
    start: Mapped[datetime] = mapped_column(UtcDateTime)
    end: Mapped[datetime] = mapped_column(UtcDateTime)
    missing_seconds: Mapped[float]
    sha256: Mapped[str] = mapped_column(String(64), index=True)
    size: Mapped[int] = mapped_column(BigInteger)
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    by: Mapped[str] = mapped_column(String(200))
    reason: Mapped[str] = mapped_column(Text)


@dataclass(frozen=True, slots=True)
class NewExport:
    """A file about to be handed out; ``missing_seconds`` of ``start``–``end`` are not in it."""

    camera_id: str
    start: datetime
    end: datetime
    missing_seconds: float
    sha256: str
    size: int
    at: datetime
    by: str
    reason: str


@dataclass(frozen=True, slots=True)
class Export(NewExport):
    """A file that was handed out."""

    id: int


class ExportRepository:
    """Remembers exports."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, export: NewExport) -> int:
        """Put an export down and return its id."""
        row = RecordingExportRow(
            camera_id=export.camera_id,
            start=export.start,
            end=export.end,
            missing_seconds=export.missing_seconds,
            sha256=export.sha256,
            size=export.size,
            at=export.at,
            by=clean_line(export.by, 200),
            reason=clean_text(export.reason, 2000),
        )
        with self._database.transaction() as session:
            session.add(row)
            session.flush()
            return row.id

    def list(self, scope: Scope, camera_id: str, limit: int = 50) -> tuple[Export, ...]:
        """Return the latest exports of a camera within ``scope``, newest first."""
        statement = (
            select(RecordingExportRow)
            .join(CameraRow, CameraRow.id == RecordingExportRow.camera_id)
            .join(RoomRow, RoomRow.id == CameraRow.room_id)
            .where(within(scope, RoomRow.institution_id), RecordingExportRow.camera_id == camera_id)
            .order_by(RecordingExportRow.id.desc())
            .limit(limit)
        )
        with self._database.reading() as session:
            return tuple(
                Export(
                    id=row.id,
                    camera_id=row.camera_id,
                    start=row.start,
                    end=row.end,
                    missing_seconds=row.missing_seconds,
                    sha256=row.sha256,
                    size=row.size,
                    at=row.at,
                    by=row.by,
                    reason=row.reason,
                )
                for row in session.scalars(statement)
            )
