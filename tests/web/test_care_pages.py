"""Snoozing, handing over, shelving, dead letters and the test of channels, on the real pages."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from monitor.documents import parse_document
from monitor.domain.access import DISTRICT, Role, Scope, ScopeKind
from monitor.domain.clock import ManualClock
from monitor.domain.events import Severity
from monitor.settings import parse_settings
from monitor.store.alert_repository import AlertRepository
from monitor.store.outbox_repository import OutboxRepository
from monitor.store.pulses import PulseRepository
from monitor.store.shelves import ShelfRepository

if TYPE_CHECKING:
    from monitor.store.users import User
    from tests.web.conftest import Served, Serving, World

DATABASES = ["sqlite"]
SUNSHINE = Scope(ScopeKind.INSTITUTION, "sunshine")
CHANNELS = """
version: 1
district: {id: d, name: 区}
notify:
  channels:
    - {id: duty, url: "json://127.0.0.1:1/SECRET-TOKEN"}
    - {id: maintainer, url: "json://127.0.0.1:9/SECRET-TOKEN", cleared: true}
  people: [{id: li, name: 李老师, channels: [maintainer]}]
  rotas: [{id: nights, starts: 2026-11-02, turns: [li]}]
  policies:
    - id: usual
      tiers:
        - {id: district, name: 区指导中心, after: {critical: 0, high: 3m}, channels: [duty]}
        - {id: duty, name: 值班, after: {critical: 3m, high: 10m}, rota: nights, hours: closed}
