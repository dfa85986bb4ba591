"""An inspection on site as it stands, for people and for devices."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from monitor.domain.checklists import Result
from monitor.domain.onsite import Place, Receipt, SignerRole
from monitor.store.checklist_repository import ChecklistView, checklist_view
from monitor.store.checklists import ChecklistAnswerRow, ChecklistRow
from monitor.store.onsite import (
    OnsiteAddendumRow,
    OnsiteEntryRow,
    OnsitePhotoRow,
    OnsiteSignatureRow,
    OnsiteVisitRow,
)


@dataclass(frozen=True, slots=True)
class Standing:
    """The answer of an item that stands; ``revision`` counts the item's answers so far."""

    id: str
    item_id: str
    revision: int
    result: Result
    note: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Contender:
    """An answer that came in and does not stand: it conflicts, or it came too late."""

    id: str
    item_id: str
    state: Receipt
    result: Result
    note: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class PhotoView:
    """One photo; ``key`` is its place in the file store."""

    id: str
    checklist_id: int
    item_id: str
    key: str
    sha256: str
    size: int
    place: Place | None
    late: bool
    by: str
    at: datetime
    received: datetime


@dataclass(frozen=True, slots=True)
class SignatureView:
    """One signature; ``key`` is its place in the file store, ``None`` where it was refused."""

    id: int
    checklist_id: int
    role: SignerRole
    name: str
    key: str | None
    sha256: str
    refusal: str
    at: datetime


@dataclass(frozen=True, slots=True)
class AddendumView:
    """Something added after signing."""

    id: str
    item_id: str | None
    text: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Inspection:
    """An inspection on site. ``answers_sha256`` is what was signed."""

    view: ChecklistView
    begun: datetime
    begun_by: str
    signed: datetime | None
    answers_sha256: str | None
    standing: tuple[Standing, ...]
    contenders: tuple[Contender, ...]
    photos: tuple[PhotoView, ...]
    signatures: tuple[SignatureView, ...]
    addenda: tuple[AddendumView, ...]

    @property
    def conflicts(self) -> tuple[Contender, ...]:
        """The answers between which a person has to choose."""
        return tuple(item for item in self.contenders if item.state is Receipt.CONFLICT)


def read_inspection(session: Session, visit: OnsiteVisitRow) -> Inspection:
    """Return an inspection with all that came in."""
    checklist_id = visit.checklist_id
    entries = select(OnsiteEntryRow).where(OnsiteEntryRow.checklist_id == checklist_id)
    photos = select(OnsitePhotoRow).where(OnsitePhotoRow.checklist_id == checklist_id)
    signatures = select(OnsiteSignatureRow).where(OnsiteSignatureRow.checklist_id == checklist_id)
    addenda = select(OnsiteAddendumRow).where(OnsiteAddendumRow.checklist_id == checklist_id)
    open_states = (Receipt.CONFLICT.value, Receipt.LATE.value)
    return Inspection(
        view=checklist_view(session, session.get_one(ChecklistRow, checklist_id)),
        begun=visit.begun,
        begun_by=visit.begun_by,
        signed=visit.signed,
        answers_sha256=visit.answers_sha256,
        standing=standing_answers(session, checklist_id),
        contenders=tuple(
            _contender(row)
            for row in session.scalars(entries.order_by(OnsiteEntryRow.received, OnsiteEntryRow.id))
            if row.state in open_states and row.settled_by is None
        ),
        photos=tuple(
            photo_view(row)
            for row in session.scalars(photos.order_by(OnsitePhotoRow.at, OnsitePhotoRow.id))
        ),
        signatures=tuple(
            signature_view(row)
            for row in session.scalars(signatures.order_by(OnsiteSignatureRow.id))
        ),
        addenda=tuple(
            AddendumView(row.id, row.item_id, row.text, row.by, row.at)
            for row in session.scalars(
                addenda.order_by(OnsiteAddendumRow.received, OnsiteAddendumRow.id)
            )
        ),
    )


def standing_answers(session: Session, checklist_id: int) -> tuple[Standing, ...]:
    """Return the answers that stand, by item.

    One that was not given on site has an id made from its row's.
    """
    statement = (
        select(ChecklistAnswerRow, OnsiteEntryRow.id)
        .outerjoin(OnsiteEntryRow, OnsiteEntryRow.answer_id == ChecklistAnswerRow.id)
        .where(ChecklistAnswerRow.checklist_id == checklist_id)
        .order_by(ChecklistAnswerRow.id)
    )
    found: dict[str, Standing] = {}
    for row, entry_id in session.execute(statement):
        earlier = found.get(row.item_id)
        found[row.item_id] = Standing(
            id=entry_id or f"row-{row.id}",
            item_id=row.item_id,
            revision=1 if earlier is None else earlier.revision + 1,
            result=Result(row.result),
            note=row.note,
            by=row.by,
            at=row.at,
        )
    return tuple(found[item] for item in sorted(found))


def photo_view(row: OnsitePhotoRow) -> PhotoView:
    """Return the plain value of a row."""
    place = None
    if row.latitude is not None and row.longitude is not None:
        place = Place(row.latitude, row.longitude, row.accuracy_m or 0.0)
    return PhotoView(
        id=row.id,
        checklist_id=row.checklist_id,
        item_id=row.item_id,
        key=row.key,
        sha256=row.sha256,
        size=row.size,
        place=place,
        late=row.late,
        by=row.by,
        at=row.at,
        received=row.received,
    )


def signature_view(row: OnsiteSignatureRow) -> SignatureView:
    """Return the plain value of a row."""
    return SignatureView(
        id=row.id,
        checklist_id=row.checklist_id,
        role=SignerRole(row.role),
        name=row.name,
        key=row.key,
        sha256=row.sha256,
        refusal=row.refusal,
        at=row.at,
    )


def _contender(row: OnsiteEntryRow) -> Contender:
    return Contender(
        row.id, row.item_id, Receipt(row.state), Result(row.result), row.note, row.by, row.at
    )
