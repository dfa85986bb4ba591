"""People are reminded in person, by channels of their own: inspectors of visits, heads of dates."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from sqlalchemy import select

from monitor.domain.access import DISTRICT, Role, Scope, ScopeKind
from monitor.domain.alerts import SYSTEM, Actor
from monitor.domain.checklists import ItemSeverity
from monitor.domain.clock import ManualClock, to_datetime, utc_now
from monitor.domain.errors import ConfigError
from monitor.domain.findings import FindingAction, NewFinding
from monitor.domain.notices import NoticeKind
from monitor.domain.text import Text
from monitor.runtime.desk import StoreDesk
from monitor.runtime.environment import Environment
from monitor.runtime.extension_notices import ExtensionNotices
from monitor.runtime.notices import alert_channels
from monitor.runtime.plan_approval import PlanApprovalDesk
from monitor.runtime.planning import PlanDesk
from monitor.runtime.risk_desk import RiskDesk
from monitor.runtime.service_process import Jobs
from monitor.store.base import Database
from monitor.store.finding_repository import FindingRepository
from monitor.store.findings import raise_findings
from monitor.store.outbox import OutboxRow
from monitor.store.place_repository import PlaceRepository
from monitor.store.user_repository import UserRepository
from monitor.store.users import NewUser
from monitor.store.visits import VisitRepository

DAY = 86400.0
CONFIG: dict[str, Any] = {
    "version": 1,
    "service": {"data_dir": "data", "public_url": "https://kanhu.example.org"},
    "district": {"id": "d", "name": {"zh": "区", "en": "District"}},
    "notify": {
        "channels": [
            {"id": "duty", "url": "json://127.0.0.1/duty"},
            {"id": "li-phone", "url": "json://127.0.0.1/li", "severities": []},
            {"id": "wang-mail", "url": "json://127.0.0.1/w", "severities": [], "language": "en"},
        ],
        "people": [
            {"id": "li", "name": "李检查", "channels": ["li-phone"], "user": "Li"},
            {"id": "wang", "name": "王园长", "channels": ["wang-mail"], "user": "wang"},
        ],
    },
    "institutions": [
        {"id": "sunshine", "name": {"zh": "阳光园", "en": "Sunshine"}},
        {"id": "bamboo", "name": {"zh": "竹林园", "en": "Bamboo"}},
    ],
}


@pytest.fixture
def environment(tmp_path: Path, database: Database, clock: ManualClock) -> Environment:
    loaded = _load(tmp_path, CONFIG)
    now = to_datetime(clock.now())
    PlaceRepository(database).sync(loaded.district, now)
    own = Scope(ScopeKind.INSTITUTION, "sunshine")
    for name, role, scope in (
        ("li", Role.INSPECTOR, DISTRICT),
        ("zhou", Role.INSPECTOR, DISTRICT),
        ("wang", Role.INSTITUTION, own),
    ):
        new = NewUser(name, name.capitalize(), role, scope)
        UserRepository(database).create(new, "a fine long password", now)
    return loaded


def _load(folder: Path, config: dict[str, Any]) -> Environment:
    path = folder / "district.yaml"
    path.write_text(yaml.safe_dump(config, allow_unicode=True), "utf-8")
    return Environment.load(path)


def _plan(environment: Environment, database: Database, clock: ManualClock) -> PlanDesk:
    desk = StoreDesk(database, environment.district, clock)
    planning = environment.settings.planning
    timezone, policy = environment.district.timezone, environment.settings.risk.policy()
    risk = RiskDesk(database, timezone, policy, clock)
    return PlanDesk(database, environment.district, planning, clock, desk, risk)


def _told(database: Database) -> list[tuple[str, str, str]]:
    with database.reading() as session:
        rows = session.scalars(select(OutboxRow).order_by(OutboxRow.id))
        return [(row.channel_id, row.title, row.body) for row in rows if row.state == "pending"]


def _find(
    environment: Environment, database: Database, clock: ManualClock, place: str, days: int
) -> int:
    now, today = utc_now(clock), _plan(environment, database, clock).today
    desk = StoreDesk(database, environment.district, clock)
    (made,) = desk.make(DISTRICT, today.replace(day=1), place)
    due = today + timedelta(days=days)
    text = Text("消毒", "Disinfection")
    new = NewFinding("H-10", ItemSeverity.MINOR, text, "", due, due, today, photo_needed=False)
    with database.transaction() as session:
        raise_findings(session, place, made.view.id, [new], SYSTEM, now)
    return FindingRepository(database).list(DISTRICT)[0].id


def test_an_inspector_hears_of_an_approved_plan_and_of_tomorrow(
    environment: Environment, database: Database, clock: ManualClock
) -> None:
    plans = _plan(environment, database, clock)
    month = plans.today.replace(day=1)
    plans.make(month)
    approvals = PlanApprovalDesk(environment.settings, database, clock)
    assert approvals.approve(month, Actor(9, "Boss")) == 1
    ((channel, title, body),) = _told(database)
    assert (channel, title) == ("li-phone", "2026年11月检查计划：您有 2 次检查")
    assert "阳光园（" in body
    assert "同行：Zhou" in body
    assert approvals.approve(month, Actor(9, "Boss")) == 1  # approved again, told again
    visits = VisitRepository(database)
    tomorrow = plans.today + timedelta(days=1)
    for view in visits.list(DISTRICT, month):
        visits.change(DISTRICT, view.id, {"day": tomorrow}, "r", SYSTEM, utc_now(clock))
    clock.advance(8 * 3600)
    for service in (Jobs(environment, database, clock), Jobs(environment, database, clock)):
        service.daily_reminders()
    reminders = [(channel, title) for channel, title, _ in _told(database)[2:]]
    assert reminders == [
        ("duty", f"明日（{tomorrow}）检查 2 家机构"),
        ("li-phone", f"明日（{tomorrow}）您有 2 次检查"),
    ]


def test_who_may_not_sign_in_any_more_hears_nothing(
    environment: Environment, database: Database, clock: ManualClock
) -> None:
    plans = _plan(environment, database, clock)
    month = plans.today.replace(day=1)
    plans.make(month)
    users = UserRepository(database)
    li = users.find("li")
    assert li is not None
    users.set_active(li.id, active=False)
    approvals = PlanApprovalDesk(environment.settings, database, clock)
    assert approvals.approve(month, Actor(9, "Boss")) == 0


def test_a_head_is_reminded_before_the_day_and_told_after_it(
    environment: Environment, database: Database, clock: ManualClock
) -> None:
    finding = _find(environment, database, clock, "sunshine", 5)
    _find(environment, database, clock, "bamboo", 2)  # whose head has no channel
    jobs = Jobs(environment, database, clock)
    heard = []
    for _ in range(8):
        for service in (jobs, Jobs(environment, database, clock)):
            service.daily_reminders()
            service.daily_overdue()
        heard.append(sum(channel == "wang-mail" for channel, *_ in _told(database)))
        clock.advance(DAY)
    assert heard == [0, 0, 1, 2, 3, 4, 5, 5]  # three days before until the day; once when late
    own = [(title, body) for channel, title, body in _told(database) if channel == "wang-mail"]
    assert own[0][0] == "Sunshine: 1 to put right within days"
    assert "(3 days left)" in own[0][1]
    assert f"https://kanhu.example.org/findings/{finding}" in own[0][1]
    assert "(today)" in own[3][1]
    assert own[4][0] == "[medium] Overdue Sunshine: H-10"
    delivery = FindingRepository(database).get(DISTRICT, finding).deliveries
    assert {(item.channel_id, item.addressee) for item in delivery} == {
        ("duty", ""),
        ("wang-mail", "Wang"),
    }


def test_a_channel_for_one_person_hears_of_no_alert(environment: Environment) -> None:
    assert [channel.id for channel in alert_channels(environment.settings)] == ["duty"]


def test_an_account_belongs_to_one_person(tmp_path: Path) -> None:
    people = [{**person, "user": "li"} for person in CONFIG["notify"]["people"]]
    config = {**CONFIG, "notify": {**CONFIG["notify"], "people": people}}
    with pytest.raises(ConfigError, match="named twice"):
        _load(tmp_path, config)


def test_more_time_is_told_to_who_decides_and_then_to_who_asked(
    environment: Environment, database: Database, clock: ManualClock
) -> None:
    plans = _plan(environment, database, clock)
    month = plans.today.replace(day=1)
    plans.make(month)  # li and zhou are the only inspectors
    key = _find(environment, database, clock, "sunshine", 5)
    notices = ExtensionNotices(environment.settings, database)
    findings, now = FindingRepository(database), utc_now(clock)
    finding = findings.get(DISTRICT, key).finding

    def step(action: FindingAction, days: int, text: str, name: str) -> list[tuple[str, str, str]]:
        before = len(_told(database))
        due = finding.due + timedelta(days=days)
        actor = Actor(None, name)
        act = findings.act
        act(DISTRICT, finding.id, action, actor, now, text=text, due=due, tell=notices.decide)
        return sorted(_told(database)[before:])

    asked = step(FindingAction.ASK_EXTENSION, 10, "等材料", "王园长")
    assert [(channel, title) for channel, title, _ in asked] == [
        ("duty", "申请延期整改 阳光园：H-10"),
        ("li-phone", "申请延期整改 阳光园：H-10"),
    ]
    assert "王园长：等材料" in asked[0][2]
    assert f"https://kanhu.example.org/findings/{finding.id}" in asked[0][2]
    assert step(FindingAction.COMMENT, 0, "soon", "王园长") == []
    ((channel, title, body),) = step(FindingAction.DENY_EXTENSION, 0, "too late", "Li")
    assert (channel, title) == ("wang-mail", "No more time is given Sunshine: H-10")
    assert f"still due {finding.due}" in body
    ((channel, title, body),) = step(FindingAction.EXTEND, 4, "after all", "Li")
    assert (channel, title) == ("wang-mail", "More time is given Sunshine: H-10")
    assert f"Due {finding.due + timedelta(days=4)} instead of {finding.due}" in body
    shown = findings.get(DISTRICT, finding.id).deliveries
    assert [item.kind for item in shown] == [NoticeKind.EXTENSION] * 4
