"""Browser push as a channel: one notice for an audience becomes one for each of its devices.

The address is ``push://everyone``, ``push://role/operator`` or ``push://user/NAME``. Each device
has a notice of its own in the outbox, with its own attempts: one that cannot be reached holds
nobody up.
"""

from __future__ import annotations

import base64
import hashlib
import json
import time
from collections.abc import Sequence
from typing import Protocol
from urllib.parse import unquote

from monitor.alerts.channels import ChannelSpec, DeliveryError, HeldBackError, Message
from monitor.alerts.push.sender import GoneError, Push, PushSender
from monitor.domain.access import Role
from monitor.domain.errors import ConfigError
from monitor.domain.events import Severity
from monitor.domain.notices import Member, Reason
from monitor.domain.push import Audience, Subscription
from monitor.domain.text import Text

SCHEME = "push"
_TITLE, _BODY = 200, 400
_LONGEST_ID = 40
_PATIENCE = 30.0


class Devices(Protocol):
    """Whose devices there are, and what becomes of them; see ``monitor.runtime.push``."""

    def members(self, audience: Audience, message: Message) -> Sequence[Member]:
        """Return the devices that may be told this, each with the words in its owner's language."""

    def subscription(self, device_id: int) -> Subscription | None:
        """Return where a device is reached; ``None`` if it is not to be told any more."""

    def arrived(self, device_id: int) -> None:
        """Take down that a message was taken for a device."""

    def failed(self, device_id: int, why: str) -> None:
        """Take down that one was not."""

    def gone(self, device_id: int) -> None:
        """Take down that a device's subscription has ended."""

    def sender(self) -> PushSender:
        """Return what sends."""


class PushChannel:
    """The devices of an audience; without ``devices`` it can only be described."""

    takes_files = False

    def __init__(self, audience: Audience, devices: Devices | None = None) -> None:
        self._audience = audience
        self._devices = devices

    @classmethod
    def open(cls, spec: ChannelSpec, devices: Devices | None = None) -> PushChannel:
        """Return the channel for an address.

        Raises:
            ConfigError: it names no audience.
        """
        kind, _, name = spec.url.partition("://")[2].strip("/").partition("/")
        name = unquote(name)
        if len(spec.id) > _LONGEST_ID:
            raise ConfigError(
                Text(
                    f"浏览器推送渠道的编号最多 {_LONGEST_ID} 个字符",
                    f"the id of a channel of browser push has {_LONGEST_ID} characters at most",
                ),
                where=f"notify.channels '{spec.id}'",
                hint=Text(
                    "取短一些：后面还要加上设备的序号",
                    "choose a shorter one: the numbers of devices are added to it",
                ),
            )
        if kind == "everyone" and not name:
            return cls(Audience(), devices)
        if kind == "role" and name in set(Role):
            return cls(Audience(role=Role(name)), devices)
        if kind == "user" and name:
            return cls(Audience(user=name.lower()), devices)
        raise ConfigError(
            Text("地址没有说明是谁的设备", "the address does not say whose devices are meant"),
            where=f"notify.channels '{spec.id}'",
            hint=Text(
                "写作 push://everyone、push://role/operator 或 push://user/账号",
                "write push://everyone, push://role/operator or push://user/NAME",
            ),
        )

    def describe(self) -> str:
        """Return the address; it holds no secrets."""
        if self._audience.role is not None:
            return f"push://role/{self._audience.role}"
        return f"push://user/{self._audience.user}" if self._audience.user else "push://everyone"

    def members(self, message: Message) -> Sequence[Member]:
        """Return the devices that a message is for."""
        return self._known().members(self._audience, message)

    def member(self, name: str) -> PushDevice:
        """Return the channel to one device, by the name that :meth:`members` gave it."""
        return PushDevice(int(name), self._known())

    def send(self, message: Message) -> None:
        """Hand a message over to all devices, past the outbox; it is enough if one takes it.

        Raises:
            DeliveryError: no device took it.
        """
        members = self.members(message)
        why = Text("没有人登记了设备", "nobody has a device for it")
        taken = False
        deadline = time.monotonic() + _PATIENCE
        for member in members:
            if time.monotonic() > deadline:
                break  # a person may be waiting for the answer
            try:
                self.member(member.name).send(
                    Message(member.title, member.body, kind=message.kind, key=message.key)
                )
                taken = True
            except DeliveryError as error:
                why = error.text
        if not taken:
            raise DeliveryError(why)

    def _known(self) -> Devices:
        if self._devices is None:
            raise DeliveryError(
                Text("本程序不知道有谁的设备", "this program does not know whose devices there are")
            )
        return self._devices


class PushDevice:
    """One device of somebody."""

    takes_files = False

    def __init__(self, device_id: int, devices: Devices) -> None:
        self._id = device_id
        self._devices = devices

    def describe(self) -> str:
        """Return its number; where it is reached is a secret."""
        return f"push device {self._id}"

    def send(self, message: Message) -> None:
        """Hand a message over to the push service of the browser.

        Raises:
            HeldBackError: the device is not to be told any more, or its subscription is gone.
            DeliveryError: its push service did not take it.
        """
        subscription = self._devices.subscription(self._id)
        if subscription is None:
            raise HeldBackError(
                Text("设备已从列表移除", "the device was taken off the list"), Reason.NO_DEVICE
            )
        try:
            self._devices.sender().send(subscription, _push(message))
        except GoneError as error:
            self._devices.gone(self._id)
            raise HeldBackError(error.text, Reason.DEVICE_GONE) from None
        except DeliveryError as error:
            self._devices.failed(self._id, error.text.kept())
            raise
        self._devices.arrived(self._id)


def _push(message: Message) -> Push:
    about = f"alert {message.alert_id}" if message.alert_id is not None else message.key
    topic = base64.urlsafe_b64encode(hashlib.sha256(about.encode()).digest()).decode()[:32]
    grave = message.urgency <= Severity.HIGH.rank
    content = {
        "title": message.title[:_TITLE],
        "body": message.body[:_BODY],
        "path": "/" if message.alert_id is None else f"/alerts/{message.alert_id}",
        "tag": topic,
        "stays": message.urgency == Severity.CRITICAL.rank and message.kind != "test",
    }
    return Push(json.dumps(content, ensure_ascii=False).encode(), topic, grave)
