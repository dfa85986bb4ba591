"""Every page renders, in both languages, with and without anything to show."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from monitor.domain.access import Role
from monitor.domain.events import Severity
from monitor.domain.room_state import ViewFault
from monitor.domain.text import LANGUAGES, Language, Text
from monitor.store.camera_status import CameraState

if TYPE_CHECKING:
    import httpx

    from tests.web.conftest import Served, World

INLINE = re.compile(r"<(script|style)(?![^>]*src=)[^>]*>|\son\w+=|\sstyle=")
PAGES = (
    "/",
    "/alerts",
    "/alerts?institution=sunshine&rule=crowding&state=open&since=2026-11-01&until=2026-11-02",
    "/institutions",
    "/institutions/sunshine",
    "/rooms/sunshine-toddler",
    "/cameras/sunshine-toddler-2",
    "/cameras/bamboo-yard-1",
    "/backtest",
    "/inspections",
    "/inspections?month=2026-10",
    "/demo/inbox",
    "/system",
    "/account",
    "/account/second-factor",
    "/account/tokens",
    "/users",
    "/users/1",
    "/exports",
    "/register?verify=true",
)


def test_every_page_renders_in_both_languages(served: Served, world: World) -> None:
    fill(world)
    for language in LANGUAGES:
        with served.client(
            world.user(f"admin-{language}", Role.ADMIN, language=language)
        ) as client:
            look_through(client, world, language)


def test_every_page_renders_for_every_role(served: Served, world: World) -> None:
    fill(world)
    for role in Role:
        with served.client(world.user(role.value, role)) as client:
            for path in ("/", "/alerts", "/alerts/1", "/institutions", "/rooms/sunshine-toddler"):
                assert client.get(path).status_code == 200, (role, path)


def test_an_empty_district_is_calm(served: Served, world: World) -> None:
    with served.client(world.user("admin", Role.ADMIN)) as client:
        assert "没有待处理的告警" in client.get("/").text
        assert "没有告警" in client.get("/alerts").text
        assert "还没有消息" in client.get("/demo/inbox").text


def fill(world: World) -> None:
    world.raise_alert()
    world.raise_alert("bamboo-yard", severity=Severity.CRITICAL, ago=200)
    world.raise_alert("bamboo-hall", "crowding", Severity.MEDIUM)
    world.raise_alert("bamboo-yard", "view_lost", Severity.TECHNICAL)
    world.report_camera(
        "bamboo-yard-1",
        CameraState.OFFLINE,
        ViewFault.OFFLINE,
        Text("摄像机拒绝了密码", "The camera refused the password"),
    )


def look_through(client: httpx.Client, world: World, language: Language) -> None:
    for path in (*PAGES, *(f"/alerts/{number}" for number in world.alert_ids())):
        answer = client.get(path)
        assert answer.status_code == 200, (path, answer.text[-600:])
        assert f'lang="{"zh-CN" if language == "zh" else "en"}"' in answer.text
        assert "hunter2" not in answer.text  # the password of a camera
        assert not INLINE.search(answer.text), path
