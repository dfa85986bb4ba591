"""What an operator with too much to do must not stumble over: keys, sound, focus, old pages."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Page, Route, expect

from monitor.domain.access import DISTRICT
from monitor.domain.alerts import Actor, AlertAction
from monitor.domain.events import Severity
from monitor.store.alert_repository import AlertRepository

if TYPE_CHECKING:
    from tests.web.browser.conftest import MakeVisit
    from tests.web.conftest import World

pytestmark = pytest.mark.browser

ROW = ".row[data-alert='{}']"
SOMEBODY = Actor(99, "somebody else")
NOTES = "JSON.parse(sessionStorage.getItem('notes') ?? '[]')"
LISTEN = """
const start = OscillatorNode.prototype.start;
OscillatorNode.prototype.start = function (when) {
  const notes = JSON.parse(sessionStorage.getItem("notes") ?? "[]");
  sessionStorage.setItem("notes", JSON.stringify([...notes, this.frequency.value]));
  return start.call(this, when);
};
"""
HOLD_KEY = """key => {
  for (const repeat of [false, true, true, true]) {
    const press = new KeyboardEvent("keydown", { key, repeat, bubbles: true, cancelable: true });
    (document.activeElement ?? document.body).dispatchEvent(press);
  }
}"""


def _wait_until_live(page: Page) -> None:
    expect(page.locator("#connection[data-state='live']")).to_be_visible()


def test_a_key_answers_only_what_was_chosen(visit: MakeVisit, live_world: World) -> None:
    second = live_world.raise_alert("sunshine-nap", ago=100)
    page = visit(live_world.user("wang")).go("/")
    _wait_until_live(page)
    first = live_world.raise_alert("bamboo-yard", severity=Severity.CRITICAL, ago=61)
    expect(page.locator(ROW.format(first))).to_be_visible()
    page.keyboard.press("a")  # meant for the alert that was there a moment ago
    expect(page.locator(f"{ROW.format(first)} .row-main")).to_be_focused()
    expect(page.locator(".toast")).to_contain_text("再按一次")
    assert live_world.alert_state(first) == live_world.alert_state(second) == "open"
    page.keyboard.press("a")
    expect(page.locator(f"{ROW.format(first)}[data-state='acknowledged']")).to_be_visible()
    page.keyboard.press("t")
    expect(page.locator(f"{ROW.format(second)} .row-main")).to_be_focused()
    assert live_world.alert_state(second) == "open"


def test_a_key_held_down_answers_once(visit: MakeVisit, live_world: World) -> None:
    first = live_world.raise_alert("sunshine-toddler", ago=300)
    page = visit(live_world.user("wang")).go("/")
    _wait_until_live(page)
    page.keyboard.press("j")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.evaluate(HOLD_KEY, "a")
    expect(page.locator(f"{ROW.format(first)}[data-state='acknowledged']")).to_be_visible()
    assert len([url for url in asked if url.endswith("/actions")]) == 1


def test_the_work_goes_on_where_it_was(visit: MakeVisit, live_world: World) -> None:
    rooms = ("sunshine-toddler", "sunshine-nap", "bamboo-hall", "bamboo-yard")
    numbers = [live_world.raise_alert(room, ago=300 - i) for i, room in enumerate(rooms)]
    page = visit(live_world.user("wang")).go("/")
    _wait_until_live(page)
    for _ in range(3):
        page.keyboard.press("j")
    page.keyboard.press("r")
    dialog = page.locator("#act-dialog")
    page.keyboard.press("Control+Enter")
    expect(dialog).to_be_hidden()
    expect(page.locator(ROW.format(numbers[2]))).to_have_count(0)
    expect(page.locator(f"{ROW.format(numbers[3])} .row-main")).to_be_focused()
    page.keyboard.press("f")
    expect(dialog).to_be_visible()
    AlertRepository(live_world.database).act(
        DISTRICT, numbers[3], AlertAction.COMMENT, SOMEBODY, live_world.now, reason="on my way"
    )
    page.keyboard.press("Escape")
    expect(page.locator(f"{ROW.format(numbers[3])} .row-main")).to_be_focused()


def test_sound_is_on_only_when_it_can_be_heard(visit: MakeVisit, live_world: World) -> None:
    visitor = visit(live_world.user("wang"))
    visitor.context.add_init_script(LISTEN)
    page = visitor.go("/")
    _wait_until_live(page)
    button = page.locator("#sound")
    button.click()
    expect(button).to_have_attribute("aria-pressed", "true")
    page.evaluate(
        """async () => {
          const resume = AudioContext.prototype.resume;
          AudioContext.prototype.resume = () => new Promise(() => {});  // as a browser that refuses
          window.allow = () => { AudioContext.prototype.resume = resume; };
        }"""
    )
    button.click()
    expect(button).to_have_attribute("aria-pressed", "false")
    page.evaluate(
        """() => {
          const state = Object.getOwnPropertyDescriptor(BaseAudioContext.prototype, "state");
          Object.defineProperty(AudioContext.prototype, "state", {
            configurable: true,
            get() { return window.allowed ? state.get.call(this) : "suspended"; },
          });
        }"""
    )
    button.click()
    page.wait_for_timeout(1100)
    expect(button).to_have_attribute("aria-pressed", "false")
    expect(page.locator("#sound-waiting")).to_be_visible()
    page.evaluate("window.allow(); window.allowed = true")
    page.keyboard.press("x")
    expect(button).to_have_attribute("aria-pressed", "true")


def test_what_was_put_off_does_not_sound(visit: MakeVisit, live_world: World) -> None:
    number = live_world.raise_alert("bamboo-yard", severity=Severity.CRITICAL, ago=61)
    visitor = visit(live_world.user("wang"))
    visitor.context.add_init_script(LISTEN)
    page = visitor.page
    page.clock.install()
    visitor.go("/")
    _wait_until_live(page)
    page.locator("#sound").click()
    expect(page.locator("#sound")).to_have_attribute("aria-pressed", "true")
    before = len(page.evaluate(NOTES))
    page.clock.fast_forward(31_000)
    assert page.evaluate(NOTES)[before:] == [880, 660, 880, 660]
    AlertRepository(live_world.database).act(
        DISTRICT,
        number,
        AlertAction.SNOOZE,
        SOMEBODY,
        live_world.now,
        reason="园方正在前往",
        until=live_world.now + timedelta(minutes=5),
    )
    page.clock.fast_forward(5_000)
    expect(page.locator(f"{ROW.format(number)}[data-snoozed]")).to_have_count(1)
    page.clock.fast_forward(31_000)
    assert len(page.evaluate(NOTES)) == before + 4


def test_a_page_that_asks_in_vain_says_that_it_is_stale(
    visit: MakeVisit, live_world: World
) -> None:
    visitor = visit(live_world.user("wang"))
    page = visitor.page
    page.clock.install()
    visitor.go("/")
    _wait_until_live(page)
    broken = re.compile(r"127\.0\.0\.1:\d+/$")

    def refuse(route: Route) -> None:
        if route.request.resource_type == "fetch":
            route.fulfill(status=503, body="")
        else:
            route.continue_()

    page.route(broken, refuse)
    number = live_world.raise_alert()
    banner = page.locator("#stale")
    for _ in range(40):
        page.clock.fast_forward(1_000)
        page.wait_for_timeout(100)
        if banner.is_visible():
            break
    expect(banner).to_be_visible()
    expect(page.locator("#connection")).to_have_attribute("data-state", "lost")
    page.unroute(broken)
    for _ in range(40):
        page.clock.fast_forward(1_000)
        page.wait_for_timeout(100)
        if banner.is_hidden():
            break
    expect(banner).to_be_hidden()
    expect(page.locator(ROW.format(number))).to_be_visible()
    visitor.complaints[:] = [text for text in visitor.complaints if "503" not in text]


def test_an_answer_that_never_comes_is_not_the_last(visit: MakeVisit, live_world: World) -> None:
    visitor = visit(live_world.user("wang"))
    visitor.context.add_init_script(
        "const timeout = AbortSignal.timeout.bind(AbortSignal);"
        "AbortSignal.timeout = (ms) => timeout(ms / 20);"
    )
    page = visitor.go("/")
    _wait_until_live(page)
    hung: list[Route] = []

    def hang(route: Route) -> None:
        if route.request.resource_type == "fetch" and not hung:
            hung.append(route)
        else:
            route.continue_()

    page.route(re.compile(r"127\.0\.0\.1:\d+/$"), hang)
    number = live_world.raise_alert()
    expect(page.locator(ROW.format(number))).to_be_visible()
    assert len(hung) == 1


def test_the_next_alert_shows_itself_beside_an_open_one(
    visit: MakeVisit, live_world: World
) -> None:
    first = live_world.raise_alert()
    visitor = visit(live_world.user("wang"))
    visitor.context.add_init_script(LISTEN)
    page = visitor.go("/")
    _wait_until_live(page)
    page.locator("#sound").click()
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(f"/alerts/{first}$"))
    _wait_until_live(page)
    page.keyboard.press("Tab")  # the browser wants a gesture on each page
    card = page.locator("#news")
    expect(card).to_be_hidden()
    before = len(page.evaluate(NOTES))
    second = live_world.raise_alert("bamboo-yard", severity=Severity.CRITICAL, ago=61)
    expect(card).to_be_visible()
    expect(card.locator("a[href^='/alerts/']")).to_have_attribute("href", f"/alerts/{second}")
    expect(page.locator("#announcer")).to_contain_text(re.compile("竹林托育中心：.*没有成人在场"))
    page.wait_for_function(f"() => {NOTES}.length > {before}")
    assert json.loads(page.evaluate(f"JSON.stringify({NOTES})"))[before:] == [880, 660, 880, 660]
    AlertRepository(live_world.database).act(
        DISTRICT, second, AlertAction.ACKNOWLEDGE, SOMEBODY, live_world.now
    )
    expect(card).to_be_hidden()
