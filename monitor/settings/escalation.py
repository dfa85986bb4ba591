"""From configuration to people, rotas, escalation policies and the life of alerts."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from monitor.alerts.ladder import OnCall
from monitor.alerts.rota import Override, Person, Rota
from monitor.alerts.tiers import EscalationPolicy, Tier
from monitor.domain.alert_life import LifePolicy, Reminders
from monitor.domain.events import Severity
from monitor.settings.notify import (
    PolicyPart,
    RotaPart,
    TierPart,
    delays,
    minutes_of,
)
from monitor.settings.schema import Settings


def on_call_of(settings: Settings) -> OnCall:
    """Return the people and rotas of a configuration."""
    zone = ZoneInfo(settings.district.timezone)
    people = {part.id: Person(part.id, part.name, part.channels) for part in settings.notify.people}
    rotas = {part.id: _rota(part, zone) for part in settings.notify.rotas}
    return OnCall(people, rotas, zone)


def policies_of(settings: Settings) -> tuple[EscalationPolicy, ...]:
    """Return the escalation policies of a configuration."""
    return tuple(_policy(part) for part in settings.notify.policies)


def life_of(settings: Settings) -> LifePolicy:
    """Return how alerts live."""
    part = settings.alerts
    everywhere, at = _reminders(settings)
    cool_down = delays(part.cool_down)
    cool_down.pop(Severity.CRITICAL, None)
    return LifePolicy(
        cool_down=cool_down,
        flaps=part.flaps,
        flap_window=timedelta(seconds=part.flap_window),
        reopen_within=timedelta(seconds=part.reopen_within),
        longest_snooze=timedelta(seconds=part.longest_snooze),
        longest_critical_snooze=timedelta(seconds=part.longest_critical_snooze),
        reminders=everywhere,
        reminders_at=at,
    )


def _reminders(settings: Settings) -> tuple[Reminders, Mapping[str, Reminders]]:
    """Return the reminders of all institutions, and those of whoever has a policy of its own."""
    usual = settings.alerts.reminders
    at: dict[str, Reminders] = {}
    for policy in settings.notify.policies:
        part = policy.reminders or usual
        reminders = Reminders(delays(part.after), part.most)
        if not policy.institutions:
            return reminders, at
        at.update(dict.fromkeys(policy.institutions, reminders))
    return Reminders(delays(usual.after), usual.most), at


def _policy(part: PolicyPart) -> EscalationPolicy:
    return EscalationPolicy(
        id=part.id,
        tiers=tuple(_tier(tier) for tier in part.tiers),
        institutions=frozenset(part.institutions),
        goes_on=frozenset(part.goes_on),
    )


def _tier(part: TierPart) -> Tier:
    return Tier(
        id=part.id,
        name=part.name.text(),
        after=delays(part.after),
        channels=part.channels,
        rota=part.rota,
        hours=part.hours,
        wait=part.otherwise == "wait",
    )


def _rota(part: RotaPart, zone: ZoneInfo) -> Rota:
    return Rota(
        id=part.id,
        starts=part.starts,
        turns=part.turns,
        change=minutes_of(part.change),
        overrides=tuple(
            Override(_zoned(item.start, zone), _zoned(item.until, zone), item.person)
            for item in part.overrides
        ),
    )


def _zoned(moment: datetime, zone: ZoneInfo) -> datetime:
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=zone)
