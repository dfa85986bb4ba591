"""What devices bring from inspections on site, and the pictures behind it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import Annotated, Literal

import structlog
from fastapi import APIRouter, Path, Query, Request
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response, StreamingResponse

from monitor.domain.checklists import Result
from monitor.domain.errors import ConflictError, InputError, NotFoundError
from monitor.domain.onsite import FieldAnswer, NewAddendum, Place, Receipt, SignerRole
from monitor.domain.text import Text
from monitor.runtime.onsite_desk import Signer
from monitor.store.onsite_views import Contender, Inspection, Standing
from monitor.web.access import Permission, require
from monitor.web.parameters import RowId
from monitor.web.site import Site, site_of
from monitor.web.uploads import media_type_of
from monitor.web.visitor import Visitor

LARGEST_PHOTO = 3 * 1024 * 1024
router = APIRouter(prefix="/api/v1/on-site", tags=["on site"], max_body_size=LARGEST_PHOTO)
_Inspector = Annotated[Visitor, require(Permission.INSPECT)]
_Seer = Annotated[Visitor, require(Permission.EVIDENCE)]
_UUID = r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"
_ITEM = r"^[A-Za-z0-9_-]{1,64}$"
_Uuid = Annotated[str, Field(pattern=_UUID)]
_AnswerId = Annotated[str, Field(pattern=r"^[0-9a-z-]{1,48}$")]
_ItemId = Annotated[str, Field(pattern=_ITEM)]
PhotoId = Annotated[str, Path(pattern=_UUID)]
_logger = structlog.get_logger(__name__)


class _Piece(BaseModel):
    model_config = ConfigDict(extra="forbid")

    id: _Uuid
    at: AwareDatetime


class AnswerIn(_Piece):
    """An answer as given on the device; see :class:`monitor.domain.onsite.FieldAnswer`."""

    kind: Literal["answer"]
    item: _ItemId
    result: Result
    note: str = Field("", max_length=8000)
    after: _AnswerId | None = None
    settles: list[_AnswerId] = Field([], max_length=50)


class SignerIn(BaseModel):
    """One signature on the screen."""

    model_config = ConfigDict(extra="forbid")

    role: SignerRole
    name: str = Field(max_length=200)
    strokes: list[list[tuple[int, int]]] = Field([], max_length=200)
    refusal: str = Field("", max_length=4000)


class SigningIn(_Piece):
    """All signatures under one inspection, and the hash of what they stand under."""

    kind: Literal["signing"]
    answers_sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    signers: list[SignerIn] = Field(max_length=6)


class AddendumIn(_Piece):
    """Something added after signing."""

    kind: Literal["addendum"]
    item: _ItemId | None = None
    text: str = Field(max_length=8000)


PieceIn = Annotated[AnswerIn | SigningIn | AddendumIn, Field(discriminator="kind")]


class PiecesIn(BaseModel):
    """What one device sends; ``user`` is who made it there."""

    model_config = ConfigDict(extra="forbid")

    user: int
    pieces: list[PieceIn] = Field(max_length=50)


class ReceiptOut(BaseModel):
    """What became of one piece; ``reason`` says why it was refused."""

    id: str
    receipt: Receipt | Literal["refused"]
    reason: str = ""


class StandingOut(BaseModel):
    """An answer that stands, or one that would like to."""

    id: str
    item: str
    result: Result
    note: str
    by: str
    at: datetime
    revision: int = 0

    @classmethod
    def of(cls, item: Standing | Contender) -> StandingOut:
        """Shape an answer."""
        revision = item.revision if isinstance(item, Standing) else 0
        return cls(
            id=item.id,
            item=item.item_id,
            result=item.result,
            note=item.note,
            by=item.by,
            at=item.at,
            revision=revision,
        )


class PhotoOut(BaseModel):
    """One photo."""

    id: str
    item: str
    sha256: str
    by: str
    at: datetime
    late: bool


class AddendumOut(BaseModel):
    """One addendum."""

    id: str
    item: str | None
    text: str
    by: str
    at: datetime


class StateOut(BaseModel):
    """An inspection as the server knows it."""

    user: int
    signed: datetime | None
    answers: list[StandingOut]
    conflicts: list[StandingOut]
    late: list[StandingOut]
    photos: list[PhotoOut]
    addenda: list[AddendumOut]

    @classmethod
    def of(cls, inspection: Inspection, user_id: int) -> StateOut:
        """Shape an inspection."""
        late = [item for item in inspection.contenders if item.state is Receipt.LATE]
        return cls(
            user=user_id,
            signed=inspection.signed,
            answers=[StandingOut.of(item) for item in inspection.standing],
            conflicts=[StandingOut.of(item) for item in inspection.conflicts],
            late=[StandingOut.of(item) for item in late],
            photos=[
                PhotoOut(
                    id=item.id,
                    item=item.item_id,
                    sha256=item.sha256,
                    by=item.by,
                    at=item.at,
                    late=item.late,
                )
                for item in inspection.photos
            ],
            addenda=[
                AddendumOut(id=item.id, item=item.item_id, text=item.text, by=item.by, at=item.at)
                for item in inspection.addenda
            ],
        )


class TakenOut(BaseModel):
    """What became of all pieces, and how the inspection stands now."""

    receipts: list[ReceiptOut]
    state: StateOut


@router.get("/{checklist_id}")
def state(request: Request, visitor: _Inspector, checklist_id: RowId) -> StateOut:
    """Return an inspection as it stands."""
    inspection = site_of(request).context.onsite.get(visitor.scope, checklist_id)
    return StateOut.of(inspection, visitor.user.id)


@router.post("/{checklist_id}/pieces")
def take(request: Request, visitor: _Inspector, checklist_id: RowId, body: PiecesIn) -> TakenOut:
    """Take in answers, signatures and addenda, each once however often it is sent."""
    site = site_of(request)
    _must_be(visitor, body.user)
    site.context.onsite.get(visitor.scope, checklist_id)
    receipts = [
        _received(piece.id, partial(_take, site, visitor, checklist_id, piece))
        for piece in body.pieces
    ]
    inspection = site.context.onsite.get(visitor.scope, checklist_id)
    _logger.info("pieces_taken", checklist=checklist_id, n=len(receipts), user=visitor.user.name)
    return TakenOut(receipts=receipts, state=StateOut.of(inspection, visitor.user.id))


@router.put("/{checklist_id}/photos/{photo_id}")
async def take_photo(
    request: Request,
    visitor: _Inspector,
    checklist_id: RowId,
    photo_id: PhotoId,
    user: int,
    item: Annotated[str, Query(pattern=_ITEM)],
    at: AwareDatetime,
    sha256: Annotated[str, Query(pattern=r"^[0-9a-f]{64}$")],
    latitude: Annotated[float | None, Query(ge=-90, le=90)] = None,
    longitude: Annotated[float | None, Query(ge=-180, le=180)] = None,
    accuracy_m: Annotated[float, Query(ge=0, le=1e6)] = 0.0,
) -> TakenOut:
    """Take in one photo, the JPEG being the body."""
    site = site_of(request)
    _must_be(visitor, user)
    content = await request.body()
    place = None
    if latitude is not None and longitude is not None:
        place = Place(latitude, longitude, accuracy_m)

    def file_it() -> Receipt:
        if media_type_of(content) != "image/jpeg":
            raise InputError(Text("照片应为 JPEG", "a photo is a JPEG"), where="file")
        return site.context.onsite.photo(
            visitor.scope, checklist_id, photo_id, item, content, sha256, at, place, visitor.actor
        )

    receipt = await run_in_threadpool(_received, photo_id, file_it)
    inspection = await run_in_threadpool(site.context.onsite.get, visitor.scope, checklist_id)
    return TakenOut(receipts=[receipt], state=StateOut.of(inspection, visitor.user.id))


@router.get("/photos/{photo_id}", response_class=StreamingResponse)
def photo(request: Request, visitor: _Seer, photo_id: PhotoId) -> Response:
    """Send a photo."""
    site = site_of(request)
    key = site.context.onsite.photo_file(visitor.scope, photo_id)
    _logger.info("onsite_photo_opened", photo=photo_id, user=visitor.user.name)
    return StreamingResponse(site.context.files.stream(key), media_type="image/jpeg")


@router.get("/signatures/{signature_id}", response_class=StreamingResponse)
def signature(request: Request, visitor: _Seer, signature_id: RowId) -> Response:
    """Send a signature as a picture."""
    site = site_of(request)
    key = site.context.onsite.signature_file(visitor.scope, signature_id)
    if key is None:
        raise NotFoundError(
            Text("没有签字", "it was not signed"), where=f"signature {signature_id}"
        )
    return StreamingResponse(site.context.files.stream(key), media_type="image/svg+xml")


def _must_be(visitor: Visitor, user_id: int) -> None:
    if visitor.user.id != user_id:
        raise ConflictError(
            Text("这台设备现由他人登录", "somebody else is signed in on this device now"),
            where="user",
        )


def _received(piece_id: str, take_in: Callable[[], Receipt]) -> ReceiptOut:
    """Take in one piece; what is wrong with it is told and does not hold up the others."""
    try:
        return ReceiptOut(id=piece_id, receipt=take_in())
    except (InputError, ConflictError, NotFoundError) as error:
        return ReceiptOut(id=piece_id, receipt="refused", reason=error.where or error.message)


def _take(site: Site, visitor: Visitor, checklist_id: int, piece: PieceIn) -> Receipt:
    desk, scope, actor = site.context.onsite, visitor.scope, visitor.actor
    if isinstance(piece, AnswerIn):
        answer = FieldAnswer(
            piece.id,
            piece.item,
            piece.result,
            piece.note,
            piece.at,
            piece.after,
            tuple(piece.settles),
        )
        return desk.answer(scope, checklist_id, answer, actor)
    if isinstance(piece, AddendumIn):
        addendum = NewAddendum(piece.id, piece.item, piece.text, piece.at)
        return desk.addendum(scope, checklist_id, addendum, actor)
    signers = [Signer(item.role, item.name, item.strokes, item.refusal) for item in piece.signers]
    return desk.sign(scope, checklist_id, piece.id, signers, piece.answers_sha256, actor)
