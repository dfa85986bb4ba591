"""Registers for programs: read a book, put entries into it, who is signed in, who has reported."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import JSONResponse, Response

from monitor.domain.access import Scope, ScopeKind
from monitor.domain.attendance import Direction, Movement
from monitor.domain.registers import Entry, LogKind
from monitor.registers.forms import form_of, read_entry, written_of
from monitor.runtime.daily_board import DayBoard, read_board
from monitor.store.register_changes import ChangeAction, ChangeView, Origin
from monitor.web.access import Permission, require
from monitor.web.api.shapes import TextOut
from monitor.web.local_day import day_start, today_of
from monitor.web.parameters import PlaceId
from monitor.web.site import site_of
from monitor.web.visitor import Visitor

router = APIRouter(prefix="/api/v1", tags=["registers"])
_Reader = Annotated[Visitor, require(Permission.REGISTERS)]
_Writer = Annotated[Visitor, require(Permission.REPORT)]
_Book = Annotated[str, Path(pattern=r"^[a-z_]{1,32}$")]
_MOST = 1000


class EntriesIn(BaseModel):
    """Entries as they would be written into the book's form; all are kept, or none."""

    model_config = ConfigDict(extra="forbid")

    entries: list[dict[str, str]] = Field(max_length=_MOST)
    dry_run: bool = False


class EntryOut(BaseModel):
    """One entry: its key, its values by field, and when it was last changed."""

    key: str
    values: dict[str, str]
    updated: datetime


class PutOut(BaseModel):
    """What putting entries did, or would do."""

    added: int
    changed: int
    unchanged: int
    dry_run: bool


class EntryProblem(BaseModel):
    """What is wrong: the number of the entry from 0, its field, and why."""

    entry: int
    field: str | None
    message: TextOut


class ChangeOut(BaseModel):
    """One version of one entry."""

    book: str
    key: str
    action: ChangeAction
    before: dict[str, object]
    after: dict[str, object]
    origin: Origin
    by: str
    at: datetime

    @classmethod
    def of(cls, change: ChangeView) -> ChangeOut:
        """Shape a change."""
        return cls(
            book=change.book,
            key=change.key,
            action=change.action,
            before=dict(change.before),
            after=dict(change.after),
            origin=change.origin,
            by=change.by,
            at=change.at,
        )


class ReportOut(BaseModel):
    """How one institution stands on a day."""

    institution: str
    open: bool
    made: list[LogKind]
    missing: list[LogKind]


class BoardOut(BaseModel):
    """Who has not reported everything yet."""

    day: date
    expected: int
    waiting: int
    reports: list[ReportOut]

    @classmethod
    def of(cls, board: DayBoard) -> BoardOut:
        """Shape a board."""
        return cls(
            day=board.day,
            expected=board.expected,
            waiting=board.waiting,
            reports=[
                ReportOut(
                    institution=item.institution.id,
                    open=item.open,
                    made=sorted(item.made),
                    missing=list(item.missing),
                )
                for item in board.reports
            ],
        )


class MovementIn(BaseModel):
    """Some children of a class come or go now."""

    model_config = ConfigDict(extra="forbid")

    class_id: str = Field(max_length=200)
    direction: Direction
    children: int = Field(1, ge=1, le=500)
    place: str = Field("", max_length=32)
    code: str = Field("", max_length=40)
    note: str = Field("", max_length=500)


class SignedInOut(BaseModel):
    """How many children of a class are signed in now."""

    class_id: str
    room: str | None
    children: int
    last: datetime


@router.get("/registers")
def board(
    request: Request, visitor: _Reader, day: Annotated[date | None, Query()] = None
) -> BoardOut:
    """Say who has not reported everything of a day; today when no day is given."""
    site = site_of(request)
    settings = site.context.settings
    return BoardOut.of(
        read_board(
            site.context.database,
            visitor.scope,
            day or today_of(site),
            settings.reporting.daily,
            settings.planning.calendar(),
        )
    )


@router.get("/registers/{institution_id}/changes")
def changes(request: Request, visitor: _Reader, institution_id: PlaceId) -> list[ChangeOut]:
    """List the latest changes of an institution's register, newest first."""
    site = site_of(request)
    site.places.institution(visitor.scope, institution_id)
    return [ChangeOut.of(item) for item in site.history.of(visitor.scope, institution_id)]


@router.get("/registers/{institution_id}/attendance")
def attendance(request: Request, visitor: _Reader, institution_id: PlaceId) -> list[SignedInOut]:
    """Say how many children of each class with any movement today are signed in now."""
    site = site_of(request)
    site.places.institution(visitor.scope, institution_id)
    own = Scope(ScopeKind.INSTITUTION, institution_id)
    return [
        SignedInOut(
            class_id=item.class_id, room=item.room_id, children=item.children, last=item.last
        )
        for item in site.attendance.signed_in(own, day_start(site), site.context.now())
    ]


@router.post("/registers/{institution_id}/attendance", status_code=201)
def move(
    request: Request, visitor: _Writer, institution_id: PlaceId, body: MovementIn
) -> dict[str, int]:
    """Put an arrival or a departure down and return how many are signed in then."""
    site = site_of(request)
    site.places.institution(visitor.scope, institution_id)
    now = site.context.now()
    movement = Movement(
        body.class_id, now, body.direction, body.children, body.place, note=body.note
    )
    present = site.attendance.record(
        institution_id, movement, day_start(site), now, visitor.actor, body.code
    )
    return {"children": present}


@router.get("/registers/{institution_id}/books/{book}")
def read_book(
    request: Request, visitor: _Reader, institution_id: PlaceId, book: _Book
) -> list[EntryOut]:
    """List the entries of a book, the last changed first."""
    form = form_of(book)
    site = site_of(request)
    site.places.institution(visitor.scope, institution_id)
    return [
        EntryOut(key=kept.key, values=written_of(form, kept.entry), updated=kept.updated)
        for kept in site.registers.entries(visitor.scope, institution_id, book, _MOST)
    ]


@router.put("/registers/{institution_id}/books/{book}", response_model=PutOut)
def put_entries(
    request: Request, visitor: _Writer, institution_id: PlaceId, book: _Book, body: EntriesIn
) -> PutOut | Response:
    """Put entries into a book; what has the same key is replaced, and nothing is lost."""
    form = form_of(book)
    site = site_of(request)
    site.places.institution(visitor.scope, institution_id)
    entries: list[Entry] = []
    problems: list[EntryProblem] = []
    for number, written in enumerate(body.entries):
        read = read_entry(form, written)
        if isinstance(read, tuple):
            problems += [
                EntryProblem(
                    entry=number,
                    field=item.field.name if item.field else None,
                    message=TextOut.of(item.message),
                )
                for item in read
            ]
        else:
            entries.append(read)
    if problems:
        return JSONResponse({"problems": [item.model_dump() for item in problems]}, 422)
    if body.dry_run:
        report = site.registers.preview(institution_id, entries)
    else:
        report = site.registers.put(
            institution_id, entries, site.context.now(), visitor.author(Origin.API)
        )
        site.barred.check(institution_id)
    return PutOut(
        added=report.added,
        changed=report.changed,
        unchanged=report.unchanged,
        dry_run=body.dry_run,
    )
