"""What a person may do to an alert now, and doing it."""

from __future__ import annotations

import structlog

from monitor.domain.alerts import AlertAction, AlertState
from monitor.domain.errors import InputError, PermissionDeniedError
from monitor.store.alert_views import AlertView
from monitor.web.access import Permission, may
from monitor.web.site import Site
from monitor.web.visitor import Visitor

_WAITING = (AlertAction.RESOLVE, AlertAction.MARK_FALSE, AlertAction.MARK_DRILL)
REASON_NEEDED = frozenset({AlertAction.MARK_FALSE, AlertAction.COMMENT, AlertAction.REOPEN})
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


def act(
    site: Site,
    visitor: Visitor,
    alert_id: int,
    action: AlertAction,
    reason: str,
    version: int | None,
) -> AlertView:
    """Do it, in the name of the visitor.

    Raises:
        PermissionDeniedError: this role may not.
        InputError: a reason is missing, or the action is not a person's.
        NotFoundError: there is no such alert in the visitor's sight.
        ConflictError: it does not fit, or somebody else was faster.
    """
    if action is AlertAction.REOPEN and not may(visitor, Permission.REOPEN):
        raise PermissionDeniedError("only a supervisor may open an alert again", where="reopen")
    if action in REASON_NEEDED and not reason.strip():
        raise InputError("a reason is needed", where="reason", hint="say why, in a few words")
    alert = site.alerts.act(
        visitor.scope,
        alert_id,
        action,
        visitor.actor,
        site.context.now(),
        reason=reason,
        expected_version=version,
    )
    _logger.info("alert_handled", alert=alert_id, action=action.value, user=visitor.user.name)
    return alert
