"""Reminders of what comes to an end, and of tomorrow's inspections: once each, by the outbox."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from datetime import date
from zoneinfo import ZoneInfo

from monitor.alerts.channels import ChannelSpec
from monitor.domain.access import DISTRICT
from monitor.domain.clock import Clock, utc_now
from monitor.domain.places import Institution
from monitor.domain.registers import Register
from monitor.domain.text import Language, Text
from monitor.registers.expiries import Expiry, due, expiries
from monitor.runtime.addressees import Addressees
from monitor.runtime.environment import Environment
from monitor.runtime.notices import alert_channels, page_address
from monitor.store.base import Database
from monitor.store.place_repository import PlaceRepository
from monitor.store.register_reminders import PlainNotice, Reminder, ReminderRepository
from monitor.store.register_repository import RegisterRepository

_MOST_LISTED = 30


class ExpiryReminders:
    """Tells the channels and the heads of an institution what ends soon, each thing once a step."""

    def __init__(self, environment: Environment, database: Database, clock: Clock) -> None:
        self._environment = environment
        self._clock = clock
        self._places = PlaceRepository(database)
        self._registers = RegisterRepository(database)
        self._reminders = ReminderRepository(database)
        self._channels = alert_channels(environment.settings)
        self._addressees = Addressees(environment.settings, database)

    def run(self) -> Text:
        """Put out what is due today and say how much that was."""
        now = utc_now(self._clock)
        today = now.astimezone(ZoneInfo(self._environment.district.timezone)).date()
        steps = self._environment.settings.reporting.remind_days
        told = 0
        for institution in self._places.institutions(DISTRICT):
            register = self._registers.register(institution.id, today, today)
            items = expiries(register or Register(institution.id), institution, today)
            wanted = {
                Reminder(item.book, item.key, item.field, item.last, step): item
                for item, step in due(items, today, steps)
            }

            def compose(
                new: Sequence[Reminder],
                institution: Institution = institution,
                wanted: dict[Reminder, Expiry] = wanted,
            ) -> Sequence[PlainNotice]:
                return self._notices(institution, [wanted[item] for item in new], today)

            told += self._reminders.tell(institution.id, tuple(wanted), compose, now)
        return Text(f"发出 {told} 条提醒", f"{told} reminders told")

    def _notices(
        self, institution: Institution, items: Sequence[Expiry], today: date
    ) -> Sequence[PlainNotice]:
        address = f"{page_address(self._environment)}/registers/{institution.id}"
        return [
            PlainNotice(
                channel.id,
                f"expiry:{institution.id}:{_digest(items)}",
                _title(institution, len(items), channel.language),
                _body(items, today, address, channel.language),
            )
            for channel in self._told_of(institution.id)
        ]

    def _told_of(self, institution_id: str) -> Iterable[ChannelSpec]:
        told = [c for c in self._channels if not c.institutions or institution_id in c.institutions]
        heads = self._addressees.of_institution(institution_id)
        return {c.id: c for c in (*told, *(head.channel for head in heads))}.values()


def _digest(items: Sequence[Expiry]) -> str:
    return hashlib.sha256(repr(items).encode("utf-8")).hexdigest()[:16]


def _title(institution: Institution, count: int, language: Language) -> str:
    if language == "zh":
        return f"{institution.name.zh}：{count} 项即将或已经到期"
    return f"{institution.name.en}: {count} ending soon or ended"


def _body(items: Sequence[Expiry], today: date, address: str, language: Language) -> str:
    lines = [_line(item, today, language) for item in items[:_MOST_LISTED]]
    more = len(items) - len(lines)
    if more > 0:
        lines.append(f"……另有 {more} 项" if language == "zh" else f"… and {more} more")
    return "\n".join([*lines, address])


def _line(item: Expiry, today: date, language: Language) -> str:
    days = item.days(today)
    if language == "zh":
        left = f"余 {days} 天" if days >= 0 else f"已逾期 {-days} 天"
        return f"{item.what.zh}：{item.last}（{left}）"
    left = f"{days} days left" if days >= 0 else f"{-days} days ago"
    return f"{item.what.en}: {item.last} ({left})"
