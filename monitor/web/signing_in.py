"""The last step of every way to sign in: a session begins in the browser."""

from __future__ import annotations

import structlog
from fastapi import Request
from starlette.responses import RedirectResponse, Response

from monitor.store.session_repository import SignInMethod
from monitor.store.users import User
from monitor.web.answer import page
from monitor.web.doors import DEVICE_DAYS
from monitor.web.site import site_of
from monitor.web.visitor import (
    DEVICE_COOKIE,
    address_of,
    is_secure,
    own_path,
    session_token,
    set_session,
)

_logger = structlog.get_logger(__name__)


def begin_session(request: Request, user: User, target: str, method: SignInMethod) -> Response:
    """Sign somebody in and lead them to ``target``; an earlier session of the browser ends."""
    revoke_old(request)
    site = site_of(request)
    token = site.sessions.start(
        user.id, site.context.now(), address_of(request), agent_of(request), method
    )
    _logger.info("signed_in", user=user.name, address=address_of(request), method=method.value)
    goal = "/account" if user.must_change_password else own_path(target)
    response = RedirectResponse(goal, 303)
    set_session(request, response, token)
    response.set_cookie(
        DEVICE_COOKIE,
        site.doors.new_mark(user.name, site.context.clock.now()),
        max_age=DEVICE_DAYS * 86400,
        httponly=True,
        samesite="strict",
        secure=is_secure(request),
        path="/sign-in",
    )
    return response


def refused(
    request: Request,
    name: str,
    target: str,
    problem: str,
    status: int,
    **values: object,
) -> Response:
    """Return the sign-in page with what went wrong."""
    request.state.visitor = (None,)
    provider = site_of(request).provider
    return page(
        request,
        "sign_in.html",
        status=status,
        target=own_path(target),
        problem=(problem, values),
        name=name[:200],
        provider=provider.label if provider is not None else None,
    )


def revoke_old(request: Request) -> None:
    """End the session that the browser has so far."""
    old = session_token(request)
    if old:
        site_of(request).sessions.revoke(old)


def agent_of(request: Request) -> str:
    """Return how the browser calls itself."""
    return request.headers.get("user-agent", "")
