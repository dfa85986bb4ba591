"""People who may sign in, for those who enter them: add, change, keep out, give a new start."""

from __future__ import annotations

import secrets
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from starlette.responses import RedirectResponse, Response

from monitor.domain.access import DISTRICT, Role, Scope, ScopeKind
from monitor.domain.access_register import AccessKind, NewAccess
from monitor.domain.errors import ConflictError, InputError, NotFoundError
from monitor.domain.text import Language, Text
from monitor.store.users import NewUser, User
from monitor.web.access import Permission, require
from monitor.web.answer import page
from monitor.web.form_token import check_form_token
from monitor.web.parameters import RowId
from monitor.web.site import Site, site_of
from monitor.web.user_scopes import scope_choices, scope_of
from monitor.web.visitor import Visitor

_ENTERED = Text("新建账号", "entered")
_CHANGED = Text("修改账号", "changed")
_LET_IN = Text("启用账号", "let in")
_KEPT_OUT = Text("停用账号", "kept out")
_PASSWORD = Text("重置密码", "password reset")
_FACTOR = Text("重置第二步验证", "second factor reset")
_SIGNED_OUT = Text("在所有设备退出登录", "signed out everywhere")
router = APIRouter(prefix="/users", include_in_schema=False)
_Admin = Annotated[Visitor, require(Permission.USERS)]
_Token = Annotated[str, Form()]
_Line = Annotated[str, Form(max_length=300)]


@router.get("")
def index(request: Request, visitor: _Admin) -> Response:
    """List the people within one's scope, and the form to enter another."""
    return _list(request, visitor)


@router.post("")
def add(
    request: Request,
    visitor: _Admin,
    token: _Token = "",
    name: _Line = "",
    display_name: _Line = "",
    unit: _Line = "",
    role: Annotated[Role, Form()] = Role.OPERATOR,
    scope: _Line = "",
    language: Annotated[Language, Form()] = "zh",
) -> Response:
    """Enter a person and show their first password, this once."""
    check_form_token(visitor.token, token)
    site = site_of(request)
    chosen = _fit_scope(site, visitor, role, scope)
    password = _new_password()
    new = NewUser(name, display_name, role, chosen, unit, language, must_change_password=True)
    try:
        user = site.users.create(new, password, site.context.now())
    except (InputError, ConflictError) as error:
        key = "users.name_taken" if isinstance(error, ConflictError) else "users.name_unfit"
        return _list(request, visitor, problem=key)
    _put_down(site, visitor, user, _ENTERED, role=role.value, scope=str(chosen.id))
    return _show(request, visitor, user, password=password)


@router.get("/{user_id}")
def show(request: Request, visitor: _Admin, user_id: RowId) -> Response:
    """Show one person with everything that can be changed."""
    return _show(request, visitor, _known(site_of(request), visitor, user_id))


@router.post("/{user_id}")
def change(
    request: Request,
    visitor: _Admin,
    user_id: RowId,
    token: _Token = "",
    display_name: _Line = "",
    unit: _Line = "",
    role: Annotated[Role | None, Form()] = None,
    scope: _Line = "",
) -> Response:
    """Change names, role and scope; a person whose rights change is signed out."""
    check_form_token(visitor.token, token)
    site = site_of(request)
    user = _known(site, visitor, user_id)
    site.users.set_names(user.id, display_name, unit)
    if role is not None:
        chosen = _fit_scope(site, visitor, role, scope)
        if (role, chosen) != (user.role, user.scope):
            _refuse_oneself(visitor, user)
            site.users.set_role(user.id, role, chosen)
    fresh = site.users.get(user.id)
    _put_down(site, visitor, fresh, _CHANGED, role=fresh.role.value, scope=fresh.scope.id)
    return RedirectResponse(f"/users/{user.id}", 303)


@router.post("/{user_id}/active")
def set_active(
    request: Request,
    visitor: _Admin,
    user_id: RowId,
    token: _Token = "",
    active: Annotated[bool, Form()] = False,
) -> Response:
    """Keep somebody out, or let them in again."""
    site, user = _somebody_else(request, visitor, user_id, token)
    site.users.set_active(user.id, active=active)
    _put_down(site, visitor, user, _LET_IN if active else _KEPT_OUT)
    return RedirectResponse(f"/users/{user.id}", 303)


