"""What an institution has to put right within days, told each morning to those who answer for it.

What is late is told by :mod:`monitor.runtime.overdue`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from monitor.domain.access import DISTRICT
from monitor.domain.clock import Clock, utc_now
from monitor.domain.findings import FindingState
from monitor.domain.text import Language, Text
from monitor.runtime.addressees import Addressees
from monitor.runtime.environment import Environment
from monitor.runtime.notices import channel_specs, page_address
from monitor.store.base import Database
from monitor.store.finding_repository import FindingFilter, FindingRepository
from monitor.store.finding_views import FindingView
from monitor.store.register_reminders import PlainNotice, ReminderRepository

REMIND_DAYS = 3
"""From so many days before the due date on."""

_MOST = 10_000


class DueReminders:
    """Puts out one notice a day for each institution and channel of its own."""

    def __init__(self, environment: Environment, database: Database, clock: Clock) -> None:
        self._clock = clock
        self._address = page_address(environment)
        self._names = {item.id: item.name for item in environment.district.institutions}
        self._channels = tuple(c for c in channel_specs(environment.settings) if c.institutions)
        self._addressees = Addressees(environment.settings, database)
        self._findings = FindingRepository(database)
        self._reminders = ReminderRepository(database)

    def run(self, today: date) -> Text:
        """Tell of what is due soon and say how many notices went out."""
        open_ones = FindingFilter(states=frozenset({FindingState.OPEN}))
        last = today + timedelta(days=REMIND_DAYS)
        soon: dict[str, list[FindingView]] = {}
        for finding in self._findings.list(DISTRICT, open_ones, _MOST):
            if today <= finding.due <= last:
                soon.setdefault(finding.institution_id, []).append(finding)
        notices = [
            notice for place, found in soon.items() for notice in self._notices(place, found, today)
        ]
        told = self._reminders.announce(notices, utc_now(self._clock))
        return Text(f"发出 {told} 条通知", f"{told} notices")

    def _notices(
        self, place: str, found: Sequence[FindingView], today: date
    ) -> Sequence[PlainNotice]:
        own = {channel.id: channel for channel in self._channels if place in channel.institutions}
        own |= {item.channel.id: item.channel for item in self._addressees.of_institution(place)}
        ordered = sorted(found, key=lambda finding: (finding.due, finding.id))
        return [
            PlainNotice(
                channel.id,
                f"due:{place}:{today}",
                self._title(place, len(found), channel.language),
                "\n".join(self._line(item, today, channel.language) for item in ordered),
            )
            for channel in own.values()
        ]

    def _title(self, place: str, count: int, language: Language) -> str:
        name = self._names[place].of(language) if place in self._names else place
        if language == "zh":
            return f"{name}：{count} 项整改即将到期"
        return f"{name}: {count} to put right within days"

    def _line(self, finding: FindingView, today: date, language: Language) -> str:
        days = (finding.due - today).days
        text = f"{finding.item_id} {finding.text.of(language)}"
        link = f"{self._address}/findings/{finding.id}"
        if language == "zh":
            when = f"余 {days} 天" if days else "今日到期"
            return f"{text}：{finding.due}（{when}）\n{link}"
        when = {0: "today", 1: "1 day left"}.get(days, f"{days} days left")
        return f"{text}: {finding.due} ({when})\n{link}"
