"""A day of footage in a real browser: opened with a reason, played over a gap, exported."""

from __future__ import annotations

import re
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page, expect

from monitor.domain.access import Role
from tests.runtime.recording.conftest import record
from tests.web.test_recordings import CAMERA, SECONDS, add_segments

if TYPE_CHECKING:
    from tests.web.browser.conftest import MakeVisit
    from tests.web.conftest import World

pytestmark = pytest.mark.browser
REACHES = "(t) => document.getElementById('video').currentTime >= t"


def yesterday(world: World) -> tuple[str, float]:
    """Return yesterday's date and how many seconds ago its noon was."""
    zone = ZoneInfo(world.settings.district.timezone)
    noon = datetime.combine(world.now.astimezone(zone).date() - timedelta(days=1), time(12), zone)
    return f"{noon:%Y-%m-%d}", world.clock.now() - noon.timestamp()


def opened(page: Page) -> None:
    page.get_by_label("调阅事由").first.fill("核实 9:40 的告警")
    page.get_by_role("button", name="打开当天录像").click()
    expect(page.locator("#video")).to_be_visible()


def test_a_day_plays_over_its_gap_at_a_chosen_speed(
    visit: MakeVisit, live_world: World, recorded_segment: bytes
) -> None:
    day, ago = yesterday(live_world)
    starts = add_segments(live_world, recorded_segment, ago)
    page = visit(live_world.user("wang")).go(f"/recordings/{CAMERA}?day={day}")
    zero = int(page.locator("#footage").get_attribute("data-start") or 0)
    expect(page.locator(".time-there")).to_have_count(2)
    opened(page)
    page.get_by_label("速度").select_option("8")
    page.wait_for_function(REACHES, arg=starts[1] - zero + 1)
    page.wait_for_function(REACHES, arg=starts[2] - zero + 1)
    expect(page.locator("#player-state")).to_contain_text("跳过无录像的")
    size = page.evaluate("[video.videoWidth, video.videoHeight]")
    assert size == [320, 180]
    page.get_by_label("速度").select_option("1")
    page.locator("#seek").evaluate(
        "(bar, to) => { bar.value = to; bar.dispatchEvent(new Event('change')); }",
        starts[0] - zero + 5,
    )
    page.wait_for_function(
        "([a, b]) => video.currentTime > a && video.currentTime < b && video.readyState >= 2",
        arg=[starts[0] - zero + 5, starts[0] - zero + SECONDS],
    )
    assert page.evaluate("video.error") is None


def test_a_part_becomes_a_file_with_its_hash(
    visit: MakeVisit, live_world: World, recorded_segment: bytes
) -> None:
    day, ago = yesterday(live_world)
    add_segments(live_world, recorded_segment, ago)
    page = visit(live_world.user("head", Role.SUPERVISOR)).go(f"/recordings/{CAMERA}?day={day}")
    page.locator("#x-reason").fill("公安机关调取")
    page.get_by_role("button", name="生成文件").click()
    expect(page.locator("#export-result code")).to_have_text(re.compile("^[0-9a-f]{64}$"))
    with page.expect_download() as download:
        page.get_by_role("link", name="下载 MP4").click()
    assert download.value.suggested_filename.endswith(".mp4")
    page.get_by_label("封存事由").fill("家长投诉")
    page.get_by_role("button", name="封存这一时段").click()
    expect(page.get_by_role("status").first).to_contain_text("已封存")


def test_footage_that_the_browser_cannot_play_is_converted_on_request(
    visit: MakeVisit, live_world: World, tmp_path: Path
) -> None:
    day, ago = yesterday(live_world)
    starts = add_segments(live_world, record(tmp_path, (320, 180), "libx265"), ago)
    page = visit(live_world.user("wang")).go(f"/recordings/{CAMERA}?day={day}")
    zero = int(page.locator("#footage").get_attribute("data-start") or 0)
    opened(page)
    if page.evaluate("MediaSource.isTypeSupported('video/mp4; codecs=\"hvc1.1.6.L60.90\"')"):
        pytest.skip("this browser plays H.265")
    expect(page.locator("#player-state")).to_contain_text("不能播放这种编码")
    page.get_by_role("button", name="转码播放").click()
    expect(page.locator("#player-state")).to_contain_text("转码")
    page.get_by_label("速度").select_option("4")
    page.wait_for_function(REACHES, arg=starts[1] - zero + 1)
    page.wait_for_function(REACHES, arg=starts[2] - zero + 1)
    assert page.evaluate("[video.videoWidth, video.videoHeight]") == [320, 180]
    assert page.evaluate("video.error") is None
