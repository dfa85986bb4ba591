"""Browser push of an installation: its keys, its people's devices, and the words for them."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from pathlib import Path
from threading import Lock

import structlog
from sqlalchemy.exc import SQLAlchemyError

from monitor.alerts.channels import DeliveryError, Message
from monitor.alerts.push.channel import PushDevice
from monitor.alerts.push.reach import PushReach
from monitor.alerts.push.sender import PushSender
from monitor.alerts.push.vapid import VapidKeys, new_key
from monitor.alerts.templates import MessageWriter, trial_message
from monitor.domain.clock import Clock, utc_now
from monitor.domain.notices import Member, NoticeKind
from monitor.domain.push import Audience, Subscription
from monitor.domain.text import Text
from monitor.runtime.environment import kept_once
from monitor.settings import Settings
from monitor.settings.district import district_of
from monitor.store.base import Database
from monitor.store.push_devices import PushDevices

log = structlog.get_logger(__name__)

KEY_FILE = "push-key.pem"
_ALERTS = frozenset(NoticeKind)


class PushDesk:
    """Implements :class:`monitor.alerts.push.channel.Devices`. Keys are made at the first need."""

    def __init__(self, database: Database, settings: Settings, clock: Clock) -> None:
        self._devices = PushDevices(database)
        self._settings = settings
        self._clock = clock
        self._writer = MessageWriter(district_of(settings, Path()))
        self._sender: PushSender | None = None
        self._lock = Lock()

    def members(self, audience: Audience, message: Message) -> Sequence[Member]:
        """Return the devices that may be told this, each with the words in its owner's language.

        Raises:
            DeliveryError: the database cannot be asked.
        """
        try:
            return self._members(audience, message)
        except SQLAlchemyError as error:
            raise DeliveryError(
                Text(
                    f"无法读取设备：{type(error).__name__}",
                    f"devices cannot be read: {type(error).__name__}",
                )
            ) from None

    def _members(self, audience: Audience, message: Message) -> Sequence[Member]:
        change = None
        if message.alert_id is not None:
            change = self._devices.about(message.alert_id, utc_now(self._clock))
        place = None if change is None else change.event.institution_id
        members = []
        for device in self._devices.reached(audience, place):
            title, body = message.title, message.body
            if change is not None and message.kind in _ALERTS:
                kind = NoticeKind(message.kind)
                title = self._writer.title(kind, change, device.language)
                body = self._writer.when(change, device.language)
            members.append(Member(str(device.id), device.addressee, title, body))
        return members

    def subscription(self, device_id: int) -> Subscription | None:
        """Return where a device is reached; ``None`` if it is not to be told any more."""
        return self._devices.subscription(device_id)

    def arrived(self, device_id: int) -> None:
        """Take down that a message was taken for a device."""
        self._devices.arrived(device_id, utc_now(self._clock))

    def failed(self, device_id: int, why: str) -> None:
        """Take down that one was not."""
        self._devices.failed(device_id, utc_now(self._clock), why)

    def gone(self, device_id: int) -> None:
        """Take down that a device's subscription has ended."""
        self._devices.gone(device_id, utc_now(self._clock))
        log.warning("push_device_gone", device=device_id)

    def sender(self) -> PushSender:
        """Return what sends, in the name of this installation.

        Raises:
            ConfigError: the key in the data folder cannot be read.
        """
        with self._lock:
            if self._sender is None:
                self._sender = self._make_sender()
            return self._sender

    def public_key(self) -> str:
        """Return the key that browsers subscribe to, in base64url.

        Raises:
            ConfigError: the key in the data folder cannot be read.
        """
        return self._keys().public

    def _keys(self) -> VapidKeys:
        return VapidKeys(kept_once(self._settings.service.data_dir / KEY_FILE, new_key))

    def try_device(self, user_id: int, device_id: int, language: str) -> None:
        """Send a test message to one of a person's devices, past the outbox.

        Raises:
            NotFoundError: they have no such device.
            DeliveryError: its push service did not take the message.
        """
        self._devices.get(user_id, device_id)
        name = self._settings.district.name.text()
        title, body = trial_message(name, "en" if language == "en" else "zh")
        PushDevice(device_id, self).send(Message(title, body, kind="test"))

    def _make_sender(self) -> PushSender:
        part, service = self._settings.notify.push, self._settings.service
        public = service.public_url or ""
        contact = part.contact or (public if public.startswith("https://") else "")
        return PushSender(
            self._keys(),
            PushReach(tuple(map(ipaddress.ip_network, part.networks))),
            self._clock,
            contact,
            None if part.authorities is None else str(part.authorities),
        )
