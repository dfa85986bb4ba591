"""What a person may do to an alert now, and doing it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta

import structlog

from monitor.domain.access import ScopeKind
from monitor.domain.alerts import AlertAction, AlertState
from monitor.domain.errors import InputError, PermissionDeniedError
from monitor.domain.places import Institution
from monitor.domain.text import Text
from monitor.store.alert_care import Assignee
from monitor.store.alert_views import AlertView
from monitor.store.users import User
from monitor.web.access import Permission, may, permissions_of
from monitor.web.site import Site
from monitor.web.visitor import Visitor

_WAITING = (AlertAction.RESOLVE, AlertAction.MARK_FALSE, AlertAction.MARK_DRILL)
_FURTHER = (AlertAction.SNOOZE, AlertAction.ASSIGN, AlertAction.ESCALATE)
REASON_NEEDED = frozenset(
    {AlertAction.MARK_FALSE, AlertAction.COMMENT, AlertAction.REOPEN, AlertAction.SNOOZE}
)
SNOOZES = (5, 10, 15, 30, 60, 120, 240)
"""Minutes that the page offers."""

_logger = structlog.get_logger(__name__)


def actions_for(alert: AlertView, visitor: Visitor) -> tuple[AlertAction, ...]:
    """Return what this person may do to this alert as it stands."""
    if not may(visitor, Permission.HANDLE):
        return ()
    if alert.state is AlertState.OPEN:
        return (AlertAction.ACKNOWLEDGE, *_WAITING, AlertAction.COMMENT)
    if alert.state is AlertState.ACKNOWLEDGED:
        return (*_WAITING, AlertAction.COMMENT)
    if may(visitor, Permission.REOPEN):
        return (AlertAction.REOPEN, AlertAction.COMMENT)
    return (AlertAction.COMMENT,)


def further_actions(alert: AlertView, visitor: Visitor) -> tuple[AlertAction, ...]:
    """Return what this person may do besides: it leaves the alert in its state."""
    if not may(visitor, Permission.HANDLE) or alert.state.ended:
        return ()
    return _FURTHER


def assignees(site: Site, visitor: Visitor, institution: Institution | None) -> tuple[User, ...]:
    """Return the people within sight to whom an alert of an institution may be handed over."""
    if institution is None:
        return ()
    return tuple(
        user
        for user in site.users.list(visitor.scope)
        if user.active and _handles(user, institution)
    )


@dataclass(frozen=True, slots=True)
class Wanted:
    """An action as a form or a program asks for it.

    ``minutes`` is for a snooze; ``assignee`` the id of a person, 0 for nobody in particular.
    """

    action: AlertAction
    reason: str = ""
    version: int | None = None
    minutes: int | None = None
    assignee: int | None = None


def act(site: Site, visitor: Visitor, alert_id: int, wanted: Wanted, via: str) -> AlertView:
    """Do it, in the name of the visitor; ``via`` says whether on a page or by the API.

    Raises:
        PermissionDeniedError: this role may not.
        InputError: something is missing, or the action is not a person's.
        NotFoundError: there is no such alert in the visitor's sight.
        ConflictError: it does not fit, or somebody else was faster.
    """
    action = wanted.action
    if action is AlertAction.REOPEN and not may(visitor, Permission.REOPEN):
        raise PermissionDeniedError(
            Text("只有主管可以重新打开告警", "only a supervisor may open an alert again"),
            where="reopen",
        )
    if action in REASON_NEEDED and not wanted.reason.strip():
        raise InputError(
            Text("请写明原因", "a reason is needed"),
            where="reason",
            hint=Text("用几个字说明原因", "say why, in a few words"),
        )
    now = site.context.now()
    alert = site.alerts.act(
        visitor.scope,
        alert_id,
        action,
        replace(visitor.actor, via=via),
        now,
        reason=wanted.reason,
        expected_version=wanted.version,
        until=None if wanted.minutes is None else now + timedelta(minutes=wanted.minutes),
        assignee=_assignee(site, visitor, alert_id, wanted),
    )
    _logger.info("alert_handled", alert=alert_id, action=action.value, user=visitor.user.name)
    return alert


def _assignee(site: Site, visitor: Visitor, alert_id: int, wanted: Wanted) -> Assignee | None:
    if wanted.action is not AlertAction.ASSIGN or wanted.assignee is None:
        return None
    if wanted.assignee == 0:
        return Assignee(None, "")
    alert = site.alerts.get(visitor.scope, alert_id).alert
    home = site.places.institution(visitor.scope, alert.institution_id).institution
    for user in assignees(site, visitor, home):
        if user.id == wanted.assignee:
            return Assignee(user.id, user.display_name)
    raise InputError(
        Text("这个人不能处理这条告警", "this person cannot handle the alert"),
        where="assignee",
        hint=Text("请另选一人", "choose another"),
    )


def _handles(user: User, institution: Institution) -> bool:
    within = {
        ScopeKind.DISTRICT: True,
        ScopeKind.COMMUNITY: user.scope.id == institution.community,
        ScopeKind.INSTITUTION: user.scope.id == institution.id,
    }
    return within[user.scope.kind] and Permission.HANDLE in permissions_of(user.role)
