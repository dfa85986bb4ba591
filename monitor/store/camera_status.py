"""How each camera is doing now, and when it was on line in the past.

A camera is *on line*, *off line* or *unknown*: unknown is the time for which nobody can vouch,
because the service was down or had just started. Each known stretch is one interval row; the
open one is trusted only up to the last time its worker reported.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import ForeignKey, Index, String, or_, select, update
from sqlalchemy import Text as SqlText
from sqlalchemy.orm import Mapped, Session, mapped_column

from monitor.domain import text
from monitor.domain.access import Scope
from monitor.domain.errors import NotFoundError
from monitor.domain.room_state import ViewFault
from monitor.domain.text import Text
from monitor.store.base import Base, BigId, Database, UtcDateTime
from monitor.store.feed import FeedKind, append_to_feed
from monitor.store.places import CameraRow, RoomRow
from monitor.store.scope import within
from monitor.store.text import clean_text
from monitor.store.uptime import Stretch, Uptime, measure

SILENCE = timedelta(seconds=90)
"""How long a report vouches for a camera; workers report several times as often."""

_NOTHING_TO_SAY = text.Text(zh="", en="")


class CameraStatusRow(Base):
    """The present state of one camera."""

    __tablename__ = "camera_status"

    camera_id: Mapped[str] = mapped_column(ForeignKey("camera.id"), primary_key=True)
    state: Mapped[str] = mapped_column(String(16))
    fault: Mapped[str | None] = mapped_column(String(16))
    message_zh: Mapped[str] = mapped_column(SqlText)
    message_en: Mapped[str] = mapped_column(SqlText)
    since: Mapped[datetime] = mapped_column(UtcDateTime)
    updated: Mapped[datetime] = mapped_column(UtcDateTime)
    codec: Mapped[str] = mapped_column(String(32))
    width: Mapped[int]
    height: Mapped[int]
    fps: Mapped[float | None]
    worker_id: Mapped[str] = mapped_column(String(64))


class CameraIntervalRow(Base):
    """A stretch of time in which a camera was on line, or off line, without a break."""

    __tablename__ = "camera_interval"
    __table_args__ = (Index(None, "camera_id", "start"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    camera_id: Mapped[str] = mapped_column(ForeignKey("camera.id"))
    online: Mapped[bool]
    start: Mapped[datetime] = mapped_column(UtcDateTime)
    end: Mapped[datetime | None] = mapped_column(UtcDateTime)


class CameraState(StrEnum):
    """Whether pictures arrive."""

    CONNECTING = "connecting"
    ONLINE = "online"
    OFFLINE = "offline"


@dataclass(frozen=True, slots=True)
class CameraReport:
    """What a worker says about one camera. ``message`` is for people and holds no credentials."""

    camera_id: str
    state: CameraState
    worker_id: str
    fault: ViewFault | None = None
    message: text.Text = _NOTHING_TO_SAY
    codec: str = ""
    width: int = 0
    height: int = 0
    fps: float | None = None


@dataclass(frozen=True, slots=True)
class CameraStatus:
    """The last report on a camera, ``since`` when it has been so, and when it was ``updated``."""

    report: CameraReport
    since: datetime
    updated: datetime


class CameraStatusRepository:
    """Takes the workers' reports and keeps book of the time on line."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def report(self, report: CameraReport, now: datetime) -> None:
        """Store the state of a camera; a change of state or fault also goes to the feed.

        Raises:
            NotFoundError: the camera is not configured.
        """
        with self._database.transaction() as session:
            institution_id = _institution_of(session, report.camera_id)
            row = session.get(CameraStatusRow, report.camera_id, with_for_update=True)
            last_heard = row.updated if row is not None else now
            _keep_book(session, report, last_heard, now)
            changed = row is None or (row.state, row.fault) != (report.state, report.fault)
            since = now if changed or row is None else row.since
            session.merge(_row(report, since, now))
            if changed:
                append_to_feed(
                    session,
                    FeedKind.CAMERA,
                    report.camera_id,
                    institution_id,
                    {"state": report.state, "fault": report.fault, **report.message.as_dict()},
                    now,
                )

    def touch(self, camera_ids: Collection[str], now: datetime) -> None:
        """Vouch that nothing has changed for these cameras; to be called every 30 s or so."""
        if not camera_ids:
            return
        mine = CameraStatusRow.camera_id.in_(camera_ids)
        silent = select(CameraStatusRow).where(mine, CameraStatusRow.updated < now - SILENCE)
        with self._database.transaction() as session:
            for row in session.scalars(silent.with_for_update()):
                _keep_book(session, _report(row), row.updated, now)
            session.execute(update(CameraStatusRow).where(mine).values(updated=now))

    def all(self, scope: Scope) -> dict[str, CameraStatus]:
        """Return the present state of every camera within ``scope`` that ever reported."""
        statement = (
            select(CameraStatusRow)
            .join(CameraRow, CameraRow.id == CameraStatusRow.camera_id)
            .join(RoomRow, RoomRow.id == CameraRow.room_id)
            .where(within(scope, RoomRow.institution_id))
        )
        with self._database.reading() as session:
            return {row.camera_id: camera_status(row) for row in session.scalars(statement)}

    def uptime(
        self, camera_ids: Collection[str], start: datetime, end: datetime, now: datetime
    ) -> dict[str, Uptime]:
        """Return how long each camera was on line from ``start`` to ``end``, or to ``now``."""
        found = self.uptimes(camera_ids, [(start, end)], now)
        return {camera_id: uptimes[0] for camera_id, uptimes in found.items()}

    def uptimes(
        self, camera_ids: Collection[str], spans: Sequence[tuple[datetime, datetime]], now: datetime
    ) -> dict[str, tuple[Uptime, ...]]:
        """Do as :meth:`uptime` for several spans of time, which are read at once."""
        spans = [(start, max(start, min(end, now))) for start, end in spans]
        first, last = min(start for start, _ in spans), max(end for _, end in spans)
        columns = (
            CameraIntervalRow.camera_id,
            CameraIntervalRow.start,
            CameraIntervalRow.end,
            CameraIntervalRow.online,
            CameraStatusRow.updated,
        )
        statement = (
            select(*columns)
            .join(CameraStatusRow, CameraStatusRow.camera_id == CameraIntervalRow.camera_id)
            .where(
                CameraIntervalRow.camera_id.in_(camera_ids),
                CameraIntervalRow.start < last,
                or_(CameraIntervalRow.end.is_(None), CameraIntervalRow.end > first),
            )
            .order_by(CameraIntervalRow.start, CameraIntervalRow.id)
        )
        stretches: dict[str, list[Stretch]] = {camera_id: [] for camera_id in camera_ids}
        with self._database.reading() as session:
            for camera_id, start, end, online, updated in session.execute(statement):
                vouched = now if now - updated <= SILENCE else updated
                stop = vouched if end is None else end
                stretches[camera_id].append(Stretch(start, stop, online))
        return {
            camera_id: tuple(measure(camera_id, known, start, end) for start, end in spans)
            for camera_id, known in stretches.items()
        }


