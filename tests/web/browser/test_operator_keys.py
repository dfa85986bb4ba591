"""What an operator does with keys and ears besides answering: live, snooze, silence, hand over."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Page, expect

from monitor.domain.access import DISTRICT
from monitor.store.alert_repository import AlertRepository

if TYPE_CHECKING:
    from tests.web.browser.conftest import MakeVisit
    from tests.web.conftest import World

pytestmark = pytest.mark.browser

ROW = ".row[data-alert='{}']"


def _wait_until_live(page: Page) -> None:
    expect(page.locator("#connection[data-state='live']")).to_be_visible()


def test_keys_bring_the_room_up_and_put_an_alert_off(visit: MakeVisit, live_world: World) -> None:
    first = live_world.raise_alert("sunshine-toddler", ago=300)
    second = live_world.raise_alert("bamboo-hall", ago=200)
    page = visit(live_world.user("wang")).go("/")
    _wait_until_live(page)
    page.keyboard.press("n")
    page.keyboard.press("n")
    expect(page.locator(f"{ROW.format(second)} .row-main")).to_be_focused()
    page.keyboard.press("l")
    large = page.locator("[data-tile][data-large]")
    expect(large).to_have_attribute("data-room", "bamboo-hall")
    page.keyboard.press("p")
    page.keyboard.press("l")
    expect(large).to_have_attribute("data-room", "sunshine-toddler")
    page.keyboard.press("Escape")
    expect(large).to_have_count(0)

    page.keyboard.press("z")
    page.get_by_role("button", name="园方正在前往").click()
    page.locator("#act-minutes").select_option("10")
    page.keyboard.press("Tab")
    page.locator("#act-dialog button.primary[data-for='snooze']").click()
    expect(page.locator("#act-dialog")).to_be_hidden()
    expect(page.locator(ROW.format(first))).to_contain_text("暂缓至")
    alert = AlertRepository(live_world.database).get(DISTRICT, first).alert
    assert alert.snoozed_until is not None
    assert alert.state == "open"


def test_sound_says_that_it_waits_and_is_silenced_for_a_while(
    visit: MakeVisit, live_world: World
) -> None:
    page = visit(live_world.user("wang")).go("/")
    _wait_until_live(page)
    waiting, silence = page.locator("#sound-waiting"), page.locator("#silence")
    expect(waiting).to_be_visible()
    expect(silence).to_be_hidden()
    page.locator("#sound").click()
    expect(waiting).to_be_hidden()
    page.keyboard.press("m")
    expect(silence).to_have_attribute("aria-pressed", "true")
    expect(silence).to_contain_text(re.compile(r"静音至 \d\d:\d\d"))
    page.reload()
    _wait_until_live(page)
    expect(waiting).to_be_visible()
    page.locator("#sound").click()  # the click that wakes the sound must not turn it off again
    expect(page.locator("#sound")).to_have_attribute("aria-pressed", "true")
    expect(silence).to_have_attribute("aria-pressed", "true")
    page.evaluate("localStorage.setItem('kanhu-silent-until', String(Date.now() - 1))")
    expect(silence).to_have_attribute("aria-pressed", "false")


def test_one_shift_hands_over_to_the_next(visit: MakeVisit, live_world: World) -> None:
    live_world.raise_alert()
    page = visit(live_world.user("wang")).go("/")
    page.get_by_role("link", name="交接班").click()
    page.get_by_label("交班说明").fill("托小班在联系园长")
    page.get_by_role("button", name="交班", exact=True).click()
    expect(page.locator("[data-handover]")).to_contain_text("尚未接班")
    other = visit(live_world.user("li")).go("/")
    other.get_by_role("link", name="Wang").click()
    other.get_by_text("当时未结束的告警").click()
    expect(other.locator(".handover-open")).to_contain_text("托小班")
    other.get_by_role("button", name="接班", exact=True).click()
    expect(other.locator("[data-handover]")).to_contain_text("接班： Li")
