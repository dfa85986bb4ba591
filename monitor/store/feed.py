"""What happened, in order, for pages that keep themselves up to date.

Ids only grow, and a row never becomes visible after one with a greater id: writers take turns at
the very end of their transactions, so a reader who asks for "everything after" misses nothing.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, String
from sqlalchemy.orm import Mapped, mapped_column

from monitor.store.base import Base, BigId, UtcDateTime


class FeedRow(Base):
    """One thing that happened."""

    __tablename__ = "feed"
    __table_args__ = ({"sqlite_autoincrement": True},)  # ids must not be used again after pruning

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    kind: Mapped[str] = mapped_column(String(16))
    subject: Mapped[str] = mapped_column(String(64))
    institution_id: Mapped[str | None] = mapped_column(String(64))
    payload: Mapped[dict[str, Any]] = mapped_column(JSON)
