"""An operator at work: signs in, is told by herself, answers with keys and mouse."""

from __future__ import annotations

import re
import time
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Page, expect

from monitor.domain.access import DISTRICT
from monitor.domain.alerts import Actor, AlertAction
from monitor.domain.events import Severity
from monitor.store.alert_repository import AlertRepository
from monitor.store.camera_status import CameraState
from monitor.store.event_repository import EventRepository
from monitor.web.queue import SHOWN

if TYPE_CHECKING:
    from tests.web.browser.conftest import MakeVisit
    from tests.web.conftest import World

pytestmark = pytest.mark.browser

PASSWORD = "a fine long password"
ROW = ".row[data-alert='{}']"
SOMEBODY = Actor(99, "somebody else")


def _wait_until_live(page: Page) -> None:
    expect(page.locator("#connection[data-state='live']")).to_be_visible()


def test_she_signs_in_with_the_keyboard(visit: MakeVisit, live_world: World) -> None:
    live_world.user("wang")
    page = visit().go("/")
    expect(page).to_have_url(re.compile("/sign-in$"))
    page.keyboard.type("wang")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page).to_have_title("值班室 · 看护")
    _wait_until_live(page)


def test_an_alert_appears_by_itself(visit: MakeVisit, live_world: World) -> None:
    page = visit(live_world.user("wang")).go("/")
    _wait_until_live(page)
    expect(page.get_by_text("没有待处理的告警")).to_be_visible()
    page.evaluate("window.stillTheSamePage = true")
    first_tile = page.locator("[data-tile='bamboo-yard-1']")
    before = time.monotonic()
    number = live_world.raise_alert("bamboo-yard", severity=Severity.CRITICAL, ago=61)
    row = page.locator(ROW.format(number))
    expect(row).to_be_visible(timeout=5_000)
    seconds = time.monotonic() - before
    assert seconds < 3, f"{seconds:.1f} s"  # a second, and patience for a busy machine
    expect(row).to_contain_text("儿童无人看护")
    expect(row).to_contain_text("竹林托育中心 · 户外场地")
    expect(page.locator(".figure[data-severity='critical'] .figure-number")).to_have_text("1")
    expect(page).to_have_title("(1) 值班室 · 看护")
    expect(page.locator("#announcer")).to_contain_text("没有成人在场")
    expect(first_tile).to_have_attribute("data-severity", "critical")
    assert first_tile.evaluate("tile => tile.style.order") == "-1000"
    assert page.evaluate("window.stillTheSamePage") is True


def test_she_answers_with_keys_alone(visit: MakeVisit, live_world: World) -> None:
    first = live_world.raise_alert("sunshine-toddler", ago=300)
    second = live_world.raise_alert("sunshine-nap", ago=200)
    third = live_world.raise_alert("bamboo-hall", "crowding", Severity.MEDIUM)
    page = visit(live_world.user("wang")).go("/")
    _wait_until_live(page)
    page.keyboard.press("j")
    page.keyboard.press("j")
    expect(page.locator(f"{ROW.format(second)} .row-main")).to_be_focused()
    page.keyboard.press("k")
    page.keyboard.press("a")
    expect(page.locator(f"{ROW.format(first)}[data-state='acknowledged']")).to_be_visible()
    assert live_world.alert_state(first) == "acknowledged"
    # The focus goes where it went: its row has moved behind the open ones.
    expect(page.locator(f"{ROW.format(first)} .row-main")).to_be_focused()

    page.locator(f"{ROW.format(second)} .row-main").focus()
    page.keyboard.press("f")
    dialog = page.locator("#act-dialog")
    expect(dialog).to_be_visible()
    expect(dialog).to_contain_text("睡眠室")
    page.keyboard.type("ajf are letters here")
    page.keyboard.press("Control+Enter")
    expect(dialog).to_be_hidden()
    expect(page.locator(ROW.format(second))).to_have_count(0)
    assert live_world.alert_state(second) == "false"

    page.locator(f"{ROW.format(third)} .row-main").focus()
    page.keyboard.press("r")
    page.get_by_role("button", name="已核对人数").click()
    dialog.locator("button[data-for='resolve']").click()
    expect(page.locator(ROW.format(third))).to_have_count(0)
    detail = AlertRepository(live_world.database).get(DISTRICT, third)
    assert (detail.alert.state, detail.steps[-1].reason) == ("resolved", "已核对人数")

    expect(dialog).to_be_hidden()
    page.keyboard.press("?")
    expect(page.locator("#help-dialog")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(f"/alerts/{first}$"))


def test_a_false_alarm_needs_a_reason(visit: MakeVisit, live_world: World) -> None:
    number = live_world.raise_alert()
    page = visit(live_world.user("wang")).go("/")
    _wait_until_live(page)
    page.locator(f"{ROW.format(number)} [data-do='mark_false']").click()
    page.locator("#act-dialog button[data-for='mark_false']").click()
    expect(page.locator("#act-dialog")).to_be_visible()
    assert live_world.alert_state(number) == "open"
    page.get_by_role("button", name="取消").click()
    expect(page.locator("#act-dialog")).to_be_hidden()