def camera_status(row: CameraStatusRow) -> CameraStatus:
    """Return the plain value of a row."""
    return CameraStatus(report=_report(row), since=row.since, updated=row.updated)


def close_intervals(session: Session, camera_ids: Collection[str], now: datetime) -> None:
    """End the book-keeping of cameras that are no longer watched."""
    session.execute(
        update(CameraIntervalRow)
        .where(CameraIntervalRow.camera_id.in_(camera_ids), CameraIntervalRow.end.is_(None))
        .values(end=now)
    )


def _keep_book(session: Session, report: CameraReport, last_heard: datetime, now: datetime) -> None:
    interval = session.scalar(
        select(CameraIntervalRow)
        .where(CameraIntervalRow.camera_id == report.camera_id, CameraIntervalRow.end.is_(None))
        .with_for_update()
    )
    if interval is not None and now - last_heard > SILENCE:
        interval.end = max(interval.start, last_heard)
        interval = None
    if report.state is CameraState.CONNECTING and interval is None:
        return  # just started: nobody knows yet whether the camera is well
    online = report.state is CameraState.ONLINE
    if interval is not None:
        if interval.online == online:
            return
        interval.end = max(interval.start, now)
    session.add(CameraIntervalRow(camera_id=report.camera_id, online=online, start=now, end=None))


def _institution_of(session: Session, camera_id: str) -> str:
    found = session.scalar(
        select(RoomRow.institution_id)
        .join(CameraRow, CameraRow.room_id == RoomRow.id)
        .where(CameraRow.id == camera_id)
    )
    if found is None:
        raise NotFoundError(Text("没有这台摄像机", "there is no such camera"), where=camera_id)
    return found


def _row(report: CameraReport, since: datetime, now: datetime) -> CameraStatusRow:
    return CameraStatusRow(
        camera_id=report.camera_id,
        state=report.state.value,
        fault=report.fault.value if report.fault else None,
        message_zh=clean_text(report.message.zh, 1000),
        message_en=clean_text(report.message.en, 1000),
        since=since,
        updated=now,
        codec=clean_text(report.codec, 32),
        width=report.width,
        height=report.height,
        fps=report.fps,
        worker_id=report.worker_id,
    )


def _report(row: CameraStatusRow) -> CameraReport:
    return CameraReport(
        camera_id=row.camera_id,
        state=CameraState(row.state),
        worker_id=row.worker_id,
        fault=ViewFault(row.fault) if row.fault else None,
        message=text.Text(zh=row.message_zh, en=row.message_en),
        codec=row.codec,
        width=row.width,
        height=row.height,
        fps=row.fps,
    )
