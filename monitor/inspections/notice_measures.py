"""What a signed measure makes of the Notice, so that no two states contradict one another: pure."""

from __future__ import annotations

from collections.abc import Sequence

from monitor.domain.places import NoticeState
from monitor.inspections.risk import Measure

_MEASURES = frozenset({NoticeState.RECTIFICATION, NoticeState.SUSPENDED})


def state_before(
    history: Sequence[NoticeState], present: NoticeState, *, held: bool
) -> NoticeState:
    """Return to which state a Notice goes back when a measure is lifted.

    The last one that was neither rectification nor suspension; where there was no such, granted
    if the institution ever ``held`` a Notice.
    """
    for state in (*reversed(history), present):
        if state not in _MEASURES:
            return state
    return NoticeState.GRANTED if held else NoticeState.APPLYING


def state_after(
    measure: str, present: NoticeState, before: NoticeState, *, expired: bool
) -> NoticeState:
    """Return how a Notice stands once a measure, or ``none``, is signed.

    To suspend and to rectify set it. Every other measure lifts them, back to the state ``before``;
    to guide begins a new application where no valid Notice is left.
    """
    if measure == Measure.SUSPEND:
        return NoticeState.SUSPENDED
    if measure == Measure.RECTIFY:
        return NoticeState.RECTIFICATION
    lifted = before if present in _MEASURES else present
    if measure == Measure.GUIDE and (expired or lifted is NoticeState.CLOSED):
        return NoticeState.APPLYING
    return lifted
