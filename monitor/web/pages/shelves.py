"""Shelves: which cameras and rules are put aside, by whom, why and until when."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import RedirectResponse, Response

from monitor.detectors.rules import rule_kinds
from monitor.domain.errors import InputError, PermissionDeniedError
from monitor.domain.shelves import LONGEST_GRAVE, NewShelf
from monitor.domain.text import Text
from monitor.web.access import Permission, require, supervises
from monitor.web.answer import page
from monitor.web.directory import Directory
from monitor.web.form_token import check_form_token
from monitor.web.parameters import RowId
from monitor.web.site import site_of
from monitor.web.visitor import Visitor

router = APIRouter(include_in_schema=False)
_HOURS = (1, 2, 4, 8, 24, 72, 168, 720)
_GRAVE_HOURS = round(LONGEST_GRAVE.total_seconds() / 3600)
_PROBLEMS = ("reason", "rule", "expires", "room", "camera")


@router.get("/shelves")
def show(
    request: Request,
    visitor: Annotated[Visitor, require(Permission.WATCH)],
    place: str = "",
    rule: str = "",
) -> Response:
    """List what is put aside, with the form to put something aside."""
    return _page(request, visitor, {"place": place[:200], "rule": rule[:64]}, "")


@router.post("/shelves")
def put(
    request: Request,
    visitor: Annotated[Visitor, require(Permission.SHELVE)],
    token: Annotated[str, Form()] = "",
    place: Annotated[str, Form(max_length=200)] = "",
    rule: Annotated[str, Form(max_length=64)] = "",
    hours: Annotated[int, Form(ge=1, le=720)] = 1,
    reason: Annotated[str, Form(max_length=4000)] = "",
) -> Response:
    """Put something aside."""
    check_form_token(visitor.token, token)
    site = site_of(request)
    now = site.context.now()
    try:
        if rule and rule not in rule_kinds():
            raise InputError(Text("没有这条规则", "there is no such rule"), where="rule")
        new = _shelf(
            Directory(site.places.tree(visitor.scope)),
            place,
            NewShelf("", reason, now + timedelta(hours=hours), rule=rule),
        )
        site.shelves.put(visitor.scope, new, visitor.actor, now, supervisor=supervises(visitor))
    except (InputError, PermissionDeniedError) as error:
        written = {"place": place, "rule": rule, "reason": reason, "hours": str(hours)}
        return _page(
            request, visitor, written, error.where if error.where in _PROBLEMS else "place"
        )
    return RedirectResponse("/shelves", 303)


@router.post("/shelves/{shelf_id}/end")
def end(
    request: Request,
    visitor: Annotated[Visitor, require(Permission.SHELVE)],
    shelf_id: RowId,
    token: Annotated[str, Form()] = "",
) -> Response:
    """Take something back before its time."""
    check_form_token(visitor.token, token)
    site = site_of(request)
    site.shelves.end(visitor.scope, shelf_id, visitor.actor, site.context.now())
    return RedirectResponse("/shelves", 303)


def _page(request: Request, visitor: Visitor, written: dict[str, str], problem: str) -> Response:
    site = site_of(request)
    now = site.context.now()
    return page(
        request,
        "shelves.html",
        status=422 if problem else 200,
        directory=Directory(site.places.tree(visitor.scope)),
        active=site.shelves.list(visitor.scope, now, active=True),
        ended=site.shelves.list(visitor.scope, now, active=False)[:20],
        rules=tuple(rule_kinds()),
        hours=_HOURS,
        grave_hours=_GRAVE_HOURS,
        supervisor=supervises(visitor),
        written=written,
        problem=problem,
        position=site.feed.latest_id(),
    )


def _shelf(directory: Directory, place: str, new: NewShelf) -> NewShelf:
    """Return ``new`` at ``place``, which is written as ``room.ID`` and the like."""
    kind, _, name = place.partition(".")
    room_id, camera_id = "", ""
    institution_id = name if kind == "institution" and name in directory.institutions else ""
    if kind == "camera" and name in directory.spots:
        spot = directory.spots[name]
        institution_id, room_id, camera_id = spot.institution.id, spot.room.room.id, name
    if kind == "room" and name in directory.rooms:
        institution_id, room_id = directory.rooms[name].room.institution_id, name
    if not institution_id:
        raise InputError(
            Text("没有这个地点", "there is no such place"),
            where="place",
            hint=Text("请从列表中选择", "choose one of the list"),
        )
    return NewShelf(institution_id, new.reason, new.expires, room_id, camera_id, new.rule)
