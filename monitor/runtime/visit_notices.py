"""What an inspector is told about visits: when the plan is approved, and the afternoon before."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from monitor.domain.access import DISTRICT
from monitor.domain.text import Language, Text
from monitor.domain.visits import VisitKind, VisitState
from monitor.runtime.addressees import Addressees
from monitor.runtime.notices import address_of
from monitor.settings import Settings
from monitor.store.base import Database
from monitor.store.place_repository import PlaceRepository
from monitor.store.register_reminders import PlainNotice
from monitor.store.user_repository import UserRepository
from monitor.store.users import User
from monitor.store.visits import VisitView


class VisitNotices:
    """Writes a notice for each inspector who has a channel of their own."""

    def __init__(self, settings: Settings, database: Database) -> None:
        self._address = address_of(settings)
        self._addressees = Addressees(settings, database)
        self._places = PlaceRepository(database)
        self._users = UserRepository(database)

    def of_day(self, day: date, visits: Sequence[VisitView]) -> tuple[PlainNotice, ...]:
        """Return one notice for each channel about somebody's visits of a day."""
        title = Text(
            zh=f"明日（{day}）您有 {{n}} 次检查", en=f"Tomorrow, {day}: your inspections: {{n}}"
        )
        return self._notices(f"visits:{day}", title, visits)

    def of_month(
        self, month: date, approval_id: int, visits: Sequence[VisitView]
    ) -> tuple[PlainNotice, ...]:
        """Return one notice for each channel about somebody's visits of an approved plan."""
        title = Text(
            zh=f"{month.year}年{month.month}月检查计划：您有 {{n}} 次检查",
            en=f"Inspection plan of {month:%Y-%m}: your inspections: {{n}}",
        )
        return self._notices(f"plan:{month:%Y-%m}:{approval_id}", title, visits)

    def _notices(
        self, key: str, title: Text, visits: Sequence[VisitView]
    ) -> tuple[PlainNotice, ...]:
        planned = [view for view in visits if view.state is VisitState.PLANNED]
        names = {item.id: item.name for item in self._places.institutions(DISTRICT)}
        people = {user.id: user for user in self._users.list(DISTRICT)}
        mine = {
            user_id: [view for view in planned if user_id in view.inspectors]
            for user_id in sorted({user_id for view in planned for user_id in view.inspectors})
        }
        return tuple(
            PlainNotice(
                channel.id,
                f"{key}:user-{user.id}",
                title.of(channel.language).format(n=len(own)),
                "\n".join(self._lines(user, own, people, names, channel.language)),
            )
            for user_id, own in mine.items()
            if user_id in people
            for user, channel in self._addressees.of_user(people[user_id])
        )

    def _lines(
        self,
        user: User,
        visits: Iterable[VisitView],
        people: Mapping[int, User],
        names: Mapping[str, Text],
        language: Language,
    ) -> Iterable[str]:
        for view in visits:
            name = names.get(view.plan.institution_id)
            place = view.plan.institution_id if name is None else name.of(language)
            others = [people[other].display_name for other in view.inspectors if other != user.id]
            part = _part(view, user, language)
            if language == "zh":
                beside = f"，同行：{'、'.join(others)}" if others else ""
                yield f"{view.plan.day} {place}（{part}{beside}）"
            else:
                beside = f", with {', '.join(others)}" if others else ""
                yield f"{view.plan.day} {place} ({part}{beside})"
            yield f"{self._address}/inspections/plan/{view.id}"


def _part(view: VisitView, user: User, language: Language) -> str:
    safety = view.plan.safety_inspector == user.id
    if view.plan.kind is VisitKind.REINSPECTION:
        part = Text(zh="复查·安全", en="again, safety"), Text(zh="复查·卫生", en="again, health")
    else:
        part = Text(zh="安全", en="safety"), Text(zh="卫生", en="health")
    return part[0 if safety else 1].of(language)
