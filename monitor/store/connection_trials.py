"""The newest connection report: what each camera sent when it was tried last."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import String, Text, delete, insert, select
from sqlalchemy.orm import Mapped, mapped_column

from monitor.domain import text
from monitor.domain.access import Scope
from monitor.domain.connections import ConnectionTrial, StreamKind
from monitor.store.base import Base, Database, UtcDateTime
from monitor.store.scope import within
from monitor.store.text import clean_text


class ConnectionTrialRow(Base):
    """One stream of one camera; cameras may be tried before the service has ever known them."""

    __tablename__ = "connection_trial"

    camera_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    stream: Mapped[str] = mapped_column(String(8), primary_key=True)
    institution_id: Mapped[str] = mapped_column(String(64), index=True)
    room_id: Mapped[str] = mapped_column(String(64))
    tried: Mapped[datetime] = mapped_column(UtcDateTime)
    readable: Mapped[bool]
    codec: Mapped[str] = mapped_column(String(32))
    width: Mapped[int]
    height: Mapped[int]
    fps: Mapped[float | None]
    kbit_s: Mapped[int | None]
    gop_s: Mapped[float | None]
    clock_offset_s: Mapped[float | None]
    first_picture_s: Mapped[float | None]
    fault_zh: Mapped[str] = mapped_column(Text)
    fault_en: Mapped[str] = mapped_column(Text)
    advice_zh: Mapped[str] = mapped_column(Text)
    advice_en: Mapped[str] = mapped_column(Text)


@dataclass(frozen=True, slots=True)
class TrialReport:
    """A report as it is kept; ``tried`` is when, ``None`` where there is none."""

    tried: datetime | None
    trials: tuple[ConnectionTrial, ...]


class ConnectionTrials:
    """Keeps one report, the newest."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def replace(self, trials: Iterable[ConnectionTrial], now: datetime) -> None:
        """Keep a report on the whole district in place of the last one."""
        rows = [_values(trial, now) for trial in trials]
        with self._database.transaction() as session:
            session.execute(delete(ConnectionTrialRow))
            if rows:
                session.execute(insert(ConnectionTrialRow), rows)

    def newest(self, scope: Scope) -> TrialReport:
        """Return the newest report on cameras within ``scope``."""
        statement = (
            select(ConnectionTrialRow)
            .where(within(scope, ConnectionTrialRow.institution_id))
            .order_by(ConnectionTrialRow.camera_id, ConnectionTrialRow.stream)
        )
        with self._database.reading() as session:
            rows = list(session.scalars(statement))
        tried = max((row.tried for row in rows), default=None)
        return TrialReport(tried, tuple(_trial(row) for row in rows))


def _values(trial: ConnectionTrial, now: datetime) -> dict[str, object]:
    return {
        "camera_id": trial.camera_id,
        "stream": trial.stream.value,
        "institution_id": trial.institution_id,
        "room_id": trial.room_id,
        "tried": now,
        "readable": trial.readable,
        "codec": clean_text(trial.codec, 32),
        "width": trial.width,
        "height": trial.height,
        "fps": trial.fps,
        "kbit_s": trial.kbit_s,
        "gop_s": trial.gop_s,
        "clock_offset_s": trial.clock_offset_s,
        "first_picture_s": trial.first_picture_s,
        "fault_zh": clean_text(trial.fault.zh, 1000),
        "fault_en": clean_text(trial.fault.en, 1000),
        "advice_zh": clean_text(trial.advice.zh, 1000),
        "advice_en": clean_text(trial.advice.en, 1000),
    }


def _trial(row: ConnectionTrialRow) -> ConnectionTrial:
    return ConnectionTrial(
        institution_id=row.institution_id,
        room_id=row.room_id,
        camera_id=row.camera_id,
        stream=StreamKind(row.stream),
        readable=row.readable,
        codec=row.codec,
        width=row.width,
        height=row.height,
        fps=row.fps,
        kbit_s=row.kbit_s,
        gop_s=row.gop_s,
        clock_offset_s=row.clock_offset_s,
        first_picture_s=row.first_picture_s,
        fault=text.Text(zh=row.fault_zh, en=row.fault_en),
        advice=text.Text(zh=row.advice_zh, en=row.advice_en),
    )
