"""Results of retention audits: which days each channel can really show."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, BigInteger, Date, ForeignKey, String, select
from sqlalchemy.orm import Mapped, mapped_column

from monitor.domain.access import Scope
from monitor.store.base import Base, BigId, Database, UtcDateTime
from monitor.store.places import CameraRow, RoomRow
from monitor.store.scope import within
from monitor.store.upsert import insert_once


class RetentionAuditRow(Base):
    """One audit."""

    __tablename__ = "retention_audit"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    through: Mapped[date] = mapped_column(Date)
    seed: Mapped[int] = mapped_column(BigInteger)


class AuditedChannelRow(Base):
    """What an audit found of one channel."""

    __tablename__ = "audited_channel"

    audit_id: Mapped[int] = mapped_column(ForeignKey("retention_audit.id"), primary_key=True)
    camera_id: Mapped[str] = mapped_column(ForeignKey("camera.id"), primary_key=True, index=True)
    recorder: Mapped[str] = mapped_column(String(16))
    verdict: Mapped[str] = mapped_column(String(16))
    required_days: Mapped[int]
    unbroken_days: Mapped[int]
    days: Mapped[list[Any]] = mapped_column(JSON)
    gaps: Mapped[list[Any]] = mapped_column(JSON)
    samples: Mapped[list[Any]] = mapped_column(JSON)
    fault: Mapped[str] = mapped_column(String(1000), server_default="")


class RecorderKind(StrEnum):
    """Whose recorder holds a channel's footage."""

    KANHU = "kanhu"
    INSTITUTION = "institution"
    NONE = "none"


class Verdict(StrEnum):
    """What an audit says of a channel.

    ``young``: all since it was connected is there, but that is less than required.
    """

    MET = "met"
    YOUNG = "young"
    SHORT = "short"
    UNPLAYABLE = "unplayable"
    UNREACHABLE = "unreachable"


@dataclass(frozen=True, slots=True)
class AuditedDay:
    """A local day and the share of it that is on record."""

    day: date
    share: float


@dataclass(frozen=True, slots=True)
class AuditedGap:
    """A stretch without footage, in POSIX seconds."""

    start: float
    end: float


@dataclass(frozen=True, slots=True)
class AuditedSample:
    """A stretch that was played: from ``start`` (POSIX seconds), for ``seconds``.

    ``pictures`` were received; ``width`` and ``height`` are those of one that was decoded.
    ``fault`` is empty where it played, else in both languages as :meth:`Text.kept` has it.
    """

    start: float
    seconds: float
    pictures: int
    width: int
    height: int
    fault: str


@dataclass(frozen=True, slots=True)
class AuditedChannel:
    """What an audit found of one channel; ``days`` from the first required to the last.

    ``fault`` says, as :meth:`Text.kept` has it, why a channel is unreachable.
    """

    camera_id: str
    recorder: RecorderKind
    verdict: Verdict
    required_days: int
    unbroken_days: int
    days: tuple[AuditedDay, ...]
    gaps: tuple[AuditedGap, ...]
    samples: tuple[AuditedSample, ...]
    fault: str = ""


@dataclass(frozen=True, slots=True)
class RetentionAudit:
    """One audit: made at ``at``, of the days up to ``through``; ``seed`` chose the samples."""

    at: datetime
    through: date
    seed: int
    channels: tuple[AuditedChannel, ...]


class RetentionAuditRepository:
    """Keeps audits."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def save(self, audit: RetentionAudit) -> int:
        """File an audit and return its id."""
        with self._database.transaction() as session:
            row = RetentionAuditRow(at=audit.at, through=audit.through, seed=audit.seed)
            session.add(row)
            session.flush()
            for channel in audit.channels:
                insert_once(session, AuditedChannelRow, _values(row.id, channel))
            return row.id

    def latest(
        self,
        scope: Scope,
        camera_ids: Sequence[str] | None = None,
        *,
        before: date | None = None,
    ) -> RetentionAudit | None:
        """Return the newest audit with the channels within ``scope``, or of some cameras only.

        An audit without any of these channels, or of days that do not all lie ``before`` that
        one, is passed over; ``None`` where there is no other.
        """
        channels = (
            select(AuditedChannelRow)
            .join(CameraRow, CameraRow.id == AuditedChannelRow.camera_id)
            .join(RoomRow, RoomRow.id == CameraRow.room_id)
            .where(within(scope, RoomRow.institution_id))
        )
        if camera_ids is not None:
            channels = channels.where(AuditedChannelRow.camera_id.in_(camera_ids))
        if before is not None:
            channels = channels.join(
                RetentionAuditRow, RetentionAuditRow.id == AuditedChannelRow.audit_id
            ).where(RetentionAuditRow.through < before)
        newest = channels.order_by(AuditedChannelRow.audit_id.desc()).limit(1)
        with self._database.reading() as session:
            first = session.scalar(newest)
            row = session.get(RetentionAuditRow, first.audit_id) if first is not None else None
            if row is None:
                return None
            found = session.scalars(
                channels.where(AuditedChannelRow.audit_id == row.id).order_by(
                    RoomRow.institution_id, AuditedChannelRow.camera_id
                )
            )
            return RetentionAudit(
                row.at, row.through, row.seed, tuple(_channel(item) for item in found)
            )


def _values(audit_id: int, channel: AuditedChannel) -> dict[str, Any]:
    return {
        "audit_id": audit_id,
        "camera_id": channel.camera_id,
        "recorder": channel.recorder.value,
        "verdict": channel.verdict.value,
        "required_days": channel.required_days,
        "unbroken_days": channel.unbroken_days,
        "days": [[item.day.isoformat(), item.share] for item in channel.days],
        "gaps": [[item.start, item.end] for item in channel.gaps],
        "samples": [asdict(item) for item in channel.samples],
        "fault": channel.fault,
    }


def _channel(row: AuditedChannelRow) -> AuditedChannel:
    return AuditedChannel(
        camera_id=row.camera_id,
        recorder=RecorderKind(row.recorder),
        verdict=Verdict(row.verdict),
        required_days=row.required_days,
        unbroken_days=row.unbroken_days,
        days=tuple(AuditedDay(date.fromisoformat(day), share) for day, share in row.days),
        gaps=tuple(AuditedGap(start, end) for start, end in row.gaps),
        samples=tuple(AuditedSample(**item) for item in row.samples),
        fault=row.fault,
    )
