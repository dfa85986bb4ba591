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
from monitor.web.visitor import PasswordDueError, SignInRequiredError, Visitor, visitor_of


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
    ONBOARD = "onboard"
    SEND = "send"


_P = Permission
_SEES = frozenset({_P.ACCOUNT, _P.WATCH})
_REPORTS = frozenset({_P.REGISTERS, _P.REPORT})
_ROLES: Mapping[Role, frozenset[Permission]] = MappingProxyType(
    {
        Role.OPERATOR: _SEES | {_P.LIVE, _P.EVIDENCE, _P.HANDLE, _P.INBOX},
        Role.INSTITUTION: _SEES
        | {_P.LIVE, _P.EVIDENCE, _P.HANDLE, _P.INSPECTIONS, _P.CORRECT, _P.SEND}
        | _REPORTS,
        Role.INSPECTOR: _SEES
        | {_P.EVIDENCE, _P.INSPECTIONS, _P.GENERATE, _P.INSPECT, _P.CORRECT, _P.RISK, _P.REGISTERS},
        Role.SUPERVISOR: frozenset(Permission) - {_P.LABEL, _P.ONBOARD},
        Role.AUDITOR: _SEES | {_P.INSPECTIONS, _P.SYSTEM, _P.RISK, _P.REGISTERS},
        Role.ADMIN: frozenset(Permission),
    }
)


def permissions_of(role: Role) -> frozenset[Permission]:
    """Return what a role may do."""
    return _ROLES[role]


def may(visitor: Visitor, permission: Permission) -> bool:
    """Say whether a person may do something somewhere in their scope."""
    return permission in permissions_of(visitor.user.role)


class Require:
    """Dependency that admits signed-in people with a permission and yields the visitor."""

    def __init__(self, permission: Permission) -> None:
        self.permission = permission

    def __call__(self, request: Request) -> Visitor:
        """Return the visitor.

        Raises:
            SignInRequiredError: nobody is signed in.
            PasswordDueError: the password has to be changed first.
            PermissionDeniedError: the person's role lacks the permission.
        """
        visitor = visitor_of(request)
        if visitor is None:
            raise SignInRequiredError
        if visitor.user.must_change_password and self.permission is not Permission.ACCOUNT:
            raise PasswordDueError
        if not may(visitor, self.permission):
            raise PermissionDeniedError(
                f"the role '{visitor.user.role}' may not do this", where=self.permission
            )
        return visitor


def require(permission: Permission) -> Any:
    """Return the dependency of a route that needs ``permission``; its value is the visitor."""
    return Depends(Require(permission))


def _everybody() -> None:
    """Mark a route as open to everybody."""


PUBLIC: Any = Depends(_everybody)
"""The dependency of a route without sign-in."""


def check_district(visitor: Visitor) -> None:
    """Refuse what only people of the whole district decide.

    Raises:
        PermissionDeniedError: the person's sight is limited to a part of the district.
    """
    if visitor.scope.kind is not ScopeKind.DISTRICT:
        raise PermissionDeniedError("only people of the whole district decide this", where="scope")


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
