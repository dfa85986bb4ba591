"""Mistakes in channels, people, rotas and escalation policies that a schema cannot see."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from functools import partial
from itertools import pairwise

from monitor.alerts.channels import ChannelSpec, open_channel
from monitor.documents import Location
from monitor.domain.errors import KanhuError
from monitor.domain.events import Severity
from monitor.settings.complaint import Complaint
from monitor.settings.notify import Notify, OverridePart, PolicyPart, RotaPart, TierPart


def notify_complaints(notify: Notify, institutions: Collection[str]) -> Iterator[Complaint]:
    """Yield every mistake; ``institutions`` are the ids that exist."""
    at: Location = ("notify",)
    yield from _channels(notify, institutions)
    for name, items in (
        ("people", notify.people),
        ("rotas", notify.rotas),
        ("policies", notify.policies),
    ):
        yield from _twice([item.id for item in items], (*at, name))
    channels = {channel.id for channel in notify.channels}
    people = {person.id for person in notify.people}
    for i, person in enumerate(notify.people):
        yield from _unknown(person.channels, channels, (*at, "people", i, "channels"), "channel")
    yield from _accounts([person.user.lower() for person in notify.people], (*at, "people"))
    for i, rota in enumerate(notify.rotas):
        yield from _rota(rota, people, (*at, "rotas", i))
    rotas = {rota.id for rota in notify.rotas}
    for i, policy in enumerate(notify.policies):
        yield from _policy(policy, channels, rotas, (*at, "policies", i))
        where: Location = (*at, "policies", i, "institutions")
        yield from _unknown(policy.institutions, institutions, where, "institution")
    yield from _unreached(notify.policies)
    authorities = notify.push.authorities
    if authorities is not None and not authorities.is_file():
        where = (*at, "push", "authorities")
        yield Complaint(where, f"there is no file {authorities}", "correct the path")
    where = (*at, "dead_man", "channels")
    yield from _unknown(notify.dead_man.channels, channels, where, "channel")


def _channels(notify: Notify, institutions: Collection[str]) -> Iterator[Complaint]:
    for i, channel in enumerate(notify.channels):
        at: Location = ("notify", "channels", i)
        spec = ChannelSpec(channel.id, channel.url.get_secret_value())
        yield from _caught(partial(open_channel, spec), (*at, "url"))
        for j, institution in enumerate(channel.institutions):
            if institution not in institutions:
                yield Complaint(
                    (*at, "institutions", j),
                    f"there is no institution '{institution}'",
                    "use an id from 'institutions'",
                )


def _rota(rota: RotaPart, people: Collection[str], at: Location) -> Iterator[Complaint]:
    yield from _unknown(rota.turns, people, (*at, "turns"), "person")
    for i, override in enumerate(rota.overrides):
        where = (*at, "overrides", i)
        yield from _unknown((override.person,), people, (*where, "person"), "person", listed=False)
        if (override.start.tzinfo is None) is not (override.until.tzinfo is None):
            yield Complaint(
                (*where, "until"), "one end names a time zone and the other does not", "name both"
            )
        elif override.until <= override.start:
            yield Complaint((*where, "until"), "it ends before it begins", "correct one of the two")
    yield from _overlaps(rota.overrides, at)


def _overlaps(overrides: Sequence[OverridePart], at: Location) -> Iterator[Complaint]:
    zoned = {item.start.tzinfo is not None for item in overrides}
    if len(zoned) > 1:
        yield Complaint(
            (*at, "overrides"), "some name a time zone and some do not", "name all or none"
        )
        return
    order = sorted(range(len(overrides)), key=lambda i: overrides[i].start)
    for one, other in pairwise(order):
        if overrides[other].start < overrides[one].until:
            yield Complaint(
                (*at, "overrides", other), "it overlaps another override", "let one end first"
            )


def _policy(
    policy: PolicyPart, channels: Collection[str], rotas: Collection[str], at: Location
) -> Iterator[Complaint]:
    yield from _twice([tier.id for tier in policy.tiers], (*at, "tiers"))
    for i, tier in enumerate(policy.tiers):
        yield from _tier(tier, channels, rotas, (*at, "tiers", i))
    for severity in (Severity.CRITICAL, Severity.HIGH):
        if not any(severity in tier.after for tier in policy.tiers):
            yield Complaint(
                (*at, "tiers"),
                f"nobody is ever told about {severity} alerts",
                f"give at least one tier a delay 'after: {{{severity}: …}}'",
            )
    for i, (lower, upper) in enumerate(pairwise(policy.tiers), 1):
        for severity in sorted(lower.after.keys() & upper.after.keys()):
            if upper.after[severity] < lower.after[severity]:
                yield Complaint(
                    (*at, "tiers", i, "after"),
                    f"for {severity} it comes before tier '{lower.id}' below it",
                    "put tiers in the order of their telling",
                )


def _tier(
    tier: TierPart, channels: Collection[str], rotas: Collection[str], at: Location
) -> Iterator[Complaint]:
    if tier.id == "others":
        yield Complaint((*at, "id"), "'others' means the channels in no tier", "choose another id")
    if not tier.channels and tier.rota is None:
        yield Complaint(at, f"tier '{tier.id}' tells nobody", "give it 'channels' or a 'rota'")
    yield from _unknown(tier.channels, channels, (*at, "channels"), "channel")
    if tier.rota is not None:
        yield from _unknown((tier.rota,), rotas, (*at, "rota"), "rota", listed=False)


def _unreached(policies: Sequence[PolicyPart]) -> Iterator[Complaint]:
    claimed: set[str] = set()
    for i, policy in enumerate(policies):
        if i and not policies[i - 1].institutions:
            yield Complaint(
                ("notify", "policies", i),
                f"policy '{policy.id}' is never used: the one before it is for all institutions",
                "put the policy without 'institutions' last",
            )
            return
        for j, institution in enumerate(policy.institutions):
            if institution in claimed:
                yield Complaint(
                    ("notify", "policies", i, "institutions", j),
                    f"institution '{institution}' has a policy already",
                    "name it in one of the two",
                )
        claimed.update(policy.institutions)


def _unknown(
    names: Sequence[str], known: Collection[str], at: Location, kind: str, *, listed: bool = True
) -> Iterator[Complaint]:
    for i, name in enumerate(names):
        if name not in known:
            hint = f"use one of: {', '.join(sorted(known))}" if known else f"define the {kind}"
            yield Complaint((*at, i) if listed else at, f"there is no {kind} '{name}'", hint)


def _twice(ids: Sequence[str], at: Location) -> Iterator[Complaint]:
    for i, name in enumerate(ids):
        if name in ids[:i]:
            yield Complaint(
                (*at, i, "id"), f"id '{name}' is used twice", "give each an id of its own"
            )


def _accounts(users: Sequence[str], at: Location) -> Iterator[Complaint]:
    for i, user in enumerate(users):
        if user and user in users[:i]:
            yield Complaint(
                (*at, i, "user"), f"account '{user}' is named twice", "name it with one person"
            )


def _caught(check: Callable[[], object], at: Location) -> Iterator[Complaint]:
    try:
        check()
    except KanhuError as error:
        yield Complaint(at, error.message, error.hint or "correct the value")
