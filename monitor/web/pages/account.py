"""One's own account: who one is here, a new password, and where one is signed in."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import RedirectResponse, Response

from monitor.domain.errors import InputError
from monitor.store.passwords import LONGEST_PASSWORD, SHORTEST_PASSWORD
from monitor.store.session_repository import session_id
from monitor.store.tokens import token_hash
from monitor.web.access import Permission, require
from monitor.web.answer import page
from monitor.web.form_token import check_form_token
from monitor.web.proving import password_is_right
from monitor.web.site import site_of
from monitor.web.visitor import Visitor, address_of, set_session

router = APIRouter(include_in_schema=False)
_Own = Annotated[Visitor, require(Permission.ACCOUNT)]


@router.get("/account")
def show(request: Request, visitor: _Own, changed: bool = False) -> Response:
    """Show who is signed in and the form for a new password."""
    return _account(request, visitor, None, changed=changed)


@router.post("/account/sessions/end")
def end_sessions(
    request: Request,
    visitor: _Own,
    token: Annotated[str, Form()] = "",
    session: Annotated[str, Form(max_length=80)] = "",
) -> Response:
    """End one of one's sessions, or without a name all but this one."""
    check_form_token(visitor.token, token)
    sessions = site_of(request).sessions
    if session:
        sessions.end(visitor.user.id, session)
    else:
        sessions.revoke_all(visitor.user.id, but=visitor.token)
    return RedirectResponse("/account", 303)


@router.post("/account/password")
def change_password(
    request: Request,
    visitor: _Own,
    token: Annotated[str, Form()] = "",
    current: Annotated[str, Form(max_length=1000)] = "",
    new: Annotated[str, Form(max_length=1000)] = "",
    again: Annotated[str, Form(max_length=1000)] = "",
) -> Response:
    """Change the password; every other session of the person ends."""
    check_form_token(visitor.token, token)
    site = site_of(request)
    now = site.context.now()
    if new != again:
        return _account(request, visitor, "account.differ")
    if new == current:
        return _account(request, visitor, "account.same")
    if visitor.user.name in new.lower():
        return _account(request, visitor, "account.contains_name")
    if not password_is_right(site, visitor, current):
        return _account(request, visitor, "account.current_wrong")
    try:
        site.users.set_password(visitor.user.id, new)
    except InputError:
        return _account(request, visitor, "account.length")
    session = site.sessions.start(
        visitor.user.id, now, address_of(request), request.headers.get("user-agent", "")
    )
    response = RedirectResponse("/account?changed=true", 303)
    set_session(request, response, session)
    return response


def _account(
    request: Request, visitor: Visitor, problem: str | None, *, changed: bool = False
) -> Response:
    site = site_of(request)
    return page(
        request,
        "account.html",
        sessions=site.sessions.list(visitor.user.id, site.context.now()),
        own_session=session_id(token_hash(visitor.token)),
        codes_left=site.second_factors.codes_left(visitor.user.id),
        devices=[item for item in site.push_devices.of_user(visitor.user.id) if not item.ended],
        enrolled=bool(site.second_factors.enrolled([visitor.user.id])),
        live_tokens=[
            item for item in site.tokens.of_user(visitor.user.id) if item.valid(site.context.now())
        ],
        status=200 if problem is None else 422,
        user=visitor.user,
        problem=problem,
        changed=changed,
        shortest=SHORTEST_PASSWORD,
        longest=LONGEST_PASSWORD,
    )
