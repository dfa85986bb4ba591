"""Tomorrow's inspections, told the afternoon before to the district and to those who go."""

from __future__ import annotations

from datetime import date, timedelta

from monitor.domain.access import DISTRICT
from monitor.domain.clock import Clock, utc_now
from monitor.domain.text import Language, Text
from monitor.domain.visits import VisitKind, VisitState
from monitor.runtime.environment import Environment
from monitor.runtime.notices import alert_channels
from monitor.runtime.visit_notices import VisitNotices
from monitor.store.base import Database
from monitor.store.place_repository import PlaceRepository
from monitor.store.register_reminders import PlainNotice, ReminderRepository
from monitor.store.user_repository import UserRepository
from monitor.store.visits import VisitRepository, VisitView


class VisitReminders:
    """Puts one notice out for each day with visits, and one for each inspector about their own.

    A channel of some institutions hears nothing: most visits are unannounced.
    """

    def __init__(self, environment: Environment, database: Database, clock: Clock) -> None:
        self._clock = clock
        self._channels = [c for c in alert_channels(environment.settings) if not c.institutions]
        self._personal = VisitNotices(environment.settings, database)
        self._places = PlaceRepository(database)
        self._users = UserRepository(database)
        self._visits = VisitRepository(database)
        self._reminders = ReminderRepository(database)

    def run(self, today: date) -> Text:
        """Tell of the visits of the day after ``today`` and say how many notices went out."""
        tomorrow = today + timedelta(days=1)
        visits = [
            view
            for view in self._visits.between(DISTRICT, tomorrow, tomorrow)
            if view.state is VisitState.PLANNED
        ]
        if not visits:
            return Text("明天没有检查", "no visits tomorrow")
        notices = [
            PlainNotice(
                channel.id,
                f"visits:{tomorrow}",
                _title(tomorrow, len(visits), channel.language),
                "\n".join(self._line(view, channel.language) for view in visits),
            )
            for channel in self._channels
        ]
        notices += self._personal.of_day(tomorrow, visits)
        told = self._reminders.announce(notices, utc_now(self._clock))
        return Text(f"发出 {told} 条通知", f"{told} notices")

    def _line(self, view: VisitView, language: Language) -> str:
        names = {item.id: item.name for item in self._places.institutions(DISTRICT)}
        people = {user.id: user.display_name for user in self._users.list(DISTRICT)}
        name = names.get(view.plan.institution_id)
        who = "、".join(people.get(user_id, "?") for user_id in view.inspectors) or "—"
        where = view.plan.institution_id if name is None else name.of(language)
        again = view.plan.kind is VisitKind.REINSPECTION
        kind = (" (复查)" if language == "zh" else " (re-inspection)") if again else ""
        return f"{where}{kind}: {who}"


def _title(day: date, count: int, language: Language) -> str:
    if language == "zh":
        return f"明日（{day}）检查 {count} 家机构"
    return f"Tomorrow, {day}: {count} to inspect"
