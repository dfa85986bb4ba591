"""What is known of a request, as plain values."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from monitor.domain.access_register import AccessEntry
from monitor.domain.data_requests import (
    DataRequest,
    Particulars,
    RequestAction,
    Requester,
    RequestState,
    Verdict,
    Way,
    Wish,
)
from monitor.domain.exports import Faces
from monitor.domain.text import Text
from monitor.store.access_register import AccessRow, entry_of
from monitor.store.data_requests import (
    DataRequestRow,
    RequestFileRow,
    RequestHoldRow,
    RequestNoteRow,
    RequestStepRow,
    RequestUseRow,
)
from monitor.store.holds import LegalHold, LegalHoldRow, hold_view


@dataclass(frozen=True, slots=True)
class RequestFile:
    """A file that came with a request; ``key`` is its place in the file store."""

    id: int
    request_id: int
    key: str
    name: str
    media_type: str
    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class RequestStep:
    """One thing that was done. ``actor`` and ``text`` are empty once they were erased."""

    position: int
    at: datetime
    action: RequestAction
    state: RequestState
    actor: str
    text: str
    hash: str
    files: tuple[RequestFile, ...]


@dataclass(frozen=True, slots=True)
class RequestDetail:
    """A request with all that belongs to it; ``particulars`` and ``ruling`` go when erased."""

    request: DataRequest
    particulars: Particulars | None
    ruling: Text | None
    steps: tuple[RequestStep, ...]
    holds: tuple[LegalHold, ...]
    uses: tuple[AccessEntry, ...]


def request_view(row: DataRequestRow) -> DataRequest:
    """Return the plain value of a row."""
    return DataRequest(
        id=row.id,
        number=row.number,
        institution_id=row.institution_id,
        rooms=tuple(row.rooms),
        requester=Requester(row.requester),
        wish=Wish(row.wish),
        way=Way(row.way),
        confidential=row.confidential,
        state=RequestState(row.state),
        verdict=None if row.verdict is None else Verdict(row.verdict),
        faces=Faces(row.faces),
        received=row.received,
        due=row.due,
        start=row.start,
        end=row.end,
        recorded=row.recorded,
        recorded_by_id=row.recorded_by_id,
        decided=row.decided,
        ended=row.ended,
        erased=row.erased,
        version=row.version,
    )


def request_file(row: RequestFileRow) -> RequestFile:
    """Return the plain value of a row."""
    return RequestFile(
        row.id, row.request_id, row.key, row.name, row.media_type, row.sha256, row.size
    )


def request_detail(session: Session, row: DataRequestRow) -> RequestDetail:
    """Return a request with all that belongs to it."""
    notes = _notes(session, row.id)
    steps = _steps(session, row.id, notes)
    by_action = {step.action: notes.get(step.position, {}) for step in steps}
    told = by_action.get(RequestAction.RECORD, {}).get("particulars")
    ruled = by_action.get(RequestAction.DECIDE, {}).get("ruling")
    held = select(RequestHoldRow.hold_id).where(RequestHoldRow.request_id == row.id)
    used = select(RequestUseRow.position).where(RequestUseRow.request_id == row.id)
    holds = select(LegalHoldRow).where(LegalHoldRow.id.in_(held)).order_by(LegalHoldRow.id)
    uses = select(AccessRow).where(AccessRow.position.in_(used)).order_by(AccessRow.position)
    return RequestDetail(
        request_view(row),
        None if told is None else Particulars(**told),
        None if ruled is None else Text(zh=ruled["zh"], en=ruled["en"]),
        steps,
        tuple(hold_view(one) for one in session.scalars(holds)),
        tuple(entry_of(one) for one in session.scalars(uses)),
    )


def _notes(session: Session, request_id: int) -> dict[int, Mapping[str, Any]]:
    statement = select(RequestNoteRow).where(RequestNoteRow.request_id == request_id)
    return {note.position: note.words for note in session.scalars(statement)}


def _steps(
    session: Session, request_id: int, notes: Mapping[int, Mapping[str, Any]]
) -> tuple[RequestStep, ...]:
    files: dict[int, list[RequestFile]] = {}
    came = select(RequestFileRow).where(RequestFileRow.request_id == request_id)
    for row in session.scalars(came.order_by(RequestFileRow.id)):
        files.setdefault(row.position, []).append(request_file(row))
    statement = select(RequestStepRow).where(RequestStepRow.request_id == request_id)
    return tuple(
        RequestStep(
            position=row.position,
            at=row.at,
            action=RequestAction(row.action),
            state=RequestState(json.loads(row.content)["state"]),
            actor=notes.get(row.position, {}).get("by", ""),
            text=notes.get(row.position, {}).get("text", ""),
            hash=row.hash,
            files=tuple(files.get(row.position, ())),
        )
        for row in session.scalars(statement.order_by(RequestStepRow.position))
    )
