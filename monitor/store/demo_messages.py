"""The inbox of the demo district: what its people would have been told."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON
from sqlalchemy.orm import Mapped, mapped_column

from monitor.store.base import Base, BigId, UtcDateTime


class DemoMessageRow(Base):
    """One message received."""

    __tablename__ = "demo_message"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    received: Mapped[datetime] = mapped_column(UtcDateTime)
    payload: Mapped[dict[str, Any]] = mapped_column(JSON)
