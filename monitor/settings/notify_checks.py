"""Mistakes in channels, people, rotas and escalation policies that a schema cannot see."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import pairwise

from monitor.alerts.channels import ChannelSpec, open_channel
from monitor.documents import Complaint, Location
from monitor.domain.errors import KanhuError
from monitor.domain.events import Severity
from monitor.domain.text import Text
from monitor.settings.notify import Notify, OverridePart, PolicyPart, RotaPart, TierPart

_KINDS: Mapping[str, str] = {
    "channel": "渠道",
    "person": "人员",
    "rota": "值班表",
    "institution": "机构",
}
_SEVERITIES: Mapping[Severity, str] = {Severity.CRITICAL: "紧急", Severity.HIGH: "高"}


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
    channels = {channel.id: channel.severities for channel in notify.channels}
    people = {person.id for person in notify.people}
    for i, person in enumerate(notify.people):
        yield from _unknown(person.channels, channels, (*at, "people", i, "channels"), "channel")
    yield from _accounts([person.user.lower() for person in notify.people], (*at, "people"))
    for i, rota in enumerate(notify.rotas):
        yield from _rota(rota, people, (*at, "rotas", i))
    own = {person.id: person.channels for person in notify.people}
    rotas = {
        rota.id: [name for person in rota.turns for name in own.get(person, ())]
        for rota in notify.rotas
    }
    for i, policy in enumerate(notify.policies):
        yield from _policy(policy, channels, rotas, (*at, "policies", i))
        where: Location = (*at, "policies", i, "institutions")
        yield from _unknown(policy.institutions, institutions, where, "institution")
    yield from _unreached(notify.policies)
    authorities = notify.push.authorities
    if authorities is not None and not authorities.is_file():
        where = (*at, "push", "authorities")
        yield Complaint(
            where,
            Text(f"没有文件 {authorities}", f"there is no file {authorities}"),
            Text("改正路径", "correct the path"),
        )
    where = (*at, "dead_man", "channels")
    yield from _unknown(notify.dead_man.channels, channels, where, "channel")


def _channels(notify: Notify, institutions: Collection[str]) -> Iterator[Complaint]:
    for i, channel in enumerate(notify.channels):
        at: Location = ("notify", "channels", i)
        spec = ChannelSpec(channel.id, channel.url.get_secret_value())
        try:
            open_channel(spec)
        except KanhuError as error:
            yield Complaint((*at, "url"), error.text, error.advice)
        where = (*at, "institutions")
        yield from _unknown(channel.institutions, institutions, where, "institution")


def _rota(rota: RotaPart, people: Collection[str], at: Location) -> Iterator[Complaint]:
    yield from _unknown(rota.turns, people, (*at, "turns"), "person")
    for i, override in enumerate(rota.overrides):
        where = (*at, "overrides", i)
        yield from _unknown((override.person,), people, (*where, "person"), "person", listed=False)
        if (override.start.tzinfo is None) is not (override.until.tzinfo is None):
            yield Complaint(
                (*where, "until"),
                Text(
                    "一端写了时区，另一端没有写", "one end names a time zone and the other does not"
                ),
                Text("两端都写", "name both"),
            )
        elif override.until <= override.start:
            yield Complaint(
                (*where, "until"),
                Text("结束早于开始", "it ends before it begins"),
                Text("改正其中一个", "correct one of the two"),
            )
    yield from _overlaps(rota.overrides, at)


def _overlaps(overrides: Sequence[OverridePart], at: Location) -> Iterator[Complaint]:
    zoned = {item.start.tzinfo is not None for item in overrides}
    if len(zoned) > 1:
        yield Complaint(
            (*at, "overrides"),
            Text("有的写了时区，有的没有写", "some name a time zone and some do not"),
            Text("全写，或都不写", "name all or none"),
        )
        return
    order = sorted(range(len(overrides)), key=lambda i: overrides[i].start)
    for one, other in pairwise(order):
        if overrides[other].start < overrides[one].until:
            yield Complaint(
                (*at, "overrides", other),
                Text("与另一次替班重叠", "it overlaps another override"),
                Text("让其中一次先结束", "let one end first"),
            )


def _policy(
    policy: PolicyPart,
    channels: Mapping[str, Collection[Severity]],
    rotas: Mapping[str, Collection[str]],
    at: Location,
) -> Iterator[Complaint]:
    yield from _twice([tier.id for tier in policy.tiers], (*at, "tiers"))
    for i, tier in enumerate(policy.tiers):
        yield from _tier(tier, channels, rotas, (*at, "tiers", i))
    for severity in (Severity.CRITICAL, Severity.HIGH):
        if not any(_tells(tier, severity, channels, rotas) for tier in policy.tiers):
            yield Complaint(
                (*at, "tiers"),
                Text(
                    f"没有人会收到“{_SEVERITIES[severity]}”级别的告警",
                    f"nobody is ever told about {severity} alerts",
                ),
                Text(
                    f"至少在一个层级写明 after: {{{severity}: …}}，并有接收它的渠道",
                    f"give at least one tier a delay 'after: {{{severity}: …}}' "
                    "and a channel that takes it",
                ),
            )
    for i, (lower, upper) in enumerate(pairwise(policy.tiers), 1):
        for severity in sorted(lower.after.keys() & upper.after.keys()):
            if upper.after[severity] < lower.after[severity]:
                yield Complaint(
                    (*at, "tiers", i, "after"),
                    Text(
                        f"{severity} 告警在这里早于前一层级“{lower.id}”",
                        f"for {severity} it comes before tier '{lower.id}' below it",
                    ),
                    Text("按通知的先后排列层级", "put tiers in the order of their telling"),
                )


def _tells(
    tier: TierPart,
    severity: Severity,
    channels: Mapping[str, Collection[Severity]],
    rotas: Mapping[str, Collection[str]],
) -> bool:
    told = (*tier.channels, *rotas.get(tier.rota or "", ()))
    takes = (severity in channels.get(name, (severity,)) for name in told)
    return severity in tier.after and any(takes)


def _tier(
    tier: TierPart, channels: Collection[str], rotas: Collection[str], at: Location
) -> Iterator[Complaint]:
    if tier.id == "others":
        yield Complaint(
            (*at, "id"),
            Text("others 指不属于任何层级的渠道", "'others' means the channels in no tier"),
            Text("换一个编号", "choose another id"),
        )
    if not tier.channels and tier.rota is None:
        yield Complaint(
            at,
            Text(f"层级“{tier.id}”不通知任何人", f"tier '{tier.id}' tells nobody"),
            Text("填写 channels 或 rota", "give it 'channels' or a 'rota'"),
        )
    yield from _unknown(tier.channels, channels, (*at, "channels"), "channel")
    if tier.rota is not None:
        yield from _unknown((tier.rota,), rotas, (*at, "rota"), "rota", listed=False)


def _unreached(policies: Sequence[PolicyPart]) -> Iterator[Complaint]:
    claimed: set[str] = set()
    for i, policy in enumerate(policies):
        if i and not policies[i - 1].institutions:
            yield Complaint(
                ("notify", "policies", i),
                Text(
                    f"升级规则“{policy.id}”永远用不到：前一条适用于所有机构",
                    f"policy '{policy.id}' is never used: "
                    "the one before it is for all institutions",
                ),
                Text(
                    "把没有 institutions 的规则放在最后",
                    "put the policy without 'institutions' last",
                ),
            )
            return
        for j, institution in enumerate(policy.institutions):
            if institution in claimed:
                yield Complaint(
                    ("notify", "policies", i, "institutions", j),
                    Text(
                        f"机构“{institution}”已有升级规则",
                        f"institution '{institution}' has a policy already",
                    ),
                    Text("只写在其中一条", "name it in one of the two"),
                )
        claimed.update(policy.institutions)


def _unknown(
    names: Sequence[str], known: Collection[str], at: Location, kind: str, *, listed: bool = True
) -> Iterator[Complaint]:
    for i, name in enumerate(names):
        if name not in known:
            names_known = sorted(known)
            hint = Text(f"先定义这个{_KINDS[kind]}", f"define the {kind}")
            if known:
                hint = Text(
                    f"可用：{'、'.join(names_known)}", f"use one of: {', '.join(names_known)}"
                )
            message = Text(f"没有{_KINDS[kind]}“{name}”", f"there is no {kind} '{name}'")
            yield Complaint((*at, i) if listed else at, message, hint)


def _twice(ids: Sequence[str], at: Location) -> Iterator[Complaint]:
    for i, name in enumerate(ids):
        if name in ids[:i]:
            yield Complaint(
                (*at, i, "id"),
                Text(f"编号“{name}”用了两次", f"id '{name}' is used twice"),
                Text("各用不同的编号", "give each an id of its own"),
            )


def _accounts(users: Sequence[str], at: Location) -> Iterator[Complaint]:
    for i, user in enumerate(users):
        if user and user in users[:i]:
            yield Complaint(
                (*at, i, "user"),
                Text(f"账号“{user}”写了两次", f"account '{user}' is named twice"),
                Text("只写在一个人那里", "name it with one person"),
            )
