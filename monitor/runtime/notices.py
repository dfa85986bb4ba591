"""The configured channels and escalations, as routing and delivery need them."""

from __future__ import annotations

from datetime import timedelta

from monitor.alerts.channels import Channel, ChannelSpec, Message, open_channel
from monitor.alerts.ladder import TierLadder
from monitor.alerts.routing import RoutePolicy, Router
from monitor.alerts.templates import MessageWriter, trial_message
from monitor.domain.errors import NotFoundError
from monitor.domain.notices import Decide
from monitor.domain.text import Text
from monitor.runtime.environment import Environment
from monitor.runtime.push import PushDesk
from monitor.runtime.tier_hours import StoreHours
from monitor.settings import Settings
from monitor.settings.escalation import on_call_of, policies_of
from monitor.store.base import Database

_REPEAT_AFTER = timedelta(minutes=30)
"""A new occurrence in an alert that nobody has ended is told again after this long."""


def channel_specs(settings: Settings) -> tuple[ChannelSpec, ...]:
    """Return the channels of the configuration."""
    return tuple(
        ChannelSpec(
            id=part.id,
            url=part.url.get_secret_value(),
            severities=frozenset(part.severities),
            institutions=frozenset(part.institutions),
            language=part.language,
            snapshots=part.snapshots,
            clips=part.clips,
            cleared=part.cleared,
            per_minute=part.per_minute,
        )
        for part in settings.notify.channels
    )


def alert_channels(settings: Settings) -> tuple[ChannelSpec, ...]:
    """Return the channels that hear of everybody's business, not only of their own person's."""
    return tuple(spec for spec in channel_specs(settings) if spec.severities)


def decide_with(environment: Environment) -> Decide:
    """Return the function that says who is told about a change, but for new alerts."""
    policy = RoutePolicy(repeat_after=_REPEAT_AFTER, tiers=True)
    return Router(alert_channels(environment.settings), _writer(environment), policy)


def ladder_of(environment: Environment, database: Database) -> TierLadder:
    """Return who is told about new alerts, and who next while nobody answers."""
    settings = environment.settings
    return TierLadder(
        alert_channels(settings),
        _writer(environment),
        policies_of(settings),
        on_call_of(settings),
        StoreHours(database, environment.district),
    )


def open_channels(settings: Settings, push: PushDesk | None = None) -> dict[str, Channel]:
    """Open every configured channel; without ``push`` nobody's devices are reached.

    Raises:
        ConfigError: an address cannot be understood.
    """
    return {spec.id: open_channel(spec, push) for spec in channel_specs(settings)}


def send_test(settings: Settings, channel_id: str, push: PushDesk | None = None) -> None:
    """Send a test message to one channel, past the outbox.

    Raises:
        NotFoundError: there is no such channel.
        DeliveryError: its service did not take the message.
    """
    for spec in channel_specs(settings):
        if spec.id == channel_id:
            title, body = trial_message(settings.district.name.text(), spec.language)
            open_channel(spec, push).send(Message(title, body, kind="test"))
            return
    raise NotFoundError(
        Text(f"没有渠道“{channel_id}”", f"there is no channel '{channel_id}'"),
        where="notify.channels",
        hint="choose one of: " + ", ".join(part.id for part in settings.notify.channels),
    )


def page_address(environment: Environment) -> str:
    """Return how browsers reach the pages."""
    return address_of(environment.settings)


def address_of(settings: Settings) -> str:
    """Return how browsers reach the pages of a configured service."""
    service = settings.service
    host = "127.0.0.1" if service.host in ("0.0.0.0", "::") else service.host  # noqa: S104
    return service.public_url or f"http://{host}:{service.port}"


def _writer(environment: Environment) -> MessageWriter:
    return MessageWriter(environment.district, public_url=page_address(environment))
