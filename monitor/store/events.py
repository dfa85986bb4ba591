"""Events as the rules sent them. What they mean for people is in the alerts."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from monitor.store.base import Base, UtcDateTime


class EventRow(Base):
    """One :class:`~monitor.domain.events.Event`, raised and perhaps cleared."""

    __tablename__ = "event"
    __table_args__ = (Index(None, "room_id", "onset"),)

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    alert_id: Mapped[int] = mapped_column(ForeignKey("alert.id"), index=True)
    rule: Mapped[str] = mapped_column(String(64))
    institution_id: Mapped[str] = mapped_column(String(64))
    room_id: Mapped[str] = mapped_column(String(64))
    zone_id: Mapped[str | None] = mapped_column(String(64))
    camera_id: Mapped[str | None] = mapped_column(String(64))
    onset: Mapped[datetime] = mapped_column(UtcDateTime)
    raised: Mapped[datetime] = mapped_column(UtcDateTime)
    cleared: Mapped[datetime | None] = mapped_column(UtcDateTime)
    severity: Mapped[str] = mapped_column(String(16))
    confidence: Mapped[float]
    evidence: Mapped[dict[str, Any]] = mapped_column(JSON)
    explain_zh: Mapped[str] = mapped_column(Text)
    explain_en: Mapped[str] = mapped_column(Text)
    provenance: Mapped[dict[str, Any]] = mapped_column(JSON)
    received: Mapped[datetime] = mapped_column(UtcDateTime)
