"""Snapshots and clips filed with alerts; the bytes are in :mod:`monitor.store.files`."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import BigInteger, ColumnElement, ForeignKey, String, delete, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from monitor.domain.access import Scope
from monitor.domain.clock import to_datetime
from monitor.domain.errors import NotFoundError
from monitor.domain.evidence import EvidenceKind, NewEvidence
from monitor.domain.text import Text
from monitor.store.alerts import AlertRow
from monitor.store.base import Base, BigId, Database, UtcDateTime
from monitor.store.data_requests import wanted
from monitor.store.evidence_seals import Sealed, seal_file
from monitor.store.holds import held_in
from monitor.store.places import CameraRow
from monitor.store.scope import within
from monitor.store.upsert import affected


class EvidenceRow(Base):
    """One file that shows what an event was about."""

    __tablename__ = "evidence"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    alert_id: Mapped[int] = mapped_column(ForeignKey("alert.id"), index=True)
    event_id: Mapped[str] = mapped_column(ForeignKey("event.id"), index=True)
    kind: Mapped[str] = mapped_column(String(16))
    path: Mapped[str] = mapped_column(String(500), unique=True)
    media_type: Mapped[str] = mapped_column(String(64))
    sha256: Mapped[str] = mapped_column(String(64))
    size: Mapped[int] = mapped_column(BigInteger)
    start: Mapped[datetime] = mapped_column(UtcDateTime)
    end: Mapped[datetime] = mapped_column(UtcDateTime)
    created: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


@dataclass(frozen=True, slots=True)
class EvidenceView:
    """One file of evidence: ``path`` is its key in the file store, ``size`` in bytes."""

    id: int
    alert_id: int
    event_id: str
    kind: EvidenceKind
    path: str
    media_type: str
    sha256: str
    size: int
    start: datetime
    end: datetime
    created: datetime


class EvidenceRepository:
    """Finds evidence, and forgets what was kept long enough.

    Evidence is filed by :class:`~monitor.store.event_repository.EventRepository`.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, scope: Scope, evidence_id: int) -> EvidenceView:
        """Return one piece of evidence.

        Raises:
            NotFoundError: there is none within ``scope``.
        """
        statement = (
            select(EvidenceRow)
            .join(AlertRow, AlertRow.id == EvidenceRow.alert_id)
            .where(EvidenceRow.id == evidence_id, within(scope, AlertRow.institution_id))
        )
        with self._database.reading() as session:
            row = session.scalar(statement)
            if row is None:
                raise NotFoundError(
                    Text("没有这件证据", "there is no such evidence"),
                    where=f"evidence {evidence_id}",
                )
            return evidence_view(row)

    def expired(
        self, before: datetime, now: datetime, limit: int = 500
    ) -> tuple[EvidenceView, ...]:
        """Return evidence created before ``before`` whose alert has ended, oldest first.

        What shows a room while a legal hold in force at ``now`` covers one of its cameras stays,
        and so does what a request that is not closed may be about.
        """
        statement = (
            select(EvidenceRow)
            .join(AlertRow, AlertRow.id == EvidenceRow.alert_id)
            .where(*_over(before, now))
            .order_by(EvidenceRow.created, EvidenceRow.id)
            .limit(limit)
        )
        with self._database.reading() as session:
            return tuple(evidence_view(row) for row in session.scalars(statement))

    def count_expired(self, before: datetime, now: datetime) -> tuple[int, datetime | None]:
        """Return how many pieces :meth:`expired` would return, and when the oldest was filed."""
        due = (
            select(func.count(EvidenceRow.id))
            .join(AlertRow, AlertRow.id == EvidenceRow.alert_id)
            .where(*_over(before, now))
        )
        with self._database.reading() as session:
            return session.scalar(due) or 0, session.scalar(select(func.min(EvidenceRow.created)))

    def forget(self, ids: Collection[int], now: datetime) -> int:
        """Remove evidence from the index, after its files are gone; return how many.

        The chain keeps that it was there, and when it went.
        """
        with self._database.transaction() as session:
            for row in session.scalars(select(EvidenceRow).where(EvidenceRow.id.in_(ids))):
                seal_file(session, row, now, Sealed.REMOVED)
            return affected(session.execute(delete(EvidenceRow).where(EvidenceRow.id.in_(ids))))

    def total_size(self) -> int:
        """Return the bytes of all evidence."""
        with self._database.reading() as session:
            return int(session.scalar(select(func.sum(EvidenceRow.size))) or 0)


def _over(before: datetime, now: datetime) -> tuple[ColumnElement[bool], ...]:
    here = select(CameraRow.id).where(CameraRow.room_id == AlertRow.room_id)
    return (
        EvidenceRow.created < before,
        AlertRow.open_place.is_(None),
        ~held_in(here, EvidenceRow.start, EvidenceRow.end, now),
        ~wanted(AlertRow.institution_id, EvidenceRow.start, EvidenceRow.end),
    )


def file_evidence(
    session: Session,
    alert_id: int,
    event_id: str,
    pieces: Sequence[NewEvidence],
    now: datetime,
) -> list[EvidenceRow]:
    """Add files to an alert and return the new rows; a path filed before is left alone."""
    filed = []
    for piece in pieces:
        if session.scalar(select(EvidenceRow.id).where(EvidenceRow.path == piece.path)) is None:
            row = EvidenceRow(
                alert_id=alert_id,
                event_id=event_id,
                kind=piece.kind.value,
                path=piece.path,
                media_type=piece.media_type,
                sha256=piece.sha256,
                size=piece.size,
                start=to_datetime(piece.start),
                end=to_datetime(piece.end),
                created=now,
            )
            session.add(row)
            session.flush()
            seal_file(session, row, now, Sealed.FILE)
            filed.append(row)
    return filed


def evidence_view(row: EvidenceRow) -> EvidenceView:
    """Return the plain value of a row."""
    return EvidenceView(
        id=row.id,
        alert_id=row.alert_id,
        event_id=row.event_id,
        kind=EvidenceKind(row.kind),
        path=row.path,
        media_type=row.media_type,
        sha256=row.sha256,
        size=row.size,
        start=row.start,
        end=row.end,
        created=row.created,
    )
