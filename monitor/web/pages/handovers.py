"""Shift hand-overs: what one shift leaves to the next, and that the next has taken it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import RedirectResponse, Response

from monitor.domain.errors import InputError
from monitor.web.access import Permission, require
from monitor.web.answer import page
from monitor.web.directory import Directory
from monitor.web.form_token import check_form_token
from monitor.web.queue import read_queue
from monitor.web.site import site_of
from monitor.web.visitor import Visitor

router = APIRouter(include_in_schema=False)
_Handler = Annotated[Visitor, require(Permission.HANDLE)]


@router.get("/handovers")
def show(request: Request, visitor: _Handler) -> Response:
    """List the hand-overs of this desk, with the form for the next one."""
    return _page(request, visitor, "", wrong=False)


@router.post("/handovers")
def write(
    request: Request,
    visitor: _Handler,
    token: Annotated[str, Form()] = "",
    note: Annotated[str, Form(max_length=4000)] = "",
) -> Response:
    """Hand the shift over."""
    check_form_token(visitor.token, token)
    site = site_of(request)
    try:
        site.handovers.write(visitor.scope, note, visitor.actor, site.context.now())
    except InputError:
        return _page(request, visitor, note, wrong=True)
    return RedirectResponse("/handovers", 303)


@router.post("/handovers/take")
def take(
    request: Request,
    visitor: _Handler,
    token: Annotated[str, Form()] = "",
    handover: Annotated[int, Form(ge=0, le=2**63 - 1)] = 0,
) -> Response:
    """Take the shift over."""
    check_form_token(visitor.token, token)
    site = site_of(request)
    site.handovers.take(visitor.scope, handover, visitor.actor, site.context.now())
    return RedirectResponse("/handovers", 303)


def _page(request: Request, visitor: Visitor, note: str, *, wrong: bool) -> Response:
    site = site_of(request)
    position = site.feed.latest_id()
    return page(
        request,
        "handovers.html",
        status=422 if wrong else 200,
        directory=Directory(site.places.tree(visitor.scope)),
        queue=read_queue(site.alerts, visitor.scope, site.context.now(), limit=1),
        handovers=site.handovers.list(visitor.scope),
        note=note,
        wrong=wrong,
        position=position,
    )
