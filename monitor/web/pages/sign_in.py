"""Signing in and out: by name, password and perhaps a code, or once by a link."""

from __future__ import annotations

import math
from typing import Annotated

import structlog
from fastapi import APIRouter, Form, Request
from starlette.responses import RedirectResponse, Response

from monitor.domain.errors import NotFoundError
from monitor.store.session_repository import SignInMethod
from monitor.store.user_repository import SignIn
from monitor.store.users import User
from monitor.web.access import PUBLIC, Permission, require
from monitor.web.answer import page
from monitor.web.doors import TICKET_SECONDS, Attempt, address_key
from monitor.web.form_token import check_form_token
from monitor.web.signing_in import agent_of, begin_session, refused, revoke_old
from monitor.web.site import Site, site_of
from monitor.web.visitor import (
    DEVICE_COOKIE,
    Visitor,
    address_of,
    end_session,
    own_path,
    set_session,
    visitor_of,
)

router = APIRouter(include_in_schema=False)
_logger = structlog.get_logger(__name__)


@router.get("/sign-in", dependencies=[PUBLIC])
def show(request: Request, next: str = "/") -> Response:  # noqa: A002 (it is the URL's word)
    """Show the form, or go on if somebody is signed in already."""
    if visitor_of(request) is not None:
        return RedirectResponse(own_path(next), 303)
    provider = site_of(request).provider
    return page(
        request,
        "sign_in.html",
        target=own_path(next),
        problem=None,
        name="",
        provider=provider.label if provider is not None else None,
    )


@router.post("/sign-in", dependencies=[PUBLIC])
def sign_in(
    request: Request,
    name: Annotated[str, Form(max_length=200)] = "",
    password: Annotated[str, Form(max_length=1000)] = "",
    next: Annotated[str, Form(max_length=2000)] = "/",  # noqa: A002
) -> Response:
    """Check name and password, and begin a session or ask for the code."""
    site = site_of(request)
    clock = site.context.clock.now()
    mark = request.cookies.get(DEVICE_COOKIE)
    attempt = site.doors.attempt(name, address_of(request), mark, clock)
    wait = site.doors.wait(attempt, clock)
    if wait > 0:
        return refused(request, name, next, "sign_in.wait", 429, minutes=math.ceil(wait / 60))
    outcome = _verified(site, attempt, name, password)
    if outcome.user is None:
        site.doors.failed(attempt, clock)
        _logger.warning("sign_in_refused", address=address_of(request), reason=outcome.failure)
        return refused(request, name, next, "sign_in.wrong", 401)
    site.doors.succeeded(attempt)
    if site.second_factors.enrolled([outcome.user.id]):
        ticket = site.doors.tickets.seal({"u": outcome.user.id, "t": own_path(next)}, clock)
        return _ask_code(request, ticket)
    return begin_session(request, outcome.user, next, SignInMethod.PASSWORD)


@router.post("/sign-in/code", dependencies=[PUBLIC])
def sign_in_code(
    request: Request,
    ticket: Annotated[str, Form(max_length=1000)] = "",
    code: Annotated[str, Form(max_length=40)] = "",
) -> Response:
    """Check the code of somebody whose password was right, and begin a session."""
    site = site_of(request)
    clock = site.context.clock.now()
    opened = site.doors.tickets.open(ticket, clock, TICKET_SECONDS)
    user = _active(site, opened["u"]) if opened is not None and "u" in opened else None
    if opened is None or user is None:
        return refused(request, "", "/", "sign_in.late", 401)
    key = str(user.id)
    wait = site.doors.codes.wait(key, clock)
    if wait > 0:
        return _ask_code(request, ticket, "sign_in.wait", 429, minutes=math.ceil(wait / 60))
    # Counted before it is checked, so that many guesses at once get no further than in a row.
    site.doors.codes.failed(key, clock)
    if not site.second_factors.check(user.id, code, site.context.now()):
        _logger.warning("code_refused", address=address_of(request), user=user.name)
        return _ask_code(request, ticket, "sign_in.code_wrong", 401)
    site.doors.codes.succeeded(key)
    return begin_session(request, user, str(opened["t"]), SignInMethod.PASSWORD)


@router.get("/sign-in/once/{token}", dependencies=[PUBLIC])
def sign_in_once(request: Request, token: str) -> Response:
    """Redeem a one-time link; it works for nobody after that."""
    site = site_of(request)
    address, clock = address_of(request), site.context.clock.now()
    now = site.context.now()
    wait = site.doors.addresses.wait(address_key(address), clock)
    session = None if wait else site.sessions.redeem_link(token, now, address, agent_of(request))
    if session is None:
        if visitor_of(request) is not None:  # a second click by the one who redeemed it
            return RedirectResponse("/", 303)
        site.doors.addresses.failed(address_key(address), clock)
        return refused(request, "", "/", "sign_in.link_used", 401)
    revoke_old(request)
    _logger.info("signed_in_by_link", address=address)
    response = RedirectResponse("/", 303)
    set_session(request, response, session)
    return response


@router.post("/sign-out")
def sign_out(
    request: Request,
    visitor: Annotated[Visitor, require(Permission.ACCOUNT)],
    token: Annotated[str, Form()] = "",
) -> Response:
    """End the session."""
    check_form_token(visitor.token, token)
    site_of(request).sessions.revoke(visitor.token)
    response = RedirectResponse("/sign-in", 303)
    end_session(request, response)
    return response


def _verified(site: Site, attempt: Attempt, name: str, password: str) -> SignIn:
    known = attempt.device is not None
    return site.users.verify(name, password, site.context.now(), known_device=known)


def _active(site: Site, user_id: int) -> User | None:
    try:
        user = site.users.get(user_id)
    except NotFoundError:
        return None
    return user if user.active else None


def _ask_code(
    request: Request, ticket: str, problem: str | None = None, status: int = 200, **values: object
) -> Response:
    request.state.visitor = (None,)
    return page(
        request,
        "sign_in_code.html",
        status=status,
        ticket=ticket,
        problem=(problem, values) if problem else None,
    )
