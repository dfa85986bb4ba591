"""The one place that decides who may do what.

A route names the permission it needs with :func:`require`, or says that it is for everybody with
:data:`PUBLIC`. :func:`check_every_route` lets the application start only if every route does one
of the two. *Where* a person may do it is the scope, which every repository takes as an argument.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from fastapi import Depends, Request
from fastapi.routing import APIRoute, iter_route_contexts
from starlette.routing import BaseRoute, Mount

from monitor.domain.access import Role, ScopeKind
from monitor.domain.errors import PermissionDeniedError
from monitor.domain.text import Text
from monitor.web.site import Site, site_of
from monitor.web.visitor import (
    PasswordDueError,
    SecondFactorDueError,
    SignInRequiredError,
    TooManyRequestsError,
    Visitor,
    visitor_of,
)


class Permission(StrEnum):
    """What a route may need, named by task."""

    ACCOUNT = "account"
    WATCH = "watch"
    LIVE = "live"
    EVIDENCE = "evidence"
    HANDLE = "handle"
    REOPEN = "reopen"
    INSPECTIONS = "inspections"
    GENERATE = "generate"
    INSPECT = "inspect"
    CORRECT = "correct"
    RISK = "risk"
    DECIDE = "decide"
    BACKTEST = "backtest"
    SYSTEM = "system"
    INBOX = "inbox"
    LABEL = "label"
    REGISTERS = "registers"
    REPORT = "report"
    NOTICE = "notice"
    PLAN = "plan"
    TEMPLATES = "templates"
    SHELVE = "shelve"
    NOTICES = "notices"
    EXPORT = "export"
    APPROVE = "approve"
    REGISTER = "register"
    USERS = "users"
    METRICS = "metrics"
    RECORDINGS = "recordings"
    HOLD = "hold"
    ONBOARD = "onboard"
    SEND = "send"
    REQUESTS = "requests"
    RECEIVE = "receive"
    ANSWER = "answer"
    PRIVACY = "privacy"
    CONFIGURE = "configure"


_P = Permission
_SEES = frozenset({_P.ACCOUNT, _P.WATCH})
_REPORTS = frozenset({_P.REGISTERS, _P.REPORT})
_ROLES: Mapping[Role, frozenset[Permission]] = MappingProxyType(
    {
        Role.OPERATOR: _SEES
        | {_P.LIVE, _P.EVIDENCE, _P.EXPORT, _P.HANDLE, _P.INBOX, _P.SHELVE, _P.NOTICES}
        | {_P.RECORDINGS},
        Role.INSTITUTION: _SEES
        | {_P.LIVE, _P.EVIDENCE, _P.EXPORT, _P.HANDLE, _P.INSPECTIONS, _P.CORRECT}
        | {_P.RECORDINGS, _P.SEND, _P.REQUESTS, _P.RECEIVE}
        | _REPORTS,
        Role.INSPECTOR: _SEES
        | {_P.EVIDENCE, _P.EXPORT, _P.INSPECTIONS, _P.GENERATE, _P.INSPECT, _P.CORRECT, _P.RISK}
        | {_P.REGISTERS, _P.RECORDINGS},
        Role.SUPERVISOR: frozenset(Permission)
        - {_P.LABEL, _P.USERS, _P.REGISTER, _P.ONBOARD, _P.CONFIGURE},
        Role.AUDITOR: _SEES
        | {_P.INSPECTIONS, _P.SYSTEM, _P.REGISTER, _P.METRICS, _P.RISK, _P.REGISTERS}
        | {_P.REQUESTS, _P.PRIVACY},
        # Who makes accounts decides neither about exports nor about requests: no one can do both.
        Role.ADMIN: frozenset(Permission) - {_P.APPROVE, _P.ANSWER},
    }
)
FOR_PROGRAMS = frozenset(
    {
        _P.WATCH,
        _P.LIVE,
        _P.EVIDENCE,
        _P.HANDLE,
        _P.REOPEN,
        _P.LABEL,
        _P.EXPORT,
        _P.METRICS,
        _P.REGISTERS,
        _P.REPORT,
    }
)
"""What an API token can be good for: nothing that makes accounts, decides or reads who saw what."""


_OF_THE_WHOLE_DISTRICT = frozenset({_P.ONBOARD, _P.CONFIGURE, _P.PRIVACY})
"""What nobody may do whose sight is limited to a part of the district."""


def permissions_of(role: Role) -> frozenset[Permission]:
    """Return what a role may do."""
    return _ROLES[role]


def may(visitor: Visitor, permission: Permission) -> bool:
    """Say whether a person may do something somewhere in their scope."""
    return permission in permissions_for(visitor)


def permissions_for(visitor: Visitor) -> frozenset[Permission]:
    """Return what a person may do, or a program in their name."""
    role = permissions_of(visitor.user.role)
    if visitor.scope.kind is not ScopeKind.DISTRICT:
        role -= _OF_THE_WHOLE_DISTRICT
    if visitor.bearer is None:
        return role
    return role & FOR_PROGRAMS & frozenset(map(_P, visitor.bearer.grants))


class GrantMissingError(PermissionDeniedError):
    """A program may not do what its person may."""

    def __init__(self, permission: Permission) -> None:
        if permission in FOR_PROGRAMS:
            words = Text(
                f"该令牌不含用途“{permission}”", f"the token was not made for '{permission}'"
            )
        else:
            words = Text("令牌不能用于此操作，须由人登录", "no token can do this: a person has to")
        super().__init__(words)


class Require:
    """Dependency that admits signed-in people with a permission and yields the visitor."""

    def __init__(self, permission: Permission) -> None:
        self.permission = permission

    def __call__(self, request: Request) -> Visitor:
        """Return the visitor.

        Raises:
            SignInRequiredError: nobody is signed in.
            TooManyRequestsError: they ask too often.
            PasswordDueError: the password has to be changed first.
            SecondFactorDueError: a second factor has to be set up first.
            GrantMissingError: the token was not made for it.
            PermissionDeniedError: the person's role lacks the permission.
        """
        visitor = visitor_of(request)
        if visitor is None:
            raise SignInRequiredError
        site = site_of(request)
        _refuse_flood(site, visitor)
        if self.permission is not Permission.ACCOUNT:
            if visitor.user.must_change_password:
                raise PasswordDueError
            needed = site.context.settings.access.second_factor
            if visitor.user.role in needed and not visitor.second_factor:
                raise SecondFactorDueError
        if not may(visitor, self.permission):
            if visitor.bearer is not None and self.permission in permissions_of(visitor.user.role):
                raise GrantMissingError(self.permission)
            raise PermissionDeniedError(
                Text(
                    f"角色“{visitor.user.role}”不能这样做",
                    f"the role '{visitor.user.role}' may not do this",
                ),
                where=self.permission,
            )
        return visitor


def _refuse_flood(site: Site, visitor: Visitor) -> None:
    now, doors = site.context.clock.now(), site.doors
    if visitor.bearer is not None:
        wait = doors.calls.take(str(visitor.bearer.id), now)
    else:
        wait = doors.pages.take(visitor.form_token, now)
    if wait > 0:
        raise TooManyRequestsError(wait)


def require(permission: Permission) -> Any:
    """Return the dependency of a route that needs ``permission``; its value is the visitor."""
    return Depends(Require(permission))


def _everybody() -> None:
    """Mark a route as open to everybody."""


PUBLIC: Any = Depends(_everybody)
"""The dependency of a route without sign-in."""


def supervises(visitor: Visitor) -> bool:
    """Say whether somebody may put aside what is about children left alone."""
    return visitor.user.role in (Role.SUPERVISOR, Role.ADMIN)


def check_district(visitor: Visitor) -> None:
    """Refuse what only people of the whole district decide.

    Raises:
        PermissionDeniedError: the person's sight is limited to a part of the district.
    """
    if visitor.scope.kind is not ScopeKind.DISTRICT:
        raise PermissionDeniedError(
            Text("只有全区人员可以决定", "only people of the whole district decide this"),
            where="scope",
        )


def rule_of(route: BaseRoute) -> Permission | None:
    """Return the permission that a route needs, or ``None`` if it is public.

    Raises:
        LookupError: the route has no rule.
    """
    if isinstance(route, Mount) and route.name == "static":
        return None
    if isinstance(route, APIRoute):
        calls: list[Callable[..., Any] | None] = [
            item.call for item in route.dependant.dependencies
        ]
        for call in calls:
            if isinstance(call, Require):
                return call.permission
        if _everybody in calls:
            return None
    raise LookupError(f"route {getattr(route, 'path', route)} has no rule who may use it")


def check_every_route(routes: Sequence[BaseRoute]) -> None:
    """Refuse to start with a route that nobody decided about.

    Raises:
        LookupError: a route has no rule.
    """
    for context in iter_route_contexts(routes):
        rule_of(context.original_route)
