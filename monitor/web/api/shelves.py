"""Shelves for programs: what is put aside, putting something aside, taking it back."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Request
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from monitor.detectors.rules import rule_kinds
from monitor.domain.errors import InputError
from monitor.domain.shelves import NewShelf
from monitor.domain.text import Text
from monitor.store.shelves import Shelf
from monitor.web.access import Permission, require, supervises
from monitor.web.api.problems import CONFLICT
from monitor.web.parameters import RowId
from monitor.web.site import site_of
from monitor.web.visitor import Visitor

router = APIRouter(prefix="/api/v1", tags=["shelves"])
_Shelver = Annotated[Visitor, require(Permission.SHELVE)]
_Place = Annotated[str, Field(max_length=64, pattern=r"^[A-Za-z0-9_.\-]*$")]


class ShelfIn(BaseModel):
    """What to put aside: an institution, one of its rooms or cameras, and one rule or all.

    Empty ids mean any. It lasts 5 minutes to 30 days; a rule about children left alone, or every
    rule, at most 24 hours and only by a supervisor.
    """

    model_config = ConfigDict(extra="forbid")

    institution: Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9_.\-]+$")]
    room: _Place = ""
    camera: _Place = ""
    rule: _Place = ""
    reason: str = Field(min_length=1, max_length=2000)
    expires: AwareDatetime


class ShelfOut(BaseModel):
    """One shelf; `critical` says that critical alerts are put aside, too."""

    id: int
    institution: str
    room: str
    camera: str
    rule: str
    critical: bool
    reason: str
    created: datetime
    created_by: str
    expires: datetime
    ended: datetime | None
    ended_by: str

    @classmethod
    def of(cls, shelf: Shelf) -> ShelfOut:
        """Shape a shelf."""
        return cls(
            id=shelf.id,
            institution=shelf.institution_id,
            room=shelf.room_id,
            camera=shelf.camera_id,
            rule=shelf.rule,
            critical=shelf.critical,
            reason=shelf.reason,
            created=shelf.created,
            created_by=shelf.created_by,
            expires=shelf.expires,
            ended=shelf.ended,
            ended_by=shelf.ended_by,
        )


class ShelvesOut(BaseModel):
    """Shelves in a list."""

    shelves: list[ShelfOut]


@router.get("/shelves")
def list_shelves(
    request: Request,
    visitor: Annotated[Visitor, require(Permission.WATCH)],
    *,
    ended: bool = False,
) -> ShelvesOut:
    """List what is put aside now, or the latest that has ended."""
    site = site_of(request)
    found = site.shelves.list(visitor.scope, site.context.now(), active=not ended)
    return ShelvesOut(shelves=[ShelfOut.of(shelf) for shelf in found])


@router.post("/shelves", status_code=201)
def put_on_shelf(request: Request, visitor: _Shelver, body: ShelfIn) -> ShelfOut:
    """Put a camera, a room or a rule aside: its alerts are recorded and told to nobody."""
    if body.rule and body.rule not in rule_kinds():
        raise InputError(Text("没有这条规则", "there is no such rule"), where="rule")
    site = site_of(request)
    new = NewShelf(body.institution, body.reason, body.expires, body.room, body.camera, body.rule)
    now = site.context.now()
    shelf_id = site.shelves.put(
        visitor.scope, new, visitor.actor, now, supervisor=supervises(visitor)
    )
    return ShelfOut.of(site.shelves.get(visitor.scope, shelf_id))


@router.post("/shelves/{shelf_id}/end", responses=CONFLICT)
def end_shelf(request: Request, visitor: _Shelver, shelf_id: RowId) -> ShelfOut:
    """Take something back before its time; alerts that still last are told then."""
    site = site_of(request)
    site.shelves.end(visitor.scope, shelf_id, visitor.actor, site.context.now())
    return ShelfOut.of(site.shelves.get(visitor.scope, shelf_id))
