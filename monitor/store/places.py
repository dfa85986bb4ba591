"""Mirror of the configured institutions, rooms and cameras, so that SQL can join and filter.

The configuration file stays the truth: :meth:`PlaceRepository.sync` copies it, and what vanished
from it turns inactive but is kept, because alerts and inspections of the past refer to it. The
URL of a camera is not stored.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Date, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from monitor.store.base import Base, UtcDateTime


class InstitutionRow(Base):
    """One :class:`~monitor.domain.places.Institution`."""

    __tablename__ = "institution"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    name_zh: Mapped[str] = mapped_column(String(200))
    name_en: Mapped[str] = mapped_column(String(200))
    community: Mapped[str] = mapped_column(String(200), index=True)
    address: Mapped[str] = mapped_column(String(500))
    contact_name: Mapped[str] = mapped_column(String(200))
    contact_phone: Mapped[str] = mapped_column(String(100))
    notice_number: Mapped[str] = mapped_column(String(200))
    notice_state: Mapped[str] = mapped_column(String(32))
    notice_expires: Mapped[date | None] = mapped_column(Date)
    approved_capacity: Mapped[int | None]
    position: Mapped[int]
    active: Mapped[bool]
    updated: Mapped[datetime] = mapped_column(UtcDateTime)


class RoomRow(Base):
    """One :class:`~monitor.domain.places.Room`."""

    __tablename__ = "room"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    institution_id: Mapped[str] = mapped_column(ForeignKey("institution.id"), index=True)
    name_zh: Mapped[str] = mapped_column(String(200))
    name_en: Mapped[str] = mapped_column(String(200))
    type: Mapped[str] = mapped_column(String(32))
    class_type: Mapped[str | None] = mapped_column(String(32))
    capacity: Mapped[int | None]
    person_capacity: Mapped[int | None]
    rules: Mapped[dict[str, Any]] = mapped_column(JSON)
    position: Mapped[int]
    active: Mapped[bool]
    updated: Mapped[datetime] = mapped_column(UtcDateTime)


class CameraRow(Base):
    """One :class:`~monitor.domain.places.Camera`, without its URL."""

    __tablename__ = "camera"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    room_id: Mapped[str] = mapped_column(ForeignKey("room.id"), index=True)
    name_zh: Mapped[str] = mapped_column(String(200))
    name_en: Mapped[str] = mapped_column(String(200))
    zones: Mapped[list[Any]] = mapped_column(JSON)
    analysis_fps: Mapped[float]
    enabled: Mapped[bool]
    position: Mapped[int]
    active: Mapped[bool]
    updated: Mapped[datetime] = mapped_column(UtcDateTime)