"""


@pytest.fixture
def told_world(world: World) -> World:
    channels = parse_settings(parse_document(CHANNELS, "d.yaml"), Path("/")).notify
    return replace(world, settings=world.settings.model_copy(update={"notify": channels}))


def _token(client: httpx.Client, path: str) -> str:
    return client.get(path).text.partition('name="token" value="')[2].partition('"')[0]


def _act(client: httpx.Client, alert: int, **body: Any) -> httpx.Response:
    return client.post(f"/api/v1/alerts/{alert}/actions", json=body)


def test_an_alert_is_snoozed_and_handed_over(served: Served, world: World, operator: User) -> None:
    alert = world.raise_alert()
    world.user("li")
    world.user("auditor", Role.AUDITOR)
    world.user("head", Role.INSTITUTION, Scope(ScopeKind.INSTITUTION, "bamboo"))
    with served.client(operator) as client:
        html = client.get(f"/alerts/{alert}").text
        names = re.findall(r'<option value="(\d+)"[^>]*>(\w+)', html.partition('id="assignee"')[2])
        assert [name for _, name in names][1:] == ["Li", "Wang"]
        assert _act(client, alert, action="snooze", minutes=10).status_code == 422
        answer = _act(client, alert, action="snooze", minutes=10, reason="on their way").json()
        assert answer["snoozed_until"]
        assert _act(client, alert, action="snooze", minutes=300, reason="x").status_code == 422
        li = int(names[1][0])
        assert _act(client, alert, action="assign", assignee=li).json()["assignee"] == "Li"
        assert _act(client, alert, action="assign", assignee=99).status_code == 422
        assert _act(client, alert, action="assign", assignee=0).json()["assignee"] == ""
        html = client.get(f"/alerts/{alert}").text
        assert "暂缓至" in html
        assert "on their way" in html
        steps = client.get(f"/api/v1/alerts/{alert}").json()["steps"]
        assert [step["via"] for step in steps] == ["system", "api", "api", "api"]


def test_a_form_without_scripts_snoozes_as_well(
    served: Served, world: World, operator: User
) -> None:
    alert = world.raise_alert()
    with served.client(operator) as client:
        form = {"token": _token(client, f"/alerts/{alert}"), "reason": "wait", "minutes": "15"}
        answer = client.post(f"/alerts/{alert}/act", data={**form, "action": "snooze"})
        assert answer.status_code == 303
    detail = AlertRepository(world.database).get(DISTRICT, alert)
    assert detail.alert.snoozed_until == world.now + timedelta(minutes=15)
    assert detail.steps[-1].via == "page"


def test_the_time_line_says_who_was_told_and_who_not_and_why(
    served: Served, world: World, operator: User
) -> None:
    alert = world.raise_alert()
    OutboxRepository(world.database).lease("me", world.now)
    OutboxRepository(world.database).sent(1, "me", world.now)
    with served.client(operator) as client:
        lines = re.findall(r'<li data-entry="(\w+)">', client.get(f"/alerts/{alert}").text)
        assert lines == ["step", "told", "held", "arrived"]
        html = client.get(f"/alerts/{alert}").text
        assert "该渠道不接收此级别" in html


def test_a_shelf_is_put_up_shown_and_taken_down(
    served: Served, world: World, operator: User, clock: ManualClock
) -> None:
    with served.client(operator) as client:
        form = {"token": _token(client, "/shelves"), "place": "camera.bamboo-hall-1", "hours": "4"}
        wanted = {**form, "rule": "crowding", "reason": "树影"}
        assert client.post("/shelves", data=wanted).status_code == 303
        html = client.get("/shelves").text
        assert "树影" in html
        assert "竹林托育中心 · 活动大厅 · 北墙" in html
        assert client.post("/shelves/1/end", data=form).status_code == 303
        assert client.post("/shelves/1/end", data=form).status_code == 409
        assert "没有搁置任何内容" in client.get("/shelves").text
        for wrong, said in (
            ({"reason": " "}, "请说明原因"),
            ({"rule": "unattended_child"}, "只能由主管搁置"),
            ({"rule": ""}, "只能由主管搁置"),
            ({"rule": "no-such-rule"}, "只能由主管搁置"),
            ({"place": "room.nowhere"}, "请从列表中选择地点"),
        ):
            answer = client.post("/shelves", data={**wanted, **wrong})
            assert (answer.status_code, said in answer.text) == (422, True), wrong
    shelves = ShelfRepository(world.database)
    assert shelves.list(DISTRICT, world.now, active=True) == ()
    (ended,) = shelves.list(DISTRICT, world.now, active=False)
    assert (ended.created_by, ended.ended_by) == ("Wang (指导中心)", "Wang (指导中心)")
    assert clock.now() == world.now.timestamp()


def test_a_supervisor_shelves_children_left_alone_for_a_day_at_most(
    served: Served, world: World
) -> None:
    with served.client(world.user("boss", Role.SUPERVISOR)) as client:
        form = {
            "token": _token(client, "/shelves"),
            "place": "room.sunshine-nap",
            "reason": "drill",
        }
        grave = {**form, "rule": "unattended_child"}
        assert client.post("/shelves", data={**grave, "hours": "72"}).status_code == 422
        assert client.post("/shelves", data={**grave, "hours": "24"}).status_code == 303
        assert "包括紧急告警" in client.get("/shelves").text


def test_an_institution_sees_its_shelves_and_cannot_make_one(
    served: Served, world: World, operator: User, sunshine_staff: User
) -> None:
    with served.client(operator) as client:
        form = {"token": _token(client, "/shelves"), "rule": "crowding", "hours": "4"}
        for place in ("institution.bamboo", "institution.sunshine"):
            data = {**form, "place": place, "reason": place}
            assert client.post("/shelves", data=data).status_code == 303
    with served.client(sunshine_staff) as client:
        html = client.get("/shelves").text
        assert "institution.sunshine" in html
        assert "institution.bamboo" not in html
        assert client.post("/shelves", data={"token": "x"}).status_code == 403
        assert client.post("/shelves/1/end", data={"token": "x"}).status_code == 403


def test_a_dead_letter_is_shown_and_sent_again(
    served: Served, world: World, operator: User
) -> None:
    alert = world.raise_alert(severity=Severity.CRITICAL)
    outbox = OutboxRepository(world.database)
    (notice,) = outbox.lease("me", world.now)
    outbox.give_up(notice.id, "me", world.now, "the receiver answered 503")
    community = world.user("street", Role.OPERATOR, Scope(ScopeKind.COMMUNITY, "竹园街道"))
    with served.client(community) as client:
        assert "the receiver answered 503" not in client.get("/notices").text
        form = {"token": _token(client, "/account")}
        assert client.post(f"/notices/{notice.id}/resend", data=form).status_code == 404
    with served.client(operator) as client:
        assert "the receiver answered 503" in client.get("/notices").text
        form = {"token": _token(client, "/notices")}
        assert client.post(f"/notices/{notice.id}/resend", data=form).status_code == 303
        assert client.post(f"/notices/{notice.id}/resend", data=form).status_code == 404
        assert "重新发送通知" in client.get(f"/alerts/{alert}").text
    assert [item.id for item in outbox.lease("me", world.now)] == [notice.id]


def test_channels_are_shown_without_secrets_and_tried(
    serving: Serving, told_world: World, operator: User
) -> None:
    with serving(told_world) as served, served.client(operator) as client:
        PulseRepository(told_world.database).beat("notifier", "me", told_world.now)
        html = client.get("/notices").text
        assert "SECRET" not in html
        for told in ("duty", "李老师", "区指导中心", "10 分", "非开放时间", "通知发送"):
            assert told in html, told
        form = {"token": _token(client, "/notices")}
        tried = client.post("/notices/channels/maintainer/test", data=form)
        assert 'data-at="/notices"' in tried.text  # where the page that follows is to be had
        assert tried.status_code == 200
        assert "测试失败" in tried.text
        assert "SECRET" not in tried.text
        assert client.post("/notices/channels/nobody/test", data=form).status_code == 404


def test_only_a_supervisor_reopens_and_says_why(
    served: Served, world: World, operator: User, clock: ManualClock
) -> None:
    alert = world.raise_alert()
    with served.client(operator) as client:
        assert _act(client, alert, action="resolve").status_code == 200
        assert _act(client, alert, action="reopen", reason="x").status_code == 403
    with served.client(world.user("boss", Role.SUPERVISOR)) as client:
        assert _act(client, alert, action="reopen").status_code == 422
        assert _act(client, alert, action="reopen", reason="still alone").status_code == 200
        assert _act(client, alert, action="resolve").status_code == 200
        clock.advance(25 * 3600)
    with served.client(world.user("chief", Role.SUPERVISOR)) as client:
        assert _act(client, alert, action="reopen", reason="late").status_code == 409
