"""Escalation: who is told first, and who is told next while nobody answers.

The store keeps the steps as rows that become due, and asks a :class:`Ladder` what each of them
means. Whatever process works off a step, it is taken once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from monitor.domain.events import Event
from monitor.domain.notices import AlertChange, Decision, Reason


class StepKind(StrEnum):
    """What becomes due."""

    TIER = "tier"
    WAKE = "wake"
    REMIND = "remind"
    REOPEN = "reopen"


class StepState(StrEnum):
    """How a step stands."""

    WAITING = "waiting"
    DONE = "done"
    SKIPPED = "skipped"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class PlannedStep:
    """A tier that is told at ``due`` unless somebody answers.

    Positions count from 0; what is negative stands beside the tiers and is no escalation.
    """

    position: int
    tier: str
    due: datetime


@dataclass(frozen=True, slots=True)
class Climb:
    """What is asked of a ladder: take ``tier`` of an alert's escalation now.

    ``since`` is when the escalation began, or began anew; repeats of the alert do not move it.
    ``why`` is the reason that a channel told is told for. ``hold`` is set if nobody is to be
    told, whatever the tier says; ``asked`` if a person wants it, whatever the hour.
    """

    change: AlertChange
    tier: str
    since: datetime
    now: datetime
    why: Reason
    hold: Reason | None = None
    asked: bool = False


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a step came to: the decisions, and whether it is done, skipped, or waits until later.

    With :attr:`StepState.WAITING` it is asked again at ``again``.
    """

    state: StepState
    reason: Reason
    decisions: Sequence[Decision] = ()
    again: datetime | None = None


class Ladder(Protocol):
    """Knows the tiers. Free of side effects: the store may ask it any number of times."""

    def plan(self, event: Event, start: datetime) -> Sequence[PlannedStep]:
        """Return the steps of an escalation that begins at ``start``, in order."""

    def climb(self, wanted: Climb) -> Verdict:
        """Return whom a tier tells now, or why it tells nobody."""

    def remind(self, change: AlertChange, why: Reason) -> Sequence[Decision]:
        """Tell those who were told before once more."""

    def goes_on(self, event: Event) -> bool:
        """Say whether an escalation goes on although the condition has ended by itself."""


class NoLadder:
    """Tells nobody: for imports, back-tests and tests that have no tiers."""

    def plan(self, _event: Event, _start: datetime) -> Sequence[PlannedStep]:
        """Return no steps."""
        return ()

    def climb(self, _wanted: Climb) -> Verdict:
        """Skip any tier."""
        return Verdict(StepState.SKIPPED, Reason.NOBODY_ON_CALL)

    def remind(self, _change: AlertChange, _why: Reason) -> Sequence[Decision]:
        """Remind nobody."""
        return ()

    def goes_on(self, _event: Event) -> bool:
        """Say no."""
        return False
