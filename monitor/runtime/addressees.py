"""Which channels reach a person, as the configuration names them by the person's account."""

from __future__ import annotations

from typing import NamedTuple

from monitor.alerts.channels import ChannelSpec
from monitor.domain.access import Role, Scope, ScopeKind
from monitor.runtime.notices import channel_specs
from monitor.settings import Settings
from monitor.store.base import Database
from monitor.store.user_repository import UserRepository
from monitor.store.users import User


class Addressee(NamedTuple):
    """Somebody who is told in person, by one of their channels."""

    user: User
    channel: ChannelSpec


class Addressees:
    """Finds out how to reach people; who has no channel of their own is not told in person."""

    def __init__(self, settings: Settings, database: Database) -> None:
        specs = {spec.id: spec for spec in channel_specs(settings)}
        self._users = UserRepository(database)
        self._channels = {
            part.user.lower(): tuple(specs[name] for name in part.channels)
            for part in settings.notify.people
            if part.user
        }

    def of_user(self, user: User) -> tuple[Addressee, ...]:
        """Return the channels of somebody who may sign in."""
        if not user.active:
            return ()
        return tuple(Addressee(user, channel) for channel in self._channels.get(user.name, ()))

    def of_institution(self, institution_id: str) -> tuple[Addressee, ...]:
        """Return the channels of those who answer for an institution, each channel once."""
        people = self._users.list(Scope(ScopeKind.INSTITUTION, institution_id))
        found = {
            addressee.channel.id: addressee
            for user in people
            if user.role is Role.INSTITUTION
            for addressee in self.of_user(user)
        }
        return tuple(found.values())
