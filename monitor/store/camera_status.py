"""How each camera is doing now, and when it was on line in the past.

A camera is *on line*, *off line* or *unknown*: unknown is the time for which nobody can vouch,
because the service was down or had just started. Each known stretch is one interval row; the
open one is trusted only up to the last time its worker reported.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from monitor.store.base import Base, BigId, UtcDateTime


class CameraStatusRow(Base):
    """The present state of one camera."""

    __tablename__ = "camera_status"

    camera_id: Mapped[str] = mapped_column(ForeignKey("camera.id"), primary_key=True)
    state: Mapped[str] = mapped_column(String(16))
    fault: Mapped[str | None] = mapped_column(String(16))
    message_zh: Mapped[str] = mapped_column(Text)
    message_en: Mapped[str] = mapped_column(Text)
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
