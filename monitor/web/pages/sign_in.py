"""Signing in and out: by name and password, or once by a link."""

from __future__ import annotations

import math
from typing import Annotated

import structlog
from fastapi import APIRouter, Form, Request
from starlette.responses import RedirectResponse, Response

from monitor.store.user_repository import SignIn
from monitor.web.access import PUBLIC, Permission, require
from monitor.web.answer import page
from monitor.web.form_token import check_form_token
from monitor.web.site import site_of
from monitor.web.visitor import (
    Visitor,
    address_of,
    end_session,
    own_path,
    session_token,
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
    return page(request, "sign_in.html", target=own_path(next), problem=None, name="")


@router.post("/sign-in", dependencies=[PUBLIC])
def sign_in(
    request: Request,
    name: Annotated[str, Form(max_length=200)] = "",
    password: Annotated[str, Form(max_length=1000)] = "",
    next: Annotated[str, Form(max_length=2000)] = "/",  # noqa: A002
) -> Response:
    """Check name and password and begin a session."""
    minutes = _minutes_to_wait(request, name)
    if minutes:
        return _refused(request, name, next, "sign_in.wait", 429, minutes=minutes)
    site = site_of(request)
    outcome: SignIn = site.users.verify(name, password, site.context.now())
    if outcome.user is None:
        _count_failure(request, name)
        _logger.warning("sign_in_refused", address=address_of(request), reason=outcome.failure)
        return _refused(request, name, next, "sign_in.wrong", 401)
    site.names.succeeded(_key(name))
    _revoke_old(request)
    token = site.sessions.start(
        outcome.user.id, site.context.now(), address_of(request), _agent(request)
    )
    _logger.info("signed_in", user=outcome.user.name, address=address_of(request))
    target = "/account" if outcome.user.must_change_password else own_path(next)
    response = RedirectResponse(target, 303)
    set_session(request, response, token)
    return response


@router.get("/sign-in/once/{token}", dependencies=[PUBLIC])
def sign_in_once(request: Request, token: str) -> Response:
    """Redeem a one-time link; it works for nobody after that."""
    site = site_of(request)
    address = address_of(request)
    now = site.context.now()
    wait = site.addresses.wait(address, site.context.clock.now())
    session = None if wait else site.sessions.redeem_link(token, now, address, _agent(request))
    if session is None:
        if visitor_of(request) is not None:  # a second click by the one who redeemed it
            return RedirectResponse("/", 303)
        site.addresses.failed(address, site.context.clock.now())
        return _refused(request, "", "/", "sign_in.link_used", 401)
    _revoke_old(request)
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


def _refused(
    request: Request, name: str, target: str, problem: str, status: int, **values: object
) -> Response:
    request.state.visitor = (None,)
    return page(
        request,
        "sign_in.html",
        status=status,
        target=own_path(target),
        problem=(problem, values),
        name=name[:200],
    )


def _minutes_to_wait(request: Request, name: str) -> int:
    site = site_of(request)
    now = site.context.clock.now()
    seconds = max(site.names.wait(_key(name), now), site.addresses.wait(address_of(request), now))
    return math.ceil(seconds / 60)


def _count_failure(request: Request, name: str) -> None:
    site = site_of(request)
    now = site.context.clock.now()
    site.names.failed(_key(name), now)
    site.addresses.failed(address_of(request), now)


def _revoke_old(request: Request) -> None:
    old = session_token(request)
    if old:
        site_of(request).sessions.revoke(old)


def _key(name: str) -> str:
    return " ".join(name.split()).lower()[:200]


def _agent(request: Request) -> str:
    return request.headers.get("user-agent", "")
