"""Somebody barred from working with children is employed: told at once, without names."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from monitor.alerts.channels import ChannelSpec
from monitor.domain.access import DISTRICT, Scope, ScopeKind
from monitor.domain.clock import Clock, utc_now
from monitor.domain.events import Severity
from monitor.domain.text import Language, Text
from monitor.runtime.addressees import Addressees
from monitor.runtime.notices import address_of, alert_channels
from monitor.settings import Settings
from monitor.store.barred import BarredPerson, BarredStaff
from monitor.store.base import Database
from monitor.store.place_repository import PlaceRepository
from monitor.store.register_reminders import PlainNotice, ReminderRepository

_URGENCY = 0
"""Among the most urgent alerts."""


class BarredNotices:
    """Tells of each person once, by every channel that wants what is critical, and the heads."""

    def __init__(self, settings: Settings, database: Database, clock: Clock) -> None:
        self._zone = ZoneInfo(settings.district.timezone)
        self._clock = clock
        self._address = address_of(settings)
        self._channels = [c for c in alert_channels(settings) if Severity.CRITICAL in c.severities]
        self._addressees = Addressees(settings, database)
        self._barred = BarredStaff(database)
        self._places = PlaceRepository(database)
        self._reminders = ReminderRepository(database)

    def run(self) -> int:
        """Tell of everybody not told of yet; return how many notices went out."""
        return self._tell(DISTRICT)

    def check(self, institution_id: str) -> int:
        """Do so for one institution, whose register has just changed."""
        return self._tell(Scope(ScopeKind.INSTITUTION, institution_id))

    def _tell(self, scope: Scope) -> int:
        now = utc_now(self._clock)
        found = self._barred.employed(scope, now.astimezone(self._zone).date())
        if not found:
            return 0
        names = {item.id: item.name for item in self._places.institutions(DISTRICT)}
        notices = [
            self._notice(channel, person, names[place])
            for place, people in found.items()
            if place in names
            for person in people
            for channel in self._told_of(place)
        ]
        return self._reminders.announce(notices, now)

    def _told_of(self, place: str) -> list[ChannelSpec]:
        told = [c for c in self._channels if not c.institutions or place in c.institutions]
        heads = (item.channel for item in self._addressees.of_institution(place))
        return list({channel.id: channel for channel in (*told, *heads)}.values())

    def _notice(self, channel: ChannelSpec, person: BarredPerson, name: Text) -> PlainNotice:
        place = person.institution_id
        return PlainNotice(
            channel.id,
            f"barred:{place}:{person.number}:{person.checked or ''}",
            _title(name, channel.language),
            "\n".join(
                (
                    _body(person, channel.language),
                    f"{self._address}/registers/{place}/books/staff",
                )
            ),
            _URGENCY,
        )


def _title(name: Text, language: Language) -> str:
    if language == "zh":
        return f"【紧急】{name.zh}：有人被查明禁止从业"
    return f"[critical] {name.en}: somebody employed is barred from the profession"


def _body(person: BarredPerson, language: Language) -> str:
    if language == "zh":
        return (
            f"{person.number}号人员的查询结果为禁止从业，不得在岗；请立即停止其工作并登记离职日期。"
        )
    return (
        f"Staff {person.number} is barred by a check and must not stand on duty: "
        "end their work at once and enter the day on which they left."
    )
