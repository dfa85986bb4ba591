"""One's own API tokens: making, looking through, revoking."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import RedirectResponse, Response

from monitor.domain.access import Scope, ScopeKind
from monitor.domain.access_register import AccessKind, NewAccess
from monitor.domain.errors import InputError
from monitor.domain.text import Text
from monitor.web.access import FOR_PROGRAMS, Permission, permissions_of, require
from monitor.web.answer import page
from monitor.web.directory import Directory
from monitor.web.form_token import check_form_token
from monitor.web.parameters import RowId
from monitor.web.site import site_of
from monitor.web.visitor import Visitor

router = APIRouter(prefix="/account/tokens", include_in_schema=False)
_Own = Annotated[Visitor, require(Permission.ACCOUNT)]
_DAYS = (30, 90, 180, 365)


@router.get("")
def show(request: Request, visitor: _Own) -> Response:
    """List one's tokens."""
    return _page(request, visitor)


@router.post("")
def make(
    request: Request,
    visitor: _Own,
    token: Annotated[str, Form()] = "",
    name: Annotated[str, Form(max_length=200)] = "",
    grants: Annotated[list[str] | None, Form()] = None,
    institution: Annotated[str, Form(pattern=r"^[A-Za-z0-9_.-]{0,64}$")] = "",
    days: Annotated[int, Form(ge=1, le=366)] = 90,
) -> Response:
    """Make a token and show it, this once."""
    check_form_token(visitor.token, token)
    if visitor.user.must_change_password:
        raise InputError(Text("请先修改密码", "change the password first"), where="account")
    site = site_of(request)
    wanted = frozenset(grants or ())
    if not wanted <= {item.value for item in _offered(visitor)}:
        raise InputError(
            Text("您的角色不含这一项", "your role does not include that"), where="grants"
        )
    scope = visitor.scope
    if institution:
        site.places.institution(visitor.scope, institution)
        scope = Scope(ScopeKind.INSTITUTION, institution)
    now = site.context.now()
    try:
        text, made = site.tokens.create(
            visitor.user, name, wanted, scope, timedelta(days=days), now
        )
    except InputError as error:
        return _page(request, visitor, problem=error.where or "tokens")
    what = {"token": made.id, "name": made.name, "grants": sorted(made.grants)}
    site.register.put_down(
        NewAccess(AccessKind.ACCOUNT, visitor.accessor, "生成接口令牌 / API token made", what=what),
        now,
    )
    return _page(request, visitor, made=text)


@router.post("/{token_id}/revoke")
def revoke(
    request: Request, visitor: _Own, token_id: RowId, token: Annotated[str, Form()] = ""
) -> Response:
    """End a token."""
    check_form_token(visitor.token, token)
    site = site_of(request)
    now = site.context.now()
    site.tokens.revoke(visitor.user.id, token_id, now)
    site.register.put_down(
        NewAccess(
            AccessKind.ACCOUNT,
            visitor.accessor,
            "撤销接口令牌 / API token revoked",
            what={"token": token_id},
        ),
        now,
    )
    return RedirectResponse("/account/tokens", 303)


def _offered(visitor: Visitor) -> list[Permission]:
    return sorted(permissions_of(visitor.user.role) & FOR_PROGRAMS)


def _page(
    request: Request, visitor: Visitor, *, made: str = "", problem: str | None = None
) -> Response:
    site = site_of(request)
    return page(
        request,
        "tokens.html",
        status=200 if problem is None else 422,
        tokens=site.tokens.of_user(visitor.user.id),
        offered=_offered(visitor),
        days=_DAYS,
        made=made,
        problem=problem,
        directory=Directory(site.places.tree(visitor.scope)),
    )
