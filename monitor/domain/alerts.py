"""Alerts: events that a person must act on, with a life of their own.

``open → acknowledged → resolved | false | drill``. An alert may also be resolved or marked
false straight from ``open``, and ``reopened`` from any ended state. Snoozing, escalating and
handing over to somebody do not change the state: they change who is told, and when.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from monitor.domain.errors import ConflictError
from monitor.domain.text import Text


class AlertState(StrEnum):
    """Where an alert stands."""

    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    RESOLVED = "resolved"
    FALSE = "false"
    DRILL = "drill"

    @property
    def ended(self) -> bool:
        """Say whether nobody needs to act any more."""
        return self in (AlertState.RESOLVED, AlertState.FALSE, AlertState.DRILL)


class AlertAction(StrEnum):
    """What a person, or the system, did to an alert."""

    RAISE = "raise"
    REPEAT = "repeat"
    CLEAR = "clear"
    ACKNOWLEDGE = "acknowledge"
    RESOLVE = "resolve"
    MARK_FALSE = "mark_false"
    MARK_DRILL = "mark_drill"
    REOPEN = "reopen"
    COMMENT = "comment"
    SNOOZE = "snooze"
    WAKE = "wake"
    REMIND = "remind"
    ASSIGN = "assign"
    ESCALATE = "escalate"
    FLAPPING = "flapping"
    RESEND = "resend"


_ACTIVE = (AlertState.OPEN, AlertState.ACKNOWLEDGED)
_ENDED = (AlertState.RESOLVED, AlertState.FALSE, AlertState.DRILL)
_TRANSITIONS: dict[AlertAction, tuple[tuple[AlertState, ...], AlertState | None]] = {
    AlertAction.REPEAT: (_ACTIVE, None),
    AlertAction.CLEAR: (_ACTIVE + _ENDED, None),
    AlertAction.ACKNOWLEDGE: ((AlertState.OPEN,), AlertState.ACKNOWLEDGED),
    AlertAction.RESOLVE: (_ACTIVE, AlertState.RESOLVED),
    AlertAction.MARK_FALSE: (_ACTIVE, AlertState.FALSE),
    AlertAction.MARK_DRILL: (_ACTIVE, AlertState.DRILL),
    AlertAction.REOPEN: (_ENDED, AlertState.OPEN),
    AlertAction.COMMENT: (_ACTIVE + _ENDED, None),
    AlertAction.SNOOZE: (_ACTIVE, None),
    AlertAction.WAKE: (_ACTIVE, None),
    AlertAction.REMIND: ((AlertState.ACKNOWLEDGED,), None),
    AlertAction.ASSIGN: (_ACTIVE, None),
    AlertAction.ESCALATE: (_ACTIVE, None),
    AlertAction.FLAPPING: (_ACTIVE, None),
    AlertAction.RESEND: (_ACTIVE + _ENDED, None),
}


def next_state(state: AlertState, action: AlertAction) -> AlertState:
    """Return the state after ``action``.

    Raises:
        ConflictError: the action does not fit the state.
    """
    if action not in _TRANSITIONS:
        raise ConflictError(
            Text(
                f"已有的告警不能“{action}”",
                f"an alert that exists cannot be acted on by '{action}'",
            )
        )
    allowed, target = _TRANSITIONS[action]
    if state not in allowed:
        raise ConflictError(
            Text(
                f"状态为“{state}”的告警不能“{action}”",
                f"an alert that is '{state}' cannot be acted on by '{action}'",
            ),
            hint=Text(
                "请重新载入告警：可能已有人处理",
                "reload the alert: somebody else may have handled it",
            ),
        )
    return state if target is None else target


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acted: a signed-in person, or the system itself.

    ``address`` is that of the person's machine and ``via`` how they did it: ``page``, ``api`` or
    ``system``.
    """

    user_id: int | None
    name: str
    address: str = ""
    via: str = ""


SYSTEM = Actor(user_id=None, name="system", via="system")
