"""Who is told about a change of an alert. Pure decisions, each with a named reason.

* A new alert goes to every channel that wants its severity and its institution. Technical events
  go only where they are asked for. Where tiers are told one after the other, a
  :class:`~monitor.alerts.ladder.TierLadder` decides this instead.
* A repeat of an alert that is still open is quiet, or told again after ``repeat_after``.
* The end is told to those who were told of the beginning, once, unless somebody has ended the
  alert already.
* The clip follows as soon as it is ready, to those who were told of that very occurrence and are
  cleared to see people.
* That an alert comes and goes is told once to those who know of it; its repeats are quiet then.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from monitor.alerts.channels import ChannelSpec
from monitor.alerts.templates import MessageWriter
from monitor.domain.clock import to_datetime
from monitor.domain.events import Severity
from monitor.domain.evidence import EvidenceKind
from monitor.domain.notices import AlertChange, ChangeKind, Decision, NoticeKind, Reason


@dataclass(frozen=True, slots=True)
class RoutePolicy:
    """How often, and of what.

    ``repeat_after``: a repeat is told if the last telling is that long ago; never if unset.
    ``tiers``: new alerts are told by a ladder, so nothing is decided about them here.
    """

    repeat_after: timedelta | None = None
    tiers: bool = False


class Router:
    """Decides for all channels; fit to be a :data:`~monitor.domain.notices.Decide`."""

    def __init__(
        self,
        channels: Sequence[ChannelSpec],
        writer: MessageWriter,
        policy: RoutePolicy | None = None,
    ) -> None:
        self._channels = tuple(channels)
        self._writer = writer
        self._policy = policy or RoutePolicy()

    def __call__(self, change: AlertChange) -> Sequence[Decision]:
        """Return what every channel that the change concerns is told, or why it is not."""
        verdicts = ((channel, judge(channel, change, self._policy)) for channel in self._channels)
        return tuple(
            self._decision(channel, change, *verdict)
            for channel, verdict in verdicts
            if verdict is not None
        )

    def _decision(
        self, channel: ChannelSpec, change: AlertChange, kind: NoticeKind, reason: Reason
    ) -> Decision:
        if reason is not Reason.TOLD:
            return Decision(channel.id, kind, reason)
        with_file = channel.clips if kind is NoticeKind.CLIP else channel.snapshots
        return Decision(
            channel.id,
            kind,
            reason,
            title=self._writer.title(kind, change, channel.language),
            body=self._writer.body(kind, change, channel.language),
            attach=with_file and kind not in (NoticeKind.CLEAR, NoticeKind.FLAPPING),
        )


def judge(
    channel: ChannelSpec, change: AlertChange, policy: RoutePolicy
) -> tuple[NoticeKind, Reason] | None:
    """Return what a change means for one channel, or ``None`` if it does not concern it."""
    match change.kind:
        case ChangeKind.RAISED | ChangeKind.WORSENED if policy.tiers:
            return None
        case ChangeKind.RAISED:
            return NoticeKind.RAISE, wants(channel, change)
        case ChangeKind.WORSENED:
            return _worsened(channel, change)
        case ChangeKind.FLAPPING:
            return _flapping(channel, change)
        case ChangeKind.REPEATED:
            return _repeated(channel, change, policy)
        case ChangeKind.CLEARED:
            return _cleared(channel, change)
        case ChangeKind.EVIDENCE:
            return _clip(channel, change)
    return None


def wants(channel: ChannelSpec, change: AlertChange) -> Reason:
    """Return :attr:`Reason.TOLD` if a channel takes such alerts, else why it does not."""
    event = change.event
    if channel.institutions and event.institution_id not in channel.institutions:
        return Reason.INSTITUTION
    if event.severity in channel.severities:
        return Reason.TOLD
    return Reason.TECHNICAL if event.severity is Severity.TECHNICAL else Reason.SEVERITY


def _worsened(channel: ChannelSpec, change: AlertChange) -> tuple[NoticeKind, Reason] | None:
    if channel.id in change.told:
        return None  # they know already that something is wrong
    return NoticeKind.RAISE, wants(channel, change)


def _repeated(
    channel: ChannelSpec, change: AlertChange, policy: RoutePolicy
) -> tuple[NoticeKind, Reason]:
    reason = wants(channel, change)
    if reason is not Reason.TOLD:
        return NoticeKind.REPEAT, reason
    if (quiet := _quiet(change)) is not None:
        return NoticeKind.REPEAT, quiet
    if channel.id not in change.told:
        later = NoticeKind.REPEAT, Reason.LATER_TIER
        return later if policy.tiers else (NoticeKind.RAISE, Reason.TOLD)
    if policy.repeat_after is None or change.last_told is None:
        return NoticeKind.REPEAT, Reason.REPEAT
    due = change.last_told + policy.repeat_after <= to_datetime(change.event.raised)
    return NoticeKind.REPEAT, Reason.TOLD if due else Reason.REPEAT


def _quiet(change: AlertChange) -> Reason | None:
    if change.shelved:
        return Reason.SHELVED
    if change.snoozed:
        return Reason.SNOOZED
    return Reason.FLAPPING if change.flapping else None


def _flapping(channel: ChannelSpec, change: AlertChange) -> tuple[NoticeKind, Reason] | None:
    if channel.id not in change.told:
        return None
    if change.shelved or change.snoozed:
        return NoticeKind.FLAPPING, Reason.SHELVED if change.shelved else Reason.SNOOZED
    return NoticeKind.FLAPPING, Reason.TOLD


def _cleared(channel: ChannelSpec, change: AlertChange) -> tuple[NoticeKind, Reason] | None:
    if not change.over:
        return None
    if channel.id not in change.told:
        return NoticeKind.CLEAR, Reason.NOT_TOLD_BEFORE
    if change.state.ended:
        return NoticeKind.CLEAR, Reason.HANDLED
    told_already = channel.id not in change.waiting
    return NoticeKind.CLEAR, Reason.REPEAT if told_already else Reason.TOLD


def _clip(channel: ChannelSpec, change: AlertChange) -> tuple[NoticeKind, Reason] | None:
    if change.evidence_kind is not EvidenceKind.CLIP:
        return None
    if channel.id not in change.told:
        return NoticeKind.CLIP, Reason.NOT_TOLD_BEFORE
    if channel.id not in change.told_of_event:
        return NoticeKind.CLIP, Reason.REPEAT
    if not channel.clips:
        return NoticeKind.CLIP, Reason.NO_FILES
    return NoticeKind.CLIP, Reason.TOLD if channel.cleared else Reason.NOT_CLEARED
