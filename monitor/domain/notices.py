"""Notices: who is told what about an alert, and why somebody was not told.

The store works out *what changed* (:class:`AlertChange`) and asks a :data:`Decide` function, in
the same transaction, *who is told* (:class:`Decision`). Every decision is kept, also those that
held a notice back.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from monitor.domain.alerts import AlertState
from monitor.domain.events import Event
from monitor.domain.evidence import EvidenceKind


class ChangeKind(StrEnum):
    """What a message about an event did to its alert."""

    RAISED = "raised"
    REPEATED = "repeated"
    WORSENED = "worsened"
    CLEARED = "cleared"
    EVIDENCE = "evidence"
    FLAPPING = "flapping"
    UNCHANGED = "unchanged"


class NoticeKind(StrEnum):
    """What a notice is about."""

    RAISE = "raise"
    REPEAT = "repeat"
    CLEAR = "clear"
    CLIP = "clip"
    OVERDUE = "overdue"
    REMINDER = "reminder"
    ESCALATE = "escalate"
    FLAPPING = "flapping"
    UNRESOLVED = "unresolved"
    EXTENSION = "extension"


class Reason(StrEnum):
    """Why a channel is told, why a notice is held back from it, or why a step was not taken.

    Those in :data:`TELLING` tell; all others hold back.
    """

    TOLD = "told"
    UNANSWERED = "nobody_answered"
    ASKED = "asked_for_by_a_person"
    SNOOZE_OVER = "snooze_is_over"
    FORGOTTEN = "acknowledged_and_not_ended"
    REOPENED = "alert_was_reopened"
    POSTPONED = "told_after_waiting"
    SEVERITY = "severity_not_wanted"
    TECHNICAL = "technical_is_quiet"
    INSTITUTION = "institution_not_watched"
    REPEAT = "repeat_is_quiet"
    NOT_TOLD_BEFORE = "raise_was_not_told"
    HANDLED = "alert_was_handled"
    HANDED_OVER = "alert_was_handed_over"
    REMINDED_ENOUGH = "reminded_often_enough"
    NO_DEVICE = "nobody_has_a_device"
    DEVICE_GONE = "device_is_gone"
    NO_FILES = "channel_takes_no_files"
    NOT_CLEARED = "channel_not_cleared_for_it"
    SHELVED = "alert_is_shelved"
    SNOOZED = "alert_is_snoozed"
    COOL_DOWN = "cools_down_after_its_end"
    FLAPPING = "comes_and_goes"
    LATER_TIER = "waits_for_its_tier"
    ACKNOWLEDGED = "alert_was_acknowledged"
    OVER = "condition_has_ended"
    OUTSIDE_HOURS = "outside_the_tier_s_hours"
    NOBODY_ON_CALL = "nobody_is_on_call"


TELLING = frozenset(
    {
        Reason.TOLD,
        Reason.UNANSWERED,
        Reason.ASKED,
        Reason.SNOOZE_OVER,
        Reason.FORGOTTEN,
        Reason.REOPENED,
        Reason.POSTPONED,
    }
)
"""The reasons for which a channel is told."""


@dataclass(frozen=True, slots=True)
class AlertChange:
    """One change of an alert, as the store made it.

    ``event`` is the occurrence behind it as now stored, ``repeats`` how many occurrences the
    alert has beyond its first, and ``over`` whether its condition has ended. ``evidence_kind`` is
    set for :attr:`ChangeKind.EVIDENCE`.

    Of the channels, ``told`` were told of this alert, ``told_of_event`` of this very occurrence,
    and ``waiting`` have not been told yet that what they were told of has ended. ``last_told`` is
    when a raise or repeat was last put down for telling.

    ``shelved``, ``snoozed`` and ``flapping`` say how the alert is kept quiet at this moment.
    """

    kind: ChangeKind
    alert_id: int
    event: Event
    state: AlertState
    repeats: int = 0
    over: bool = False
    evidence_kind: EvidenceKind | None = None
    told: frozenset[str] = frozenset()
    told_of_event: frozenset[str] = frozenset()
    waiting: frozenset[str] = frozenset()
    last_told: datetime | None = None
    shelved: bool = False
    snoozed: bool = False
    flapping: bool = False


@dataclass(frozen=True, slots=True)
class Decision:
    """What one channel is told, or that it is not told and why.

    ``attach`` asks for the newest fitting piece of evidence to go along. ``step`` names the step
    of an escalation that it belongs to, and ``addressee`` who is meant by it.
    """

    channel_id: str
    kind: NoticeKind
    reason: Reason
    title: str = ""
    body: str = ""
    attach: bool = False
    step: str = ""
    addressee: str = ""

    @property
    def told(self) -> bool:
        """Say whether the channel is told."""
        return self.reason in TELLING


Decide = Callable[[AlertChange], Sequence[Decision]]
"""Decides, without side effects, who is told about a change."""


def tell_nobody(_change: AlertChange) -> Sequence[Decision]:
    """Tell nobody: for imports, back-tests and districts without channels."""
    return ()


@dataclass(frozen=True, slots=True)
class Member:
    """One of those that a channel leads to, and the words for it; ``name`` is without a slash."""

    name: str
    addressee: str
    title: str
    body: str


@dataclass(frozen=True, slots=True)
class OutgoingNotice:
    """A notice taken from the outbox to be delivered now.

    ``attempts`` counts this one; ``lease_until`` is when somebody else may take it. ``path``,
    ``media_type`` and ``size`` (bytes) describe the file to attach, if there is one. ``alert_id``
    is ``None`` for a notice about a finding and for a reminder. ``urgency`` is the rank of the
    severity.
    """

    id: int
    alert_id: int | None
    channel_id: str
    dedup_key: str
    kind: NoticeKind
    title: str
    body: str
    attempts: int
    lease_until: datetime
    path: str | None = None
    media_type: str = ""
    size: int = 0
    urgency: int = 0
