"""Whom each tier of an escalation tells; a :class:`~monitor.domain.escalation.Ladder`.

Channels in no tier of a policy are told at once, as if they were a last tier without a delay; so
a district without policies tells everybody at once.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo

from monitor.alerts.channels import ChannelSpec
from monitor.alerts.rota import Person, Rota
from monitor.alerts.routing import wants
from monitor.alerts.templates import MessageWriter
from monitor.alerts.tiers import EscalationPolicy, HoursOf, Tier, always_open
from monitor.domain.escalation import Climb, PlannedStep, StepState, Verdict
from monitor.domain.events import Event, Severity
from monitor.domain.notices import AlertChange, Decision, NoticeKind, Reason
from monitor.domain.text import Text

OTHERS = "others"
"""Id of the tier of channels that stand in no other."""

_LOOK_AGAIN = timedelta(minutes=1)
_AT_ONCE = dict.fromkeys(Severity, timedelta())
OTHERS_NAME = Text(zh="其他渠道", en="other channels")
_FIRST_TOLD = frozenset({Reason.TOLD, Reason.POSTPONED, Reason.REOPENED})


@dataclass(frozen=True, slots=True)
class OnCall:
    """The people and rotas of a district, and its time zone."""

    people: Mapping[str, Person] = field(default_factory=dict)
    rotas: Mapping[str, Rota] = field(default_factory=dict)
    zone: tzinfo = UTC

    def person(self, rota_id: str | None, moment: datetime) -> Person | None:
        """Return who is on call in a rota at ``moment``."""
        rota = self.rotas.get(rota_id or "")
        if rota is None:
            return None
        return self.people.get(rota.on_call(moment, self.zone) or "")


@dataclass(frozen=True, slots=True)
class _Recipient:
    channel: ChannelSpec
    person: Person | None


class TierLadder:
    """The policies of a district, ready to be asked."""

    def __init__(
        self,
        channels: Sequence[ChannelSpec],
        writer: MessageWriter,
        policies: Sequence[EscalationPolicy] = (),
        on_call: OnCall | None = None,
        hours_of: HoursOf = always_open,
    ) -> None:
        self._channels = {channel.id: channel for channel in channels}
        self._writer = writer
        self._policies = tuple(policies)
        self._on_call = on_call or OnCall()
        self._hours_of = hours_of

    def plan(self, event: Event, start: datetime) -> Sequence[PlannedStep]:
        """Return the tiers that are told of ``event``, each with its moment."""
        return tuple(
            PlannedStep(-1 if tier.id == OTHERS else position, tier.id, start + after)
            for position, tier in enumerate(self._tiers(event))
            if (after := tier.after.get(event.severity)) is not None
        )

    def climb(self, wanted: Climb) -> Verdict:
        """Return whom a tier tells now, or why it tells nobody."""
        event = wanted.change.event
        tier = next((tier for tier in self._tiers(event) if tier.id == wanted.tier), None)
        if tier is None:  # taken out of the policy since it was planned
            return Verdict(StepState.SKIPPED, Reason.NOBODY_ON_CALL)
        recipients = tuple(self._recipients(tier, wanted.now))
        if wanted.hold is not None:
            held = tuple(self._held(item, wanted, wanted.hold) for item in recipients)
            return Verdict(StepState.DONE, wanted.hold, held)
        if not wanted.asked and not tier.hours.fit(self._hours_of(event.room_id, wanted.now)):
            held = tuple(self._held(item, wanted, Reason.OUTSIDE_HOURS) for item in recipients)
            state = StepState.WAITING if tier.wait else StepState.SKIPPED
            again = wanted.now + _LOOK_AGAIN
            return Verdict(state, Reason.OUTSIDE_HOURS, held, again)
        decisions = tuple(self._decide(item, wanted, tier) for item in recipients)
        if tier.id != OTHERS and not any(item.told for item in decisions):
            reason = decisions[0].reason if decisions else Reason.NOBODY_ON_CALL
            return Verdict(StepState.SKIPPED, reason, decisions)
        return Verdict(StepState.DONE, wanted.why, decisions)

    def remind(self, change: AlertChange, why: Reason) -> Sequence[Decision]:
        """Tell those who were told before once more."""
        kind = NoticeKind.UNRESOLVED if why is Reason.FORGOTTEN else NoticeKind.REPEAT
        reminded = (self._channels[name] for name in sorted(change.told) if name in self._channels)
        return tuple(
            self._notice(_Recipient(channel, None), change, kind, why) for channel in reminded
        )

    def goes_on(self, event: Event) -> bool:
        """Say whether an escalation goes on although the condition has ended by itself."""
        policy = self._policy(event)
        return policy is not None and event.severity in policy.goes_on

    def _policy(self, event: Event) -> EscalationPolicy | None:
        return next((policy for policy in self._policies if policy.fits(event)), None)

    def _tiers(self, event: Event) -> tuple[Tier, ...]:
        policy = self._policy(event)
        tiers = () if policy is None else policy.tiers
        named = {channel for tier in tiers for channel in self._reach(tier)}
        others = tuple(name for name in self._channels if name not in named)
        if not others:
            return tiers
        return (*tiers, Tier(OTHERS, OTHERS_NAME, _AT_ONCE, others))

    def _reach(self, tier: Tier) -> Iterator[str]:
        """Yield every channel that a tier may ever tell."""
        yield from tier.channels
        rota = self._on_call.rotas.get(tier.rota or "")
        if rota is None:
            return
        for name in (*rota.turns, *(override.person for override in rota.overrides)):
            person = self._on_call.people.get(name)
            yield from person.channels if person is not None else ()

    def _recipients(self, tier: Tier, now: datetime) -> Iterator[_Recipient]:
        person = self._on_call.person(tier.rota, now)
        own = person.channels if person is not None else ()
        for name in dict.fromkeys((*tier.channels, *own)):
            if name in self._channels:
                yield _Recipient(self._channels[name], person if name in own else None)

    def _decide(self, item: _Recipient, wanted: Climb, tier: Tier) -> Decision:
        reason = wants(item.channel, wanted.change)
        if reason is not Reason.TOLD:
            return self._held(item, wanted, reason)
        again = wanted.why not in _FIRST_TOLD
        kind = NoticeKind.ESCALATE if again else NoticeKind.RAISE
        note = self._why(wanted, tier, item) if again else ""
        return self._notice(item, wanted.change, kind, wanted.why, note, wanted.tier)

    def _why(self, wanted: Climb, tier: Tier, item: _Recipient) -> str:
        waited = wanted.now - wanted.since
        person = item.person.name if item.person is not None else ""
        asked = wanted.why is Reason.ASKED
        return self._writer.escalation(
            tier.name, waited, person, item.channel.language, asked=asked
        )

    def _notice(
        self,
        item: _Recipient,
        change: AlertChange,
        kind: NoticeKind,
        reason: Reason,
        note: str = "",
        step: str = "",
    ) -> Decision:
        language = item.channel.language
        body = self._writer.body(kind, change, language)
        return Decision(
            item.channel.id,
            kind,
            reason,
            title=self._writer.title(kind, change, language),
            body=f"{note}\n{body}" if note else body,
            attach=item.channel.snapshots,
            step=step,
            addressee=item.person.name if item.person is not None else "",
        )

    @staticmethod
    def _held(item: _Recipient, wanted: Climb, reason: Reason) -> Decision:
        return Decision(item.channel.id, NoticeKind.RAISE, reason, step=wanted.tier)