def test_she_sees_at_once_what_others_do(visit: MakeVisit, live_world: World) -> None:
    number = live_world.raise_alert()
    page = visit(live_world.user("wang")).go("/")
    _wait_until_live(page)
    alerts = AlertRepository(live_world.database)
    alerts.act(DISTRICT, number, AlertAction.ACKNOWLEDGE, SOMEBODY, live_world.now)
    expect(page.locator(f"{ROW.format(number)}[data-state='acknowledged']")).to_be_visible()


def test_who_is_too_late_is_told_so(visit: MakeVisit, live_world: World) -> None:
    number = live_world.raise_alert()
    visitor = visit(live_world.user("wang"))
    page = visitor.go("/")
    _wait_until_live(page)
    page.route("**/api/v1/feed*", lambda route: route.abort())
    page.locator(f"{ROW.format(number)}").evaluate("row => { row.dataset.version = '0' }")
    page.locator(f"{ROW.format(number)} [data-do='acknowledge']").click()
    expect(page.locator(".toast[data-kind='bad']")).to_contain_text("刚刚被其他人更新")
    assert live_world.alert_state(number) == "open"
    assert visitor.complaints == [
        "error: Failed to load resource: the server responded with a status of 409 (Conflict)"
    ]
    visitor.complaints.clear()


def test_the_page_says_when_it_is_stale(visit: MakeVisit, live_world: World) -> None:
    visitor = visit(live_world.user("wang"))
    page = visitor.page
    page.clock.install()
    visitor.go("/")
    _wait_until_live(page)
    banner = page.locator("#stale")
    expect(banner).to_be_hidden()
    page.wait_for_function(
        "() => customElements.get('kanhu-live') !== undefined"
    )  # else it fails to load
    visitor.context.set_offline(True)
    page.clock.fast_forward(20_000)
    expect(banner).to_be_visible()
    expect(banner).to_contain_text("本页已过时")
    expect(page.locator("#connection")).to_have_attribute("data-state", "lost")
    number = live_world.raise_alert()
    visitor.context.set_offline(False)
    for _ in range(30):
        page.clock.fast_forward(2_000)
        page.wait_for_timeout(100)
        if banner.is_hidden():
            break
    expect(banner).to_be_hidden()
    expect(page.locator(ROW.format(number))).to_be_visible()
    visitor.complaints[:] = [text for text in visitor.complaints if "ERR_INTERNET" not in text]


def test_sound_is_hers_to_turn_on(visit: MakeVisit, live_world: World) -> None:
    page = visit(live_world.user("wang")).go("/")
    _wait_until_live(page)
    button = page.locator("#sound")
    expect(button).to_have_attribute("aria-pressed", "false")
    button.click()
    expect(button).to_have_attribute("aria-pressed", "true")
    expect(button).to_contain_text("提示音已开")
    live_world.raise_alert()
    expect(page.locator(".row")).to_have_count(1)
    page.reload()
    _wait_until_live(page)
    expect(button).to_have_attribute("aria-pressed", "false")  # the browser wants a gesture first
    page.keyboard.press("Shift")
    expect(button).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("s")
    expect(button).to_have_attribute("aria-pressed", "false")


def test_counts_and_cameras_follow(visit: MakeVisit, live_world: World) -> None:
    page = visit(live_world.user("wang")).go("/")
    _wait_until_live(page)
    tile = page.locator("[data-tile='bamboo-hall-1']")
    live_world.report_room("bamboo-hall", 4, 21)
    expect(tile.locator("[data-count='children']")).to_have_text("21")
    expect(page.locator(".figure-number", has_text="/5")).to_have_text("5/5")
    live_world.report_camera("bamboo-hall-1", CameraState.OFFLINE)
    expect(tile).to_contain_text("离线")
    expect(page.locator(".figure-number", has_text="/5")).to_have_text("4/5")


def test_a_long_queue_can_be_worked_on_while_its_rest_comes(
    visit: MakeVisit, live_world: World
) -> None:
    events = EventRepository(live_world.database)
    begun = live_world.event()
    numbers = []
    for number in range(SHOWN + 2):
        other = replace(begun, id=f"{begun.id}-{number}", zone_id=f"zone-{number}")
        numbers.append(events.record(other, live_world.now).alert_id)
    visitor = visit(live_world.user("wang"))
    page = visitor.page
    came: list[int] = []
    page.on(
        "response",
        lambda answer: (
            came.append(answer.text().count('class="row"'))
            if answer.url.endswith("shown=1000")
            else None
        ),
    )
    visitor.go("/?shown=1000")
    expect(page.locator(".rows > .row")).to_have_count(len(numbers))
    expect(page.locator(".row[data-new]")).to_have_count(0)
    expect(page.locator(".queue-more")).to_have_count(0)
    assert came[:2] == [SHOWN, len(numbers)]
    _wait_until_live(page)
    alerts = AlertRepository(live_world.database)
    alerts.act(DISTRICT, numbers[-1], AlertAction.ACKNOWLEDGE, SOMEBODY, live_world.now)
    expect(page.locator(ROW.format(numbers[-1]))).to_have_attribute("data-state", "acknowledged")
