"""Index of continuous recordings: which file shows which camera when."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo

from sqlalchemy import BigInteger, ForeignKey, Index, String, delete, exists, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from monitor.domain.access import Scope
from monitor.domain.errors import NotFoundError
from monitor.domain.stretches import Stretch, merged
from monitor.domain.stretches import within as inside
from monitor.domain.text import Text
from monitor.store.base import Base, BigId, Database, UtcDateTime
from monitor.store.holds import held
from monitor.store.places import CameraRow, RoomRow
from monitor.store.scope import within
from monitor.store.upsert import insert_once

_SEAM = 0.5  # seconds between two segments that nobody would call a gap


class RecordingRow(Base):
    """One recorded file."""

    __tablename__ = "recording_segment"
    __table_args__ = (Index(None, "camera_id", "start"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    camera_id: Mapped[str] = mapped_column(ForeignKey("camera.id"))
    start: Mapped[datetime] = mapped_column(UtcDateTime)
    end: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    path: Mapped[str] = mapped_column(String(500), unique=True)
    size: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str] = mapped_column(String(64))


@dataclass(frozen=True, slots=True)
class Recording:
    """One recorded file: ``path`` is its key in the file store, ``size`` in bytes.

    ``sha256`` is that of its content when it was filed.
    """

    camera_id: str
    start: datetime
    end: datetime
    path: str
    size: int
    sha256: str = ""
    id: int = 0


class RecordingRepository:
    """Knows what was recorded, and what may be removed."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(self, recording: Recording) -> None:
        """File a segment; filing the same path again changes nothing."""
        values = {
            "camera_id": recording.camera_id,
            "start": recording.start,
            "end": recording.end,
            "path": recording.path,
            "size": recording.size,
            "sha256": recording.sha256,
        }
        with self._database.transaction() as session:
            insert_once(session, RecordingRow, values)

    def knows(self, path: str) -> bool:
        """Say whether a file is in the index."""
        with self._database.reading() as session:
            return bool(session.scalar(select(exists().where(RecordingRow.path == path))))

    def overlapping(
        self, scope: Scope, camera_id: str, start: datetime, end: datetime, limit: int = 2000
    ) -> tuple[Recording, ...]:
        """Return the segments of a camera that touch ``start``–``end``, oldest first."""
        statement = (
            select(RecordingRow)
            .join(CameraRow, CameraRow.id == RecordingRow.camera_id)
            .join(RoomRow, RoomRow.id == CameraRow.room_id)
            .where(
                within(scope, RoomRow.institution_id),
                RecordingRow.camera_id == camera_id,
                RecordingRow.start < end,
                RecordingRow.end > start,
            )
            .order_by(RecordingRow.start, RecordingRow.id)
            .limit(limit)
        )
        with self._database.reading() as session:
            return tuple(_recording(row) for row in session.scalars(statement))

    def recorded_seconds(
        self, camera_ids: Collection[str], start: datetime, end: datetime
    ) -> dict[str, float]:
        """Return how many seconds of ``start``–``end`` each camera has on record.

        Overlapping segments count once. Cameras without any have 0.
        """
        statement = (
            select(RecordingRow.camera_id, RecordingRow.start, RecordingRow.end)
            .where(
                RecordingRow.camera_id.in_(camera_ids),
                RecordingRow.start < end,
                RecordingRow.end > start,
            )
            .order_by(RecordingRow.camera_id, RecordingRow.start)
        )
        totals = dict.fromkeys(camera_ids, 0.0)
        covered: dict[str, datetime] = {}
        with self._database.reading() as session:
            for camera_id, segment_start, segment_end in session.execute(statement):
                begin = max(segment_start, start, covered.get(camera_id, start))
                stop = min(segment_end, end)
                if stop > begin:
                    totals[camera_id] += (stop - begin).total_seconds()
                    covered[camera_id] = stop
        return totals

    def recorded_days(
        self, camera_ids: Collection[str], start: datetime, end: datetime, zone: tzinfo
    ) -> dict[str, set[date]]:
        """Return the local days of ``zone`` from which each camera has recordings."""
        statement = select(RecordingRow.camera_id, RecordingRow.start, RecordingRow.end).where(
            RecordingRow.camera_id.in_(camera_ids),
            RecordingRow.start < end,
            RecordingRow.end > start,
        )
        days: dict[str, set[date]] = {camera_id: set() for camera_id in camera_ids}
        with self._database.reading() as session:
            for camera_id, first, last in session.execute(
                statement.execution_options(yield_per=1000)
            ):
                days[camera_id].add(first.astimezone(zone).date())
                # What ends at midnight shows nothing of the day that begins then.
                days[camera_id].add((last - timedelta.resolution).astimezone(zone).date())
        return days

    def first_and_last(self, camera_ids: Collection[str]) -> dict[str, tuple[datetime, datetime]]:
        """Return from when to when each camera has recordings; cameras without any are absent."""
        statement = (
            select(RecordingRow.camera_id, func.min(RecordingRow.start), func.max(RecordingRow.end))
            .where(RecordingRow.camera_id.in_(camera_ids))
            .group_by(RecordingRow.camera_id)
        )
        with self._database.reading() as session:
            return {camera: (first, last) for camera, first, last in session.execute(statement)}

    def get(self, scope: Scope, recording_id: int) -> Recording:
        """Return one segment.

        Raises:
            NotFoundError: there is none within ``scope``.
        """
        statement = (
            select(RecordingRow)
            .join(CameraRow, CameraRow.id == RecordingRow.camera_id)
            .join(RoomRow, RoomRow.id == CameraRow.room_id)
            .where(RecordingRow.id == recording_id, within(scope, RoomRow.institution_id))
        )
        with self._database.reading() as session:
            row = session.scalar(statement)
            if row is None:
                raise NotFoundError(
                    Text("没有这段录像", "there is no such recording"), where=f"{recording_id}"
                )
            return _recording(row)

    def expired(
        self, before: datetime, now: datetime, room_types: Collection[str], limit: int = 500
    ) -> tuple[Recording, ...]:
        """Return segments of rooms of some types that ended before ``before``, oldest first.

        What a legal hold in force at ``now`` covers is never among them.
        """
        statement = (
            select(RecordingRow)
            .join(CameraRow, CameraRow.id == RecordingRow.camera_id)
            .join(RoomRow, RoomRow.id == CameraRow.room_id)
            .where(
                RecordingRow.end < before,
                RoomRow.type.in_(room_types),
                ~held(RecordingRow.camera_id, RecordingRow.start, RecordingRow.end, now),
            )
            .order_by(RecordingRow.end)
            .limit(limit)
        )
        with self._database.reading() as session:
            return tuple(_recording(row) for row in session.scalars(statement))

    def count_expired(
        self, before: datetime, now: datetime, room_types: Collection[str]
    ) -> tuple[int, datetime | None]:
        """Return how many segments :meth:`expired` would return, and when the oldest ended.

        The oldest counts whether it is due, held, or neither.
        """
        here = RoomRow.type.in_(room_types)
        due = (
            select(func.count(RecordingRow.id))
            .join(CameraRow, CameraRow.id == RecordingRow.camera_id)
            .join(RoomRow, RoomRow.id == CameraRow.room_id)
            .where(
                here,
                RecordingRow.end < before,
                ~held(RecordingRow.camera_id, RecordingRow.start, RecordingRow.end, now),
            )
        )
        oldest = (
            select(RecordingRow.end)
            .join(CameraRow, CameraRow.id == RecordingRow.camera_id)
            .join(RoomRow, RoomRow.id == CameraRow.room_id)
            .where(here)
            .order_by(RecordingRow.end)
            .limit(1)
        )
        with self._database.reading() as session:
            return session.scalar(due) or 0, session.scalar(oldest)

    def stretches(
        self, camera_ids: Collection[str], start: datetime, end: datetime
    ) -> dict[str, tuple[Stretch, ...]]:
        """Return of which times between ``start`` and ``end`` each camera has footage, merged."""
        statement = select(RecordingRow.camera_id, RecordingRow.start, RecordingRow.end).where(
            RecordingRow.camera_id.in_(camera_ids),
            RecordingRow.start < end,
            RecordingRow.end > start,
        )
        found: dict[str, list[Stretch]] = {camera_id: [] for camera_id in camera_ids}
        with self._database.reading() as session:
            for camera_id, first, last in session.execute(
                statement.execution_options(yield_per=5000)
            ):
                found[camera_id].append(Stretch(first.timestamp(), last.timestamp()))
        return {
            camera_id: inside(merged(items, _SEAM), start.timestamp(), end.timestamp())
            for camera_id, items in found.items()
        }

    def paths(self, camera_id: str, start: datetime, end: datetime) -> dict[str, Recording]:
        """Return the segments of a camera that begin in ``start``–``end``, by path."""
        statement = select(RecordingRow).where(
            RecordingRow.camera_id == camera_id,
            RecordingRow.start >= start,
            RecordingRow.start < end,
        )
        with self._database.reading() as session:
            return {row.path: _recording(row) for row in session.scalars(statement)}

    def written(self, since: datetime, until: datetime) -> dict[str, int]:
        """Return the bytes that each camera's segments of ``since``–``until`` hold."""
        statement = (
            select(RecordingRow.camera_id, func.sum(RecordingRow.size))
            .where(RecordingRow.end > since, RecordingRow.end <= until)
            .group_by(RecordingRow.camera_id)
        )
        with self._database.reading() as session:
            return {camera_id: int(size) for camera_id, size in session.execute(statement)}

    def total_size(self) -> int:
        """Return the bytes of all recordings."""
        with self._database.reading() as session:
            return int(session.scalar(select(func.sum(RecordingRow.size))) or 0)


def forget_recordings(session: Session, ids: Collection[int]) -> None:
    """Remove segments from the index within the caller's transaction."""
    session.execute(delete(RecordingRow).where(RecordingRow.id.in_(ids)))


def _recording(row: RecordingRow) -> Recording:
    return Recording(
        id=row.id,
        camera_id=row.camera_id,
        start=row.start,
        end=row.end,
        path=row.path,
        size=row.size,
        sha256=row.sha256,
    )
