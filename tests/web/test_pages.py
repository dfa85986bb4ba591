"""Every page renders, in both languages, with and without anything to show."""

from __future__ import annotations

import re

import pytest

from monitor.domain.access import Role
from monitor.domain.events import Severity
from monitor.domain.room_state import ViewFault
from monitor.domain.text import Language, Text
from monitor.store.camera_status import CameraState

PAGES = (
    "/",
    "/alerts",
    "/alerts?institution=sunshine&rule=crowding&state=open&since=2026-11-01&until=2026-11-02",
    "/institutions",
    "/institutions/sunshine",
    "/rooms/sunshine-toddler",
    "/cameras/sunshine-toddler-2",
    "/cameras/bamboo-yard-1",
    "/inspections",
    "/inspections?month=2026-10",
    "/demo/inbox",
    "/system",
    "/account",
)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_page_renders(served, world, language: Language) -> None:
    admin = world.user("admin", Role.ADMIN, language=language)
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
    client = served.client(admin)
    pages = [*PAGES, *(f"/alerts/{number}" for number in world.alert_ids())]
    for path in pages:
        answer = client.get(path)
        assert answer.status_code == 200, (path, answer.text[-600:])
        assert f'lang="{"zh-CN" if language == "zh" else "en"}"' in answer.text
        assert "hunter2" not in answer.text
        assert not re.search(r"<(script|style)(?![^>]*src=)[^>]*>|\son\w+=|\sstyle=", answer.text)
    chinese = re.search(r"[\u4e00-\u9fff]{2}", client.get("/system").text) is not None
    assert chinese  # the other language offers itself by its own name
    client.close()
