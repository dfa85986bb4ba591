"""The configured channels, as routing and delivery need them."""

from __future__ import annotations

from datetime import timedelta

from monitor.alerts.channels import Channel, ChannelSpec, open_channel
from monitor.alerts.routing import RoutePolicy, Router
from monitor.alerts.templates import MessageWriter
from monitor.domain.notices import Decide
from monitor.runtime.environment import Environment
from monitor.settings import Settings

_REPEAT_AFTER = timedelta(minutes=30)
"""A new occurrence in an alert that nobody has ended is told again after this long."""


def channel_specs(environment: Environment) -> tuple[ChannelSpec, ...]:
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
            per_minute=part.per_minute,
        )
        for part in environment.settings.notify.channels
    )


def decide_with(environment: Environment) -> Decide:
    """Return the function that says who is told about a change."""
    writer = MessageWriter(environment.district, public_url=page_address(environment))
    return Router(channel_specs(environment), writer, RoutePolicy(repeat_after=_REPEAT_AFTER))


def open_channels(environment: Environment) -> dict[str, Channel]:
    """Open every configured channel.

    Raises:
        ConfigError: an address cannot be understood.
    """
    return {spec.id: open_channel(spec) for spec in channel_specs(environment)}


def page_address(environment: Environment) -> str:
    """Return how browsers reach the pages."""
    return address_of(environment.settings)


def address_of(settings: Settings) -> str:
    """Return how browsers reach the pages of a configured service."""
    service = settings.service
    host = "127.0.0.1" if service.host in ("0.0.0.0", "::") else service.host  # noqa: S104
    return service.public_url or f"http://{host}:{service.port}"
