"""Findings: what an inspection found wanting, and how it is put right.

``open → corrected → closed``: the institution reports that it has put a finding right, somebody
else looks again and closes it, or sends it back. A closed one is never opened again; what comes
back is a new finding, and a graver one. While it is open the institution may ask for more time,
with its reason and the day it wants; the district approves that day or another, or denies it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from monitor.domain.checklists import ItemSeverity
from monitor.domain.errors import ConflictError
from monitor.domain.text import Text


class FindingState(StrEnum):
    """Where a finding stands."""

    OPEN = "open"
    CORRECTED = "corrected"
    CLOSED = "closed"


class FindingAction(StrEnum):
    """What was done to a finding."""

    RAISE = "raise"
    ASSIGN = "assign"
    COMMENT = "comment"
    ATTACH = "attach"
    ASK_EXTENSION = "ask_extension"
    EXTEND = "extend"
    DENY_EXTENSION = "deny_extension"
    CORRECT = "correct"
    SEND_BACK = "send_back"
    CLOSE = "close"
    ESCALATE = "escalate"


_UNCLOSED = (FindingState.OPEN, FindingState.CORRECTED)
_TRANSITIONS: dict[FindingAction, tuple[tuple[FindingState, ...], FindingState | None]] = {
    FindingAction.ASSIGN: (_UNCLOSED, None),
    FindingAction.COMMENT: ((*_UNCLOSED, FindingState.CLOSED), None),
    FindingAction.ATTACH: (_UNCLOSED, None),
    FindingAction.ASK_EXTENSION: ((FindingState.OPEN,), None),
    FindingAction.EXTEND: ((FindingState.OPEN,), None),
    FindingAction.DENY_EXTENSION: ((FindingState.OPEN,), None),
    FindingAction.CORRECT: ((FindingState.OPEN,), FindingState.CORRECTED),
    FindingAction.SEND_BACK: ((FindingState.CORRECTED,), FindingState.OPEN),
    FindingAction.CLOSE: ((FindingState.CORRECTED,), FindingState.CLOSED),
    FindingAction.ESCALATE: (_UNCLOSED, None),
}


def next_finding_state(state: FindingState, action: FindingAction) -> FindingState:
    """Return the state after ``action``.

    Raises:
        ConflictError: the action does not fit the state.
    """
    allowed, target = _TRANSITIONS.get(action, ((), None))
    if state not in allowed:
        raise ConflictError(
            Text(
                f"状态为“{state}”的问题不能“{action}”",
                f"'{action}' does not fit a finding that is '{state}'",
            ),
            where="action",
            hint=Text(
                "请重新载入问题：可能已有人先处理",
                "reload the finding: somebody else may have been faster",
            ),
        )
    return state if target is None else target


def fitting_actions(state: FindingState) -> frozenset[FindingAction]:
    """Return what may be done to a finding in ``state``, whoever may do it."""
    return frozenset(action for action, (allowed, _) in _TRANSITIONS.items() if state in allowed)


@dataclass(frozen=True, slots=True)
class NewFinding:
    """A finding to be raised.

    ``severity`` is the item's own; the store raises it for each earlier finding about the same
    item since ``repeats_since``. The days are those by which it is to be put right and looked at
    again.
    """

    item_id: str
    severity: ItemSeverity
    text: Text
    note: str
    due: date
    reinspect_by: date
    repeats_since: date
    photo_needed: bool


_ORDER = (ItemSeverity.MINOR, ItemSeverity.MAJOR, ItemSeverity.CRITICAL)


def raised_severity(severity: ItemSeverity, repeats: int) -> ItemSeverity:
    """Return the severity of a finding that came back ``repeats`` times: one step for each."""
    return _ORDER[min(_ORDER.index(severity) + repeats, len(_ORDER) - 1)]