@router.post("/{user_id}/password")
def reset_password(
    request: Request, visitor: _Admin, user_id: RowId, token: _Token = ""
) -> Response:
    """Give somebody a new password, shown this once, that they have to change."""
    site, user = _somebody_else(request, visitor, user_id, token)
    password = _new_password()
    site.users.set_password(user.id, password, must_change=True)
    _put_down(site, visitor, user, _PASSWORD)
    return _show(request, visitor, site.users.get(user.id), password=password)


@router.post("/{user_id}/second-factor")
def reset_second_factor(
    request: Request, visitor: _Admin, user_id: RowId, token: _Token = ""
) -> Response:
    """Forget somebody's second factor, because the phone is lost; they are signed out."""
    site, user = _somebody_else(request, visitor, user_id, token)
    site.second_factors.remove(user.id)
    site.sessions.revoke_all(user.id)
    _put_down(site, visitor, user, _FACTOR)
    return RedirectResponse(f"/users/{user.id}", 303)


@router.post("/{user_id}/sign-out")
def sign_out(request: Request, visitor: _Admin, user_id: RowId, token: _Token = "") -> Response:
    """End all sessions and tokens of somebody."""
    check_form_token(visitor.token, token)
    site = site_of(request)
    user = _known(site, visitor, user_id)
    site.sessions.revoke_all(user.id, but=visitor.token)
    site.tokens.revoke_all(user.id, site.context.now())
    _put_down(site, visitor, user, _SIGNED_OUT)
    return RedirectResponse(f"/users/{user.id}", 303)


def _somebody_else(
    request: Request, visitor: Visitor, user_id: int, token: str
) -> tuple[Site, User]:
    check_form_token(visitor.token, token)
    site = site_of(request)
    user = _known(site, visitor, user_id)
    _refuse_oneself(visitor, user)
    return site, user


def _known(site: Site, visitor: Visitor, user_id: int) -> User:
    found = next((user for user in site.users.list(visitor.scope) if user.id == user_id), None)
    if found is None:
        raise NotFoundError(Text("没有这个用户", "there is no such user"), where=f"user {user_id}")
    return found


def _fit_scope(site: Site, visitor: Visitor, role: Role, written: str) -> Scope:
    scope = scope_of(site, visitor.scope, written)
    if role is Role.INSTITUTION and scope.kind is not ScopeKind.INSTITUTION:
        raise InputError(
            Text("这个角色须对应一个机构", "this role needs one institution"), where="scope"
        )
    return scope


def _refuse_oneself(visitor: Visitor, user: User) -> None:
    # Also keeps the last administrator in: nobody can be the one who removes herself.
    if user.id == visitor.user.id:
        raise ConflictError(
            Text("您自己的账号须由他人操作", "somebody else has to do this to your account"),
            where="users",
        )


def _new_password() -> str:
    return "-".join(secrets.token_hex(2) for _ in range(4))


def _put_down(site: Site, visitor: Visitor, user: User, done: Text, **what: str) -> None:
    scope = user.scope
    access = NewAccess(
        AccessKind.ACCOUNT,
        visitor.accessor,
        f"{done.zh} / account {done.en}",
        institution_id=scope.id if scope.kind is ScopeKind.INSTITUTION else None,
        what={"account": user.name, **what},
    )
    site.register.put_down(access, site.context.now())


def _list(request: Request, visitor: Visitor, *, problem: str | None = None) -> Response:
    site = site_of(request)
    users = site.users.list(visitor.scope)
    return page(
        request,
        "users.html",
        status=200 if problem is None else 422,
        users=users,
        enrolled=site.second_factors.enrolled([user.id for user in users]),
        problem=problem,
        **_choices(site, visitor),
    )


def _show(request: Request, visitor: Visitor, user: User, *, password: str = "") -> Response:
    site = site_of(request)
    now = site.context.now()
    return page(
        request,
        "user.html",
        user=user,
        password=password,
        oneself=user.id == visitor.user.id,
        enrolled=bool(site.second_factors.enrolled([user.id])),
        sessions=site.sessions.list(user.id, now),
        tokens=[item for item in site.tokens.of_user(user.id) if item.valid(now)],
        **_choices(site, visitor),
    )


def _choices(site: Site, visitor: Visitor) -> dict[str, Any]:
    return {
        "roles": tuple(Role),
        "scopes": scope_choices(site, visitor.scope),
        "whole": visitor.scope == DISTRICT,
    }
