"""Proof of deletion: which footage was removed, why and when, in a log that is only added to.

Each entry carries the hash of the one before it, so that an entry that was changed or taken out
later shows. The footage itself is named by one hash over the hashes of its files.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from sqlalchemy import BigInteger, ForeignKey, Index, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from monitor.domain.access import Scope
from monitor.store.base import Base, BigId, Database, UtcDateTime
from monitor.store.locks import take_turn
from monitor.store.places import CameraRow, RoomRow
from monitor.store.recordings import Recording, forget_recordings
from monitor.store.scope import within

_TURN = "recording_deletion"
_FIRST = "0" * 64


class RecordingDeletionRow(Base):
    """One stretch of a camera's footage that is gone."""

    __tablename__ = "recording_deletion"
    __table_args__ = (Index(None, "camera_id", "start"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    camera_id: Mapped[str] = mapped_column(ForeignKey("camera.id"))
    start: Mapped[datetime] = mapped_column(UtcDateTime)
    end: Mapped[datetime] = mapped_column(UtcDateTime)
    files: Mapped[int]
    size: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str] = mapped_column(String(64))
    reason: Mapped[str] = mapped_column(String(16))
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    previous: Mapped[str] = mapped_column(String(64))
    digest: Mapped[str] = mapped_column(String(64))


class DeletionReason(StrEnum):
    """Why footage is gone: kept long enough, no room left, or found missing."""

    EXPIRED = "expired"
    DISK_FULL = "disk_full"
    LOST = "lost"


@dataclass(frozen=True, slots=True)
class Deletion:
    """One entry: ``files`` files of ``size`` bytes; ``sha256`` stands for their contents."""

    id: int
    camera_id: str
    start: datetime
    end: datetime
    files: int
    size: int
    sha256: str
    reason: DeletionReason
    at: datetime


def manifest_hash(pieces: Sequence[Recording]) -> str:
    """Return one hash over name, size and hash of each file, in the order of time."""
    digest = hashlib.sha256()
    for piece in sorted(pieces, key=lambda item: (item.start, item.path)):
        digest.update(f"{piece.path} {piece.size} {piece.sha256}\n".encode())
    return digest.hexdigest()


class DeletionLog:
    """Takes recordings out of the index and puts down that they are gone, in one step."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, pieces: Sequence[Recording], reason: DeletionReason, now: datetime) -> None:
        """Log that ``pieces`` of one camera, whose files are gone, exist no more.

        Raises:
            ValueError: there are none, or they are of several cameras.
        """
        cameras = {piece.camera_id for piece in pieces}
        if len(cameras) != 1:
            raise ValueError("an entry is about one camera")
        with self._database.transaction() as session:
            take_turn(session, _TURN)
            row = RecordingDeletionRow(
                camera_id=cameras.pop(),
                start=min(piece.start for piece in pieces),
                end=max(piece.end for piece in pieces),
                files=len(pieces),
                size=sum(piece.size for piece in pieces),
                sha256=manifest_hash(pieces),
                reason=reason.value,
                at=now,
                previous=_last_digest(session),
                digest="",
            )
            row.digest = _digest(row)
            session.add(row)
            forget_recordings(session, [piece.id for piece in pieces])

    def _digest_before(self, newest: int) -> str:
        digests = select(RecordingDeletionRow.digest).order_by(RecordingDeletionRow.id.desc())
        with self._database.reading() as session:
            return session.scalar(digests.offset(newest).limit(1)) or _FIRST

    def list(
        self, scope: Scope, camera_id: str | None = None, limit: int = 200
    ) -> tuple[Deletion, ...]:
        """Return the latest entries within ``scope``, newest first."""
        statement = (
            select(RecordingDeletionRow)
            .join(CameraRow, CameraRow.id == RecordingDeletionRow.camera_id)
            .join(RoomRow, RoomRow.id == CameraRow.room_id)
            .where(within(scope, RoomRow.institution_id))
            .order_by(RecordingDeletionRow.id.desc())
            .limit(limit)
        )
        if camera_id is not None:
            statement = statement.where(RecordingDeletionRow.camera_id == camera_id)
        with self._database.reading() as session:
            return tuple(_deletion(row) for row in session.scalars(statement))

    def first_broken(self, newest: int | None = None) -> int | None:
        """Return the id of the first entry that does not follow from those before it, if any.

        ``newest`` limits the look to so many of the latest entries.
        """
        previous = _FIRST
        statement = select(RecordingDeletionRow).order_by(RecordingDeletionRow.id)
        if newest is not None:
            ids = select(RecordingDeletionRow.id).order_by(RecordingDeletionRow.id.desc())
            latest = ids.limit(newest).subquery()
            statement = statement.where(RecordingDeletionRow.id.in_(select(latest.c.id)))
            previous = self._digest_before(newest)
        rows = statement.execution_options(yield_per=1000)
        with self._database.reading() as session, closing(session.scalars(rows)) as found:
            for row in found:
                if row.previous != previous or row.digest != _digest(row):
                    return row.id
                previous = row.digest
        return None


def _last_digest(session: Session) -> str:
    newest = select(RecordingDeletionRow.digest).order_by(RecordingDeletionRow.id.desc()).limit(1)
    return session.scalar(newest) or _FIRST


def _digest(row: RecordingDeletionRow) -> str:
    times = [moment.astimezone(UTC).isoformat() for moment in (row.start, row.end, row.at)]
    facts = [row.previous, row.camera_id, *times, row.files, row.size, row.sha256, row.reason]
    return hashlib.sha256(json.dumps(facts).encode()).hexdigest()


def _deletion(row: RecordingDeletionRow) -> Deletion:
    return Deletion(
        id=row.id,
        camera_id=row.camera_id,
        start=row.start,
        end=row.end,
        files=row.files,
        size=row.size,
        sha256=row.sha256,
        reason=DeletionReason(row.reason),
        at=row.at,
    )
