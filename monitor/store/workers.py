"""Which worker processes live, and which cameras each of them reads."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import JSON, String
from sqlalchemy.orm import Mapped, mapped_column

from monitor.store.base import Base, UtcDateTime


class WorkerRow(Base):
    """One worker process."""

    __tablename__ = "worker"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    url: Mapped[str] = mapped_column(String(500))
    pid: Mapped[int]
    started: Mapped[datetime] = mapped_column(UtcDateTime)
    heartbeat: Mapped[datetime] = mapped_column(UtcDateTime)
    cameras: Mapped[list[str]] = mapped_column(JSON)
