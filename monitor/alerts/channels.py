"""Channels: the ways on which people are told.

A channel is configured by an address such as ``json://…`` or ``wecombot://…``. Its scheme is looked
up among the entry points of group ``kanhu.channels`` first, so that a package of somebody else can
bring a new one; then come signed webhooks, and every other scheme is left to Apprise. Addresses
contain secrets: they are never logged nor put into an error.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from importlib.metadata import entry_points
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from monitor.domain.errors import ConfigError, KanhuError
from monitor.domain.events import Severity
from monitor.domain.notices import Member, Reason
from monitor.domain.text import Language, Text

if TYPE_CHECKING:
    from monitor.alerts.push.channel import Devices

ENTRY_POINTS = "kanhu.channels"


class DeliveryError(KanhuError):
    """A message could not be handed over this time; the text says why, without secrets."""


class HeldBackError(DeliveryError):
    """Nobody is there to be told, now or later; ``reason`` is why."""

    def __init__(self, message: str | Text, reason: Reason) -> None:
        super().__init__(message)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class ChannelSpec:
    """One configured channel: where it leads and what is sent there.

    ``institutions`` are those it is told about, all if empty; ``snapshots`` and ``clips`` say
    whether pictures and clips are sent along; ``per_minute`` is how many messages its service
    takes (group robots of WeCom and DingTalk take 20).
    """

    id: str
    url: str = field(repr=False)
    severities: frozenset[Severity] = frozenset((Severity.CRITICAL, Severity.HIGH, Severity.MEDIUM))
    institutions: frozenset[str] = frozenset()
    language: Language = "zh"
    snapshots: bool = True
    clips: bool = True
    cleared: bool = False
    per_minute: float = 20.0


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that goes with a message."""

    name: str
    media_type: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Message:
    """What is handed over to a channel.

    ``key`` is the same however often one notice is handed over, so that a receiver can tell a
    second delivery from a second notice; ``kind``, ``alert_id`` and ``urgency`` (the rank of the
    severity) are for programs.
    """

    title: str
    body: str
    attachment: Attachment | None = None
    key: str = ""
    kind: str = ""
    alert_id: int | None = None
    urgency: int = 0


class Channel(Protocol):
    """Hands messages over to a service, once a call, within seconds."""

    @property
    def takes_files(self) -> bool:
        """Whether attachments arrive."""

    def send(self, message: Message) -> None:
        """Hand a message over.

        Raises:
            DeliveryError: the service did not take it.
        """

    def describe(self) -> str:
        """Return the address with its secrets hidden."""


@runtime_checkable
class Group(Channel, Protocol):
    """A channel that leads to many, each of which is told by itself."""

    def members(self, message: Message) -> Sequence[Member]:
        """Return those that a message is for."""

    def member(self, name: str) -> Channel:
        """Return the channel to one of them."""


ChannelFactory = Callable[[ChannelSpec], Channel]


def open_channel(spec: ChannelSpec, devices: Devices | None = None) -> Channel:
    """Return the channel for a configured address.

    Without ``devices`` a channel of browser push can be described but leads to nobody.

    Raises:
        ConfigError: nothing understands the address.
    """
    from monitor.alerts.push.channel import SCHEME, PushChannel

    if spec.url.partition("://")[0].lower() == SCHEME:
        return PushChannel.open(spec, devices)
    channel = _open(spec)
    if spec.cleared:
        return channel
    from monitor.alerts.discretion import Discreet

    return Discreet(channel)


def _open(spec: ChannelSpec) -> Channel:
    scheme = spec.url.partition("://")[0].lower()
    for entry in entry_points(group=ENTRY_POINTS, name=scheme):
        factory: ChannelFactory = entry.load()
        return factory(spec)
    from monitor.alerts.apprise_channel import AppriseChannel
    from monitor.alerts.signed_webhook import SCHEMES, SignedWebhook

    if scheme in SCHEMES:
        return SignedWebhook.open(spec)
    channel = AppriseChannel.open(spec)
    if channel is None:
        raise ConfigError(
            Text("渠道的地址无法识别", "the address of the channel is not understood"),
            where=f"notify.channels '{spec.id}'",
            hint=Text(
                "见 Apprise 的服务列表，如 json://主机/路径、wecombot://密钥",
                "see the list of services of Apprise, e.g. json://host/path or wecombot://key",
            ),
        )
    return channel
