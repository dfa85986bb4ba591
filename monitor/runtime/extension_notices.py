"""More time for a finding: told to the district when asked for, and when decided to who asked."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date, timedelta

from monitor.alerts.channels import ChannelSpec
from monitor.domain.access import DISTRICT, Scope, ScopeKind
from monitor.domain.findings import FindingAction
from monitor.domain.notices import Decision, NoticeKind, Reason
from monitor.domain.text import Language, Text
from monitor.runtime.addressees import Addressee, Addressees
from monitor.runtime.notices import address_of, alert_channels, channel_specs
from monitor.settings import Settings
from monitor.store.base import Database
from monitor.store.finding_views import FindingStep, FindingView
from monitor.store.place_repository import PlaceRepository
from monitor.store.user_repository import UserRepository
from monitor.store.visits import VisitRepository

_TITLES = {
    FindingAction.ASK_EXTENSION: Text(zh="申请延期整改", en="More time is asked for"),
    FindingAction.EXTEND: Text(zh="整改期限已延长", en="More time is given"),
    FindingAction.DENY_EXTENSION: Text(zh="延期申请未获批准", en="No more time is given"),
}
_DAYS_BACK, _DAYS_AHEAD = 92, 31
"""How far around a finding the visit is looked for whose inspectors hear of it."""


class ExtensionNotices:
    """Writes what is told about a step of a finding; of other steps nothing is told."""

    def __init__(self, settings: Settings, database: Database) -> None:
        self._address = address_of(settings)
        self._district = tuple(c for c in alert_channels(settings) if not c.institutions)
        self._channels = channel_specs(settings)
        self._addressees = Addressees(settings, database)
        self._places = PlaceRepository(database)
        self._users = UserRepository(database)
        self._visits = VisitRepository(database)

    def decide(self, finding: FindingView, step: FindingStep) -> Sequence[Decision]:
        """Return the notices about a step, in the language of each channel."""
        if step.action not in _TITLES:
            return ()
        if step.action is FindingAction.ASK_EXTENSION:
            channels, people = self._district, self._inspectors(finding)
        else:
            place = finding.institution_id
            channels = tuple(c for c in self._channels if place in c.institutions)
            people = self._addressees.of_institution(place)
        name = self._name(finding.institution_id)
        in_person = {item.channel.id: item for item in people}
        told: dict[str, ChannelSpec] = {c.id: c for c in channels}
        told |= {key: item.channel for key, item in in_person.items()}
        return [
            Decision(
                channel.id,
                NoticeKind.EXTENSION,
                Reason.TOLD,
                title=_title(finding, step, name, channel.language),
                body=self._body(finding, step, channel.language),
                addressee=in_person[key].user.display_name if key in in_person else "",
            )
            for key, channel in told.items()
        ]

    def _inspectors(self, finding: FindingView) -> Sequence[Addressee]:
        """Return those who made the last visit before the finding, or are to make the next."""
        day = finding.raised.date()
        own = Scope(ScopeKind.INSTITUTION, finding.institution_id)
        first, last = day - timedelta(days=_DAYS_BACK), day + timedelta(days=_DAYS_AHEAD)
        visits = [view for view in self._visits.between(own, first, last) if view.inspectors]
        if not visits:
            return ()
        nearest = min(visits, key=lambda view: (abs((view.plan.day - day).days), view.id))
        users = {user.id: user for user in self._users.list(DISTRICT)}
        return [
            addressee
            for user_id in nearest.inspectors
            if user_id in users
            for addressee in self._addressees.of_user(users[user_id])
        ]

    def _name(self, institution_id: str) -> Text:
        for place in self._places.institutions(DISTRICT):
            if place.id == institution_id:
                return place.name
        return Text(zh=institution_id, en=institution_id)

    def _body(self, finding: FindingView, step: FindingStep, language: Language) -> str:
        lines: Iterable[str] = (
            finding.text.of(language),
            _days(step.action, step.due_before, step.due_after, language),
            f"{step.actor}：{step.text}" if language == "zh" else f"{step.actor}: {step.text}",
            f"{self._address}/findings/{finding.id}",
        )
        return "\n".join(line for line in lines if line)


def _title(finding: FindingView, step: FindingStep, name: Text, language: Language) -> str:
    colon = "：" if language == "zh" else ": "
    return f"{_TITLES[step.action].of(language)} {name.of(language)}{colon}{finding.item_id}"


def _days(
    action: FindingAction, before: date | None, after: date | None, language: Language
) -> str:
    if action is FindingAction.DENY_EXTENSION:
        text = Text(
            zh=f"申请延至 {after}；期限仍为 {before}", en=f"Asked for {after}; still due {before}"
        )
    elif action is FindingAction.ASK_EXTENSION:
        text = Text(
            zh=f"原定 {before}，申请延至 {after}；未决定前原期限有效",
            en=f"Due {before}, asked for {after}; until decided the former holds",
        )
    else:
        text = Text(zh=f"期限由 {before} 延至 {after}", en=f"Due {after} instead of {before}")
    return text.of(language)
