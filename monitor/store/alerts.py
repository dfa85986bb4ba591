"""Alerts and the steps of their life.

``open_place`` holds the place of an alert for as long as it is open or acknowledged and is unique:
whatever the processes do, two alerts about one rule and place are never open at once.

``episode`` counts how often an alert was reopened, ``tier`` how many tiers of its escalation were
told. ``quiet_until`` is the end of the cool-down after an earlier alert at the same place.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from monitor.store.base import Base, BigId, UtcDateTime


class AlertRow(Base):
    """One alert: everything that happened at its place until somebody ended it."""

    __tablename__ = "alert"
    __table_args__ = (
        Index(None, "state", "urgency", "raised"),
        Index(None, "raised", "id"),
        Index(None, "institution_id", "raised"),
        Index(None, "place", "ended"),
        Index(None, "room_id", "raised"),
        Index(None, "rule", "raised"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    place: Mapped[str] = mapped_column(String(300))
    open_place: Mapped[str | None] = mapped_column(String(300), unique=True)
    rule: Mapped[str] = mapped_column(String(64))
    institution_id: Mapped[str] = mapped_column(String(64))
    room_id: Mapped[str] = mapped_column(String(64))
    zone_id: Mapped[str | None] = mapped_column(String(64))
    camera_id: Mapped[str | None] = mapped_column(String(64))
    severity: Mapped[str] = mapped_column(String(16))
    urgency: Mapped[int]
    state: Mapped[str] = mapped_column(String(16))
    onset: Mapped[datetime] = mapped_column(UtcDateTime)
    raised: Mapped[datetime] = mapped_column(UtcDateTime)
    cleared: Mapped[datetime | None] = mapped_column(UtcDateTime)
    repeats: Mapped[int]
    explain_zh: Mapped[str] = mapped_column(Text)
    explain_en: Mapped[str] = mapped_column(Text)
    evidence: Mapped[dict[str, Any]] = mapped_column(JSON)
    provenance: Mapped[dict[str, Any]] = mapped_column(JSON)
    confidence: Mapped[float]
    updated: Mapped[datetime] = mapped_column(UtcDateTime)
    version: Mapped[int]
    episode: Mapped[int]
    tier: Mapped[int]
    flapping: Mapped[bool]
    ended: Mapped[datetime | None] = mapped_column(UtcDateTime)
    quiet_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    snoozed_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    shelf_id: Mapped[int | None] = mapped_column(BigId)
    assignee_id: Mapped[int | None] = mapped_column(BigId)
    assignee: Mapped[str] = mapped_column(String(200))


class AlertStepRow(Base):
    """One thing that was done to an alert, by a person or by the system. Never changed."""

    __tablename__ = "alert_step"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    alert_id: Mapped[int] = mapped_column(ForeignKey("alert.id"), index=True)
    event_id: Mapped[str | None] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    action: Mapped[str] = mapped_column(String(16))
    from_state: Mapped[str | None] = mapped_column(String(16))
    to_state: Mapped[str] = mapped_column(String(16))
    actor_user_id: Mapped[int | None] = mapped_column(BigId)
    actor_name: Mapped[str] = mapped_column(String(200))
    address: Mapped[str] = mapped_column(String(64))
    via: Mapped[str] = mapped_column(String(16))
    reason: Mapped[str] = mapped_column(Text)
