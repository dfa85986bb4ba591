"""Tables of inspections on site: what came in from devices, whatever became of it.

Nothing in them is ever overwritten but the state of an entry. The answers that stand are those of
:class:`~monitor.store.checklists.ChecklistAnswerRow`; the entries here say where each came from.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from monitor.store.base import Base, BigId, UtcDateTime
from monitor.store.checklists import ChecklistAnswerRow, ChecklistRow


class OnsiteVisitRow(Base):
    """One inspection on site. From its beginning its checklist is not made anew."""

    __tablename__ = "onsite_visit"

    checklist_id: Mapped[int] = mapped_column(ForeignKey(ChecklistRow.id), primary_key=True)
    begun: Mapped[datetime] = mapped_column(UtcDateTime)
    begun_by: Mapped[str] = mapped_column(String(200))
    signing_id: Mapped[str | None] = mapped_column(String(36))
    signed: Mapped[datetime | None] = mapped_column(UtcDateTime)
    signed_by_user_id: Mapped[int | None] = mapped_column(BigId)
    answers_sha256: Mapped[str | None] = mapped_column(String(64), index=True)


class OnsiteEntryRow(Base):
    """One answer that came in; ``answer_id`` is set where it became an answer of the checklist."""

    __tablename__ = "onsite_entry"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    checklist_id: Mapped[int] = mapped_column(ForeignKey("onsite_visit.checklist_id"), index=True)
    item_id: Mapped[str] = mapped_column(String(64))
    after: Mapped[str | None] = mapped_column(String(48))
    state: Mapped[str] = mapped_column(String(16))
    answer_id: Mapped[int | None] = mapped_column(ForeignKey(ChecklistAnswerRow.id))
    settled_by: Mapped[str | None] = mapped_column(String(36))
    result: Mapped[str] = mapped_column(String(16))
    note: Mapped[str] = mapped_column(Text)
    by_user_id: Mapped[int] = mapped_column(BigId)
    by: Mapped[str] = mapped_column(String(200))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    received: Mapped[datetime] = mapped_column(UtcDateTime)


class OnsitePhotoRow(Base):
    """One photo; its bytes are in :mod:`monitor.store.files`."""

    __tablename__ = "onsite_photo"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    checklist_id: Mapped[int] = mapped_column(ForeignKey("onsite_visit.checklist_id"), index=True)
    item_id: Mapped[str] = mapped_column(String(64))
    key: Mapped[str] = mapped_column(String(500), unique=True)
    sha256: Mapped[str] = mapped_column(String(64))
    size: Mapped[int] = mapped_column(BigInteger)
    latitude: Mapped[float | None]
    longitude: Mapped[float | None]
    accuracy_m: Mapped[float | None]
    late: Mapped[bool]
    by_user_id: Mapped[int] = mapped_column(BigId)
    by: Mapped[str] = mapped_column(String(200))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    received: Mapped[datetime] = mapped_column(UtcDateTime)


class OnsiteSignatureRow(Base):
    """One signature, or the note that it was refused."""

    __tablename__ = "onsite_signature"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    checklist_id: Mapped[int] = mapped_column(ForeignKey("onsite_visit.checklist_id"), index=True)
    role: Mapped[str] = mapped_column(String(16))
    name: Mapped[str] = mapped_column(String(200))
    key: Mapped[str | None] = mapped_column(String(500))
    sha256: Mapped[str] = mapped_column(String(64))
    refusal: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class OnsiteAddendumRow(Base):
    """Something added after signing."""

    __tablename__ = "onsite_addendum"

    id: Mapped[str] = mapped_column(String(36), primary_key=True)
    checklist_id: Mapped[int] = mapped_column(ForeignKey("onsite_visit.checklist_id"), index=True)
    item_id: Mapped[str | None] = mapped_column(String(64))
    text: Mapped[str] = mapped_column(Text)
    by_user_id: Mapped[int] = mapped_column(BigId)
    by: Mapped[str] = mapped_column(String(200))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    received: Mapped[datetime] = mapped_column(UtcDateTime)
