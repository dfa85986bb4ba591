"""How many people are in each room, as last reported: for lists, not for the live picture."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from monitor.store.base import Base, UtcDateTime


class RoomStatusRow(Base):
    """The last reported state of one room."""

    __tablename__ = "room_status"

    room_id: Mapped[str] = mapped_column(ForeignKey("room.id"), primary_key=True)
    view: Mapped[str] = mapped_column(String(16))
    adults: Mapped[int]
    children: Mapped[int]
    unknown: Mapped[int]
    updated: Mapped[datetime] = mapped_column(UtcDateTime)
