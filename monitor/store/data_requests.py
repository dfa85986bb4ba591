"""Tables of requests about personal data.

``data_request`` holds no name. What was done is a hash chain, :class:`RequestStepRow`, which keeps
for each step only a salted hash of who did it and what was written; the words themselves lie in
:class:`RequestNoteRow` and can be erased when their time is over without breaking the chain.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    ColumnElement,
    Date,
    ForeignKey,
    Index,
    String,
    and_,
    exists,
    or_,
)
from sqlalchemy.orm import InstrumentedAttribute, Mapped, Session, mapped_column

from monitor.domain.chain import canonical
from monitor.domain.data_requests import RequestState
from monitor.store.append_only import append_only
from monitor.store.base import Base, BigId, UtcDateTime
from monitor.store.chains import ChainedRow
from monitor.store.holds import LegalHoldRow
from monitor.store.places import InstitutionRow

OVER = tuple(state.value for state in RequestState if state.over)


class DataRequestRow(Base):
    """One request as it stands."""

    __tablename__ = "data_request"
    __table_args__ = (Index(None, "institution_id", "state"), Index(None, "state", "due"))

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    number: Mapped[str] = mapped_column(String(16), unique=True)
    institution_id: Mapped[str] = mapped_column(ForeignKey(InstitutionRow.id))
    rooms: Mapped[list[str]] = mapped_column(JSON)
    requester: Mapped[str] = mapped_column(String(16))
    wish: Mapped[str] = mapped_column(String(16))
    way: Mapped[str] = mapped_column(String(16))
    confidential: Mapped[bool]
    state: Mapped[str] = mapped_column(String(16))
    verdict: Mapped[str | None] = mapped_column(String(16))
    faces: Mapped[str] = mapped_column(String(16))
    received: Mapped[date] = mapped_column(Date)
    due: Mapped[date] = mapped_column(Date)
    start: Mapped[datetime | None] = mapped_column(UtcDateTime)
    end: Mapped[datetime | None] = mapped_column(UtcDateTime)
    recorded: Mapped[datetime] = mapped_column(UtcDateTime)
    recorded_by_id: Mapped[int | None] = mapped_column(BigId)
    decided: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ended: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)
    erased: Mapped[datetime | None] = mapped_column(UtcDateTime)
    version: Mapped[int]


class RequestStepRow(ChainedRow, Base):
    """One thing that was done; its content names nobody but by the number of an account."""

    __tablename__ = "data_request_step"

    request_id: Mapped[int] = mapped_column(ForeignKey(DataRequestRow.id), index=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    action: Mapped[str] = mapped_column(String(16))


append_only(RequestStepRow.__table__)


class RequestNoteRow(Base):
    """The words of a step: who did it, what was written, which files came along."""

    __tablename__ = "data_request_note"

    position: Mapped[int] = mapped_column(
        ForeignKey(RequestStepRow.position), primary_key=True, autoincrement=False
    )
    request_id: Mapped[int] = mapped_column(ForeignKey(DataRequestRow.id), index=True)
    salt: Mapped[str] = mapped_column(String(64))
    words: Mapped[dict[str, Any]] = mapped_column(JSON)


class RequestFileRow(Base):
    """A scan of an official letter, a proof or an answer; its bytes are in the file store."""

    __tablename__ = "data_request_file"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    request_id: Mapped[int] = mapped_column(ForeignKey(DataRequestRow.id), index=True)
    position: Mapped[int] = mapped_column(ForeignKey(RequestStepRow.position))
    key: Mapped[str] = mapped_column(String(500), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    media_type: Mapped[str] = mapped_column(String(64))
    sha256: Mapped[str] = mapped_column(String(64))
    size: Mapped[int] = mapped_column(BigInteger)


class RequestHoldRow(Base):
    """A legal hold that was placed for a request."""

    __tablename__ = "data_request_hold"

    hold_id: Mapped[int] = mapped_column(
        ForeignKey(LegalHoldRow.id), primary_key=True, autoincrement=False
    )
    request_id: Mapped[int] = mapped_column(ForeignKey(DataRequestRow.id), index=True)


class RequestUseRow(Base):
    """An entry of the access register that was made for a request."""

    __tablename__ = "data_request_use"

    position: Mapped[int] = mapped_column(BigId, primary_key=True, autoincrement=False)
    request_id: Mapped[int] = mapped_column(ForeignKey(DataRequestRow.id), index=True)


def digest_of(salt: str, words: Mapping[str, Any]) -> str:
    """Return the hash that stands in the chain for the words of a step."""
    return hashlib.sha256(f"{salt}\n{canonical(words)}".encode()).hexdigest()


def note_use(session: Session, request_id: int | None, position: int) -> None:
    """Tie an entry of the access register to a request, if it was made for one."""
    if request_id is not None:
        session.add(RequestUseRow(position=position, request_id=request_id))


def asked_about(institution_id: InstrumentedAttribute[str]) -> ColumnElement[bool]:
    """Return the condition that a request about an institution is not closed yet."""
    row = DataRequestRow
    return exists().where(row.institution_id == institution_id, row.state.not_in(OVER))


def wanted(
    institution_id: InstrumentedAttribute[str],
    start: ColumnElement[datetime] | InstrumentedAttribute[Any],
    end: ColumnElement[datetime] | InstrumentedAttribute[Any],
) -> ColumnElement[bool]:
    """Return the condition that a request not closed yet may be about data of ``start``–``end``."""
    row = DataRequestRow
    overlaps = or_(row.start.is_(None), and_(row.start <= end, row.end >= start))
    return exists().where(row.institution_id == institution_id, row.state.not_in(OVER), overlaps)
