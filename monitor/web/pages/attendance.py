"""Arrivals and departures of a day: counts by class, and collecting by a code."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from monitor.domain.access import Scope, ScopeKind
from monitor.domain.attendance import Direction, Movement
from monitor.domain.errors import (
    ConflictError,
    InputError,
    KanhuError,
    NotFoundError,
    PermissionDeniedError,
)
from monitor.domain.registers import ClassGroup
from monitor.domain.text import Text
from monitor.web.access import Permission, require
from monitor.web.answer import page
from monitor.web.form_data import Sent, SentForm
from monitor.web.form_token import check_form_token
from monitor.web.local_day import day_start, today_of
from monitor.web.parameters import PlaceId
from monitor.web.site import Site, site_of
from monitor.web.visitor import Visitor

router = APIRouter(include_in_schema=False)
_Reader = Annotated[Visitor, require(Permission.REGISTERS)]
_Writer = Annotated[Visitor, require(Permission.REPORT)]


@router.get("/registers/{institution_id}/attendance")
def show(request: Request, visitor: _Reader, institution_id: PlaceId) -> Response:
    """Show who is signed in now, class by class, and the day's movements."""
    return _attendance(request, visitor, institution_id)


@router.post("/registers/{institution_id}/attendance")
def record(request: Request, visitor: _Writer, institution_id: PlaceId, sent: SentForm) -> Response:
    """Put an arrival or a departure down."""
    check_form_token(visitor.token, sent.text("token"))
    site = site_of(request)
    site.places.institution(visitor.scope, institution_id)
    try:
        site.attendance.record(
            institution_id,
            _movement(site, sent),
            day_start(site),
            site.context.now(),
            visitor.actor,
            sent.text("code", 40),
        )
    except ConflictError:
        return _attendance(request, visitor, institution_id, "attendance.too_many")
    except PermissionDeniedError:
        return _attendance(request, visitor, institution_id, "attendance.wrong_code")
    except (InputError, NotFoundError):
        return _attendance(request, visitor, institution_id, "attendance.wrong_input")
    return RedirectResponse(f"/registers/{institution_id}/attendance", 303)


@router.post("/registers/{institution_id}/codes")
def issue(request: Request, visitor: _Writer, institution_id: PlaceId, sent: SentForm) -> Response:
    """Make a pick-up code and show it, this once only."""
    check_form_token(visitor.token, sent.text("token"))
    site = site_of(request)
    site.places.institution(visitor.scope, institution_id)
    group, place = sent.text("class"), sent.text("place", 32)
    try:
        code = site.attendance.issue_code(
            institution_id, group, place, site.context.now(), visitor.actor
        )
    except KanhuError:
        return _attendance(request, visitor, institution_id, "attendance.wrong_input")
    return _attendance(request, visitor, institution_id, code=code, place=place)


@router.post("/registers/{institution_id}/codes/withdraw")
def withdraw(
    request: Request, visitor: _Writer, institution_id: PlaceId, sent: SentForm
) -> Response:
    """Take a pick-up code out of force."""
    check_form_token(visitor.token, sent.text("token"))
    site = site_of(request)
    site.places.institution(visitor.scope, institution_id)
    number = sent.text("code_id", 18)
    if not number.isdecimal():
        raise NotFoundError(
            Text("没有这个有效的接送码", "no such code is in force"), where="code_id"
        )
    site.attendance.withdraw_code(institution_id, int(number), site.context.now())
    return RedirectResponse(f"/registers/{institution_id}/attendance", 303)


def _movement(site: Site, sent: Sent) -> Movement:
    try:
        direction = Direction(sent.text("direction"))
        children = int(sent.text("children") or "1")
    except ValueError:
        raise InputError(
            Text("这不是入离园记录", "this is not a movement"), where="direction"
        ) from None
    return Movement(
        class_id=sent.text("class"),
        at=site.context.now(),
        direction=direction,
        children=children,
        place=sent.text("place", 32),
        note=sent.text("note"),
    )


def _attendance(
    request: Request,
    visitor: Visitor,
    institution_id: str,
    problem: str | None = None,
    *,
    code: str = "",
    place: str = "",
) -> Response:
    site = site_of(request)
    own = Scope(ScopeKind.INSTITUTION, institution_id)
    start = day_start(site)
    now = site.context.now()
    institution = site.places.institution(visitor.scope, institution_id).institution
    today = today_of(site)
    register = site.registers.register(institution_id, today, today)
    groups: tuple[ClassGroup, ...] = () if register is None else register.classes
    present = {item.class_id: item for item in site.attendance.signed_in(own, start, now)}
    return page(
        request,
        "attendance.html",
        status=200 if problem is None else 422,
        institution=institution,
        groups=groups,
        present=present,
        names={group.id: group.name for group in groups},
        movements=site.attendance.movements(own, institution_id, start, start + timedelta(days=1)),
        codes=site.attendance.codes(own, institution_id),
        problem=problem,
        code=code,
        place=place,
    )
