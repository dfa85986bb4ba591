"""Tables of checklists and of what inspectors answered.

A checklist's document is written once and never changed; a new one for the same month is a new
revision. Answers are only ever added: the newest of an item stands, the older ones remain.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Date, ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from monitor.store.base import Base, BigId, UtcDateTime


class ChecklistRow(Base):
    """One revision of the checklist of one institution for one month.

    ``visit_id`` is set where it only holds what a re-inspection looks at again; revisions are
    counted over both.
    """

    __tablename__ = "checklist"
    __table_args__ = (UniqueConstraint("institution_id", "month", "revision"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    institution_id: Mapped[str] = mapped_column(ForeignKey("institution.id"))
    month: Mapped[date] = mapped_column(Date, index=True)
    revision: Mapped[int]
    template_id: Mapped[str] = mapped_column(String(64))
    template_version: Mapped[str] = mapped_column(String(32))
    template_sha256: Mapped[str] = mapped_column(String(64))
    content_sha256: Mapped[str] = mapped_column(String(64), index=True)
    generated: Mapped[datetime] = mapped_column(UtcDateTime)
    document: Mapped[dict[str, Any]] = mapped_column(JSON, deferred=True)
    visit_id: Mapped[int | None] = mapped_column(ForeignKey("inspection_visit.id"))


class ChecklistAnswerRow(Base):
    """What somebody put down for one item."""

    __tablename__ = "checklist_answer"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    checklist_id: Mapped[int] = mapped_column(ForeignKey("checklist.id"), index=True)
    item_id: Mapped[str] = mapped_column(String(64))
    result: Mapped[str] = mapped_column(String(16))
    note: Mapped[str] = mapped_column(Text)
    by: Mapped[str] = mapped_column(String(200))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
