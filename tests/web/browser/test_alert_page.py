"""The page of one alert in a real browser: evidence arrives, decisions stay on the page."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import av
import numpy as np
import pytest
from playwright.sync_api import expect

from monitor.domain.access import DISTRICT
from monitor.domain.alerts import Actor, AlertAction
from monitor.store.alert_repository import AlertRepository

if TYPE_CHECKING:
    from tests.web.browser.conftest import MakeVisit
    from tests.web.conftest import World

pytestmark = pytest.mark.browser

SOMEBODY = Actor(99, "somebody else")


def _clip(seconds: int = 3) -> bytes:
    """Return a small MP4 that browsers play; its index is at the end, so they ask for ranges."""
    target = io.BytesIO()
    with av.open(target, "w", format="mp4") as container:
        stream = container.add_stream("libx264", rate=10, options={"profile": "baseline"})
        stream.width, stream.height, stream.pix_fmt = 320, 180, "yuv420p"
        for number in range(10 * seconds):
            image = np.full((180, 320, 3), number * 8, np.uint8)
            frame = av.VideoFrame.from_ndarray(image, format="bgr24")
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return target.getvalue()


def test_the_clip_appears_by_itself_and_plays(visit: MakeVisit, live_world: World) -> None:
    number = live_world.raise_alert()
    page = visit(live_world.user("wang")).go(f"/alerts/{number}")
    expect(page.get_by_text("视频片段稍后即到")).to_be_visible()
    expect(page.locator("[data-part='snapshot'] img")).to_be_visible()
    assert page.locator("[data-part='snapshot'] img").evaluate("image => image.naturalWidth") == 640
    live_world.add_clip(number, _clip())
    page.get_by_role("button", name="处理本告警").click()
    video = page.locator("video[controls]")
    expect(video).to_be_visible()
    video.evaluate("video => { video.muted = true; video.currentTime = 2; return video.play() }")
    video.evaluate(
        "video => new Promise((done) => {"
        " video.ontimeupdate = () => { if (video.currentTime > 2.3) done(); } })"
    )
    assert video.evaluate("video => video.error") is None


def test_a_decision_is_taken_on_the_page(visit: MakeVisit, live_world: World) -> None:
    number = live_world.raise_alert()
    page = visit(live_world.user("wang")).go(f"/alerts/{number}")
    page.evaluate("window.stillTheSamePage = true")
    page.get_by_role("button", name="确认").click()
    expect(page.locator(".alert-head .chip")).to_have_text("处理中")
    expect(page.get_by_role("button", name="确认")).to_have_count(0)
    page.get_by_label("说明").fill("玩偶，不是儿童")
    page.get_by_role("button", name="误报").click()
    expect(page.locator(".alert-head .chip")).to_have_text("误报")
    expect(page.locator(".steps")).to_contain_text("玩偶，不是儿童")
    expect(page.get_by_label("说明")).to_have_value("")
    assert page.evaluate("window.stillTheSamePage") is True
    assert live_world.alert_state(number) == "false"


def test_what_she_writes_survives_what_others_do(visit: MakeVisit, live_world: World) -> None:
    number = live_world.raise_alert()
    page = visit(live_world.user("wang")).go(f"/alerts/{number}")
    expect(page.locator("#connection[data-state='live']")).to_be_visible()
    page.get_by_label("说明").press_sequentially("已联系")
    alerts = AlertRepository(live_world.database)
    alerts.act(DISTRICT, number, AlertAction.ACKNOWLEDGE, SOMEBODY, live_world.now)
    expect(page.locator(".steps")).to_contain_text("somebody else")
    expect(page.get_by_label("说明")).to_have_value("已联系")
    expect(page.get_by_label("说明")).to_be_focused()


def test_a_reason_that_is_missing_is_asked_for(visit: MakeVisit, live_world: World) -> None:
    number = live_world.raise_alert()
    visitor = visit(live_world.user("wang", language="en"))
    page = visitor.go(f"/alerts/{number}")
    page.get_by_role("button", name="False alarm").click()
    expect(page.locator("#form-problem")).to_have_text("Something is not filled in correctly")
    assert live_world.alert_state(number) == "open"
    visitor.complaints.clear()  # the browser logs the 422


def test_an_alert_is_snoozed_and_handed_over_on_the_page(
    visit: MakeVisit, live_world: World
) -> None:
    number = live_world.raise_alert()
    li = live_world.user("li")
    page = visit(live_world.user("wang")).go(f"/alerts/{number}")
    page.locator(".further summary").click()
    page.get_by_role("textbox", name="说明").fill("园方在路上")
    page.locator("#minutes").select_option("15")
    page.get_by_role("button", name="暂缓", exact=True).click()
    expect(page.locator(".alert-head")).to_contain_text("暂缓至")
    expect(page.locator(".coming")).to_contain_text("暂缓结束")
    page.locator("#assignee").select_option(str(li.id))
    page.get_by_role("button", name="移交", exact=True).click()
    expect(page.locator(".alert-head")).to_contain_text("Li")
    steps = AlertRepository(live_world.database).get(DISTRICT, number).steps
    assert [step.via for step in steps[1:]] == ["page", "page"]


def test_the_keys_of_the_queue_answer_here_too(visit: MakeVisit, live_world: World) -> None:
    number = live_world.raise_alert()
    page = visit(live_world.user("wang")).go(f"/alerts/{number}")
    page.keyboard.press("f")
    note = page.get_by_role("textbox", name="说明")
    expect(note).to_be_focused()
    page.keyboard.type("afr")  # letters in the note do nothing else
    assert live_world.alert_state(number) == "open"
    page.keyboard.press("Control+Enter")
    expect(page.locator(".alert-head .chip")).to_have_text("误报")
    expect(page.locator(".steps")).to_contain_text("afr")


def test_a_acknowledges_r_asks_for_a_note_and_z_for_the_time(
    visit: MakeVisit, live_world: World
) -> None:
    number = live_world.raise_alert()
    page = visit(live_world.user("wang")).go(f"/alerts/{number}")
    page.keyboard.press("Control+a")  # the browser's own
    assert live_world.alert_state(number) == "open"
    page.keyboard.press("a")
    expect(page.locator(".alert-head .chip")).to_have_text("处理中")
    page.keyboard.press("z")
    expect(page.locator("#minutes")).to_be_visible()
    page.keyboard.type("园方在路上")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".alert-head")).to_contain_text("暂缓至")
    page.locator("h1").click()
    page.locator("textarea[name='reason']").evaluate("note => note.blur()")
    page.keyboard.press("r")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".alert-head .chip").first).to_have_text("已解决")
    assert live_world.alert_state(number) == "resolved"
