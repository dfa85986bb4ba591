"""Working on alerts: queue, history, actions with and without scripts, conflicts."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from monitor.domain.access import Role
from monitor.domain.clock import ManualClock
from monitor.domain.events import Severity

if TYPE_CHECKING:
    import httpx

    from monitor.store.users import User
    from tests.web.conftest import Served, World


def _rows(html: str) -> list[tuple[str, str]]:
    return re.findall(r'class="row"[^>]*data-alert="(\d+)"[^>]*data-severity="(\w+)"', html)


def _form(client: httpx.Client, alert: int) -> dict[str, str]:
    html = client.get(f"/alerts/{alert}").text
    names = ("token", "version")
    return {name: html.partition(f'name="{name}" value="')[2].partition('"')[0] for name in names}


def test_the_queue_puts_the_most_urgent_first(served: Served, world: World, operator: User) -> None:
    medium = world.raise_alert("bamboo-hall", "crowding", Severity.MEDIUM, ago=900)
    young = world.raise_alert("sunshine-nap", ago=100)
    old = world.raise_alert("sunshine-toddler", ago=300)
    critical = world.raise_alert("bamboo-yard", severity=Severity.CRITICAL, ago=70)
    technical = world.raise_alert("bamboo-yard", "view_lost", Severity.TECHNICAL, ago=5000)
    with served.client(operator) as client:
        rows = _rows(client.get("/").text)
        assert [int(number) for number, _ in rows] == [critical, old, young, medium]
        action = {"action": "acknowledge", "version": 1}
        assert client.post(f"/api/v1/alerts/{critical}/actions", json=action).status_code == 200
        html = client.get("/").text
        assert [int(number) for number, _ in _rows(html)] == [old, young, medium, critical]
        assert f'href="/alerts/{technical}"' in html.partition("设备问题")[2]
        ending = {"action": "mark_false", "reason": "成人被遮挡"}
        assert client.post(f"/api/v1/alerts/{old}/actions", json=ending).status_code == 200
        html = client.get("/").text
        assert str(old) not in [number for number, _ in _rows(html)]
        assert f'href="/alerts/{old}"' in html.partition("最近结束")[2]


def test_an_alert_is_worked_on_without_scripts(
    served: Served, world: World, operator: User
) -> None:
    alert = world.raise_alert()
    with served.client(operator) as client:
        form = {**_form(client, alert), "action": "acknowledge"}
        answer = client.post(f"/alerts/{alert}/act", data=form)
        assert answer.headers["location"] == f"/alerts/{alert}"
        assert world.alert_state(alert) == "acknowledged"
        stale = client.post(f"/alerts/{alert}/act", data={**form, "action": "resolve"})
        assert stale.status_code == 409
        assert "情况已变化" in stale.text
        missing = {**_form(client, alert), "action": "mark_false", "reason": " "}
        assert client.post(f"/alerts/{alert}/act", data=missing).status_code == 422
        ended = {**_form(client, alert), "action": "mark_drill", "reason": "消防演练"}
        assert client.post(f"/alerts/{alert}/act", data=ended).status_code == 303
        page = client.get(f"/alerts/{alert}").text
        assert "<q>消防演练</q>" in page
        assert "Wang (指导中心)" in page
        assert "127.0.0.1" in page
    assert world.alert_state(alert) == "drill"


def test_two_people_cannot_both_decide(served: Served, world: World, operator: User) -> None:
    alert = world.raise_alert()
    with served.client(operator) as client:
        path = f"/api/v1/alerts/{alert}/actions"
        seen = client.get(f"/api/v1/alerts/{alert}").json()["version"]
        first = client.post(path, json={"action": "acknowledge", "version": seen})
        second = client.post(path, json={"action": "acknowledge", "version": seen})
        assert (first.status_code, second.status_code) == (200, 409)
        assert first.json()["version"] > seen
        assert client.post(path, json={"action": "acknowledge"}).status_code == 409
        assert client.post(path, json={"action": "explode"}).status_code == 422
        assert client.post(path, json={"action": "raise"}).status_code == 422
        extra = {"action": "comment", "reason": "x", "surprise": 1}
        assert client.post(path, json=extra).status_code == 422


def test_only_a_supervisor_opens_an_alert_again(
    served: Served, world: World, operator: User
) -> None:
    alert = world.raise_alert()
    path = f"/api/v1/alerts/{alert}/actions"
    with served.client(operator) as client:
        assert client.post(path, json={"action": "resolve"}).status_code == 200
        again = {"action": "reopen", "reason": "it is not over"}
        assert client.post(path, json=again).status_code == 403
    with served.client(world.user("super", Role.SUPERVISOR)) as client:
        assert client.post(path, json={"action": "reopen"}).status_code == 422
        assert client.post(path, json=again).status_code == 200
    assert world.alert_state(alert) == "open"


def test_an_alert_explains_itself(served: Served, world: World) -> None:
    earlier = world.raise_alert(ago=4000)
    with served.client(world.user("wang", language="en")) as client:
        path = f"/api/v1/alerts/{earlier}/actions"
        client.post(path, json={"action": "resolve"})
        alert = world.raise_alert()
        page = client.get(f"/alerts/{alert}").text
    for words in (
        "2 children in Toddler room with no adult present for 60 s.",
        "Why did this fire?",
        "Raised after",
        "1 min",
        "87%",
        "0.91 m",
        "ab" * 32,
        "0f3a9c21b7de",
        "021-55550118",
        "Held back",
        "this channel does not take this severity",
        "The clip follows in a moment",
        f'href="/alerts/{earlier}"',
    ):
        assert words in page, words


def test_the_clip_follows_until_it_is_too_late_for_it(
    served: Served, world: World, operator: User, clock: ManualClock
) -> None:
    alert = world.raise_alert()
    with served.client(operator) as client:
        assert "视频片段稍后即到" in client.get(f"/alerts/{alert}").text
        clock.advance(600)
        assert "没有视频片段" in client.get(f"/alerts/{alert}").text
        world.add_clip(alert, b"not really a video")
        assert "您为什么查看这段录像" in client.get(f"/alerts/{alert}").text
        client.post(f"/api/v1/alerts/{alert}/viewings", json={"reason": "handling it"})
        assert "<video" in client.get(f"/alerts/{alert}").text


def test_the_history_is_filtered_and_turned_page_by_page(
    served: Served,
    world: World,
    operator: User,
    clock: ManualClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("monitor.web.pages.alerts._PER_PAGE", 10)
    with served.client(operator) as client:
        for number in range(15):
            clock.advance(60)
            alert = world.raise_alert("sunshine-nap" if number % 5 else "bamboo-hall")
            done = client.post(f"/api/v1/alerts/{alert}/actions", json={"action": "resolve"})
            assert done.status_code == 200
        first = client.get("/alerts").text
        assert first.count("<tr data-key") == 10
        following = re.search(r'href="(/alerts\?cursor=[^"]+)" rel="next"', first)
        assert following is not None
        second = client.get(following[1]).text
        assert second.count("<tr data-key") == 5
        seen = re.findall(r'<tr data-key="(\d+)"', first + second)
        assert len(set(seen)) == 15
        only = client.get("/alerts?institution=bamboo&state=resolved&since=2026-11-02").text
        assert only.count("<tr data-key") == 3
        assert client.get("/alerts?until=2026-11-01").text.count("<tr data-key") == 0


def test_programs_list_and_read_alerts(served: Served, world: World, operator: User) -> None:
    numbers = [world.raise_alert(), world.raise_alert("bamboo-hall", "crowding", Severity.MEDIUM)]
    with served.client(operator) as client:
        listed = client.get("/api/v1/alerts", params={"limit": 1}).json()
        assert len(listed["alerts"]) == 1
        cursor = {"limit": 1, "cursor": listed["next"]}
        following = client.get("/api/v1/alerts", params=cursor).json()
        assert following["next"] is None
        found = [item["id"] for item in listed["alerts"] + following["alerts"]]
        assert sorted(found) == sorted(numbers)
        medium = client.get("/api/v1/alerts?severity=medium&state=open&since=2026-11-01T00:00:00Z")
        assert [item["rule"] for item in medium.json()["alerts"]] == ["crowding"]
        detail = client.get(f"/api/v1/alerts/{numbers[0]}").json()
        assert detail["evidence_values"]["children"] == 2
        assert detail["thresholds"]["after"] == 60.0
        assert [step["action"] for step in detail["steps"]] == ["raise"]
        assert detail["evidence"][0]["kind"] == "snapshot"
