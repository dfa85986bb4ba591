"""Every page in a real browser: on a desk and on a phone, in both languages, without complaint."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import httpx
import pytest
from playwright.sync_api import Page, expect

from monitor.domain.access import DISTRICT, Role
from monitor.domain.access_register import AccessKind, Accessor, NewAccess
from monitor.domain.alerts import SYSTEM
from monitor.domain.events import Severity
from monitor.domain.room_state import ViewFault
from monitor.domain.text import LANGUAGES, Language, Text
from monitor.store.access_register import AccessRegister
from monitor.store.camera_status import CameraState
from tests.web.test_finding_pages import add_finding

if TYPE_CHECKING:
    from tests.web.browser.conftest import MakeVisit
    from tests.web.conftest import World

pytestmark = pytest.mark.browser

PHONE = {"width": 390, "height": 844}
PAGES = (
    "/",
    "/alerts",
    "/alerts/1",
    "/institutions",
    "/institutions/bamboo",
    "/cameras/bamboo-yard-1",
    "/shelves",
    "/notices",
    "/cameras/sunshine-toddler-2/phone",
    "/connections",
    "/connections/bamboo",
    "/onboarding",
    "/configuration",
    "/configuration/place?kind=institution&place=sunshine",
    "/configuration/place?kind=camera&place=sunshine-toddler-1",
    "/configuration/rules?place=room.sunshine-toddler",
    "/configuration/history",
    "/configuration/history/1",
    "/configuration/cameras/sunshine-toddler-1/areas",
    "/backtest",
    "/recordings",
    "/recordings/sunshine-toddler-1",
    "/retention",
    "/inspections",
    "/inspections/1",
    "/on-site/1",
    "/findings",
    "/findings/1",
    "/risk",
    "/risk/sunshine",
    "/reports",
    "/demo/inbox",
    "/system",
    "/labels",
    "/account",
    "/account/devices",
    "/account/second-factor",
    "/account/tokens",
    "/users",
    "/users/1",
    "/exports",
    "/register",
    "/privacy/requests",
    "/privacy/requests/new",
    "/privacy/rules",
)
OFF_THE_BAR = "/account"
"""Pages that the person's menu leads to."""
CURRENT = ".bar-nav > a[aria-current], .more[data-current]"
"""The entry of the bar, or the menu at its end, that leads to where one is."""
NAMELESS = """() => {
  const things = document.querySelectorAll(
    "a[href], button, input:not([type=hidden]), select, textarea, summary");
  return [...things].filter((thing) => thing.checkVisibility()).filter((thing) => {
    const label = thing.labels?.length ? thing.labels[0].textContent : "";
    const name = thing.getAttribute("aria-label") || label || thing.textContent ||
      thing.querySelector("img")?.alt || "";
    return name.trim() === "" && !thing.closest("[aria-hidden=true]");
  }).map((thing) => thing.outerHTML.slice(0, 120));
}"""
UNTOUCHABLE = """() => {
  const things = document.querySelectorAll(
    "button, .button, .bar-nav > a, .tabs a, summary, select, input[type=text]");
  return [...things].filter((thing) => thing.checkVisibility()).filter((thing) => {
    const box = thing.getBoundingClientRect();
    return box.height < 24 || box.width < 24;
  }).map((thing) => thing.outerHTML.slice(0, 120));
}"""
CROWDED = """() => {
  const things = [...document.querySelectorAll(
    ".bar-nav > *, .bar-end > *, .brand, .area-tabs a")].filter((thing) => thing.checkVisibility());
  const boxes = things.map((thing) => thing.getBoundingClientRect());
  return things.filter((thing, at) => {
    const box = boxes[at];
    const cut = box.left < 0 || box.right > innerWidth || thing.scrollWidth > thing.clientWidth + 1;
    return cut || boxes.some((other, index) => index !== at &&
      box.left < other.right - 1 && other.left < box.right - 1 &&
      box.top < other.bottom - 1 && other.top < box.bottom - 1);
  }).map((thing) => thing.outerHTML.slice(0, 120));
}"""
SHIFT = """() => new Promise((done) => {
  let total = 0;
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) if (!entry.hadRecentInput) total += entry.value;
  }).observe({ type: "layout-shift", buffered: true });
  setTimeout(() => done(total), 1200);
})"""


@pytest.fixture
def busy_world(live_world: World) -> World:
    """Return a district with something of everything."""
    live_world.raise_alert()
    live_world.raise_alert("bamboo-yard", severity=Severity.CRITICAL, ago=70)
    live_world.raise_alert("bamboo-hall", "crowding", Severity.MEDIUM, ago=4000)
    live_world.raise_alert("bamboo-yard", "view_lost", Severity.TECHNICAL)
    reason = Text("摄像机拒绝了密码，10 秒后重试", "The camera refused the password; retry in 10 s")
    live_world.report_camera("bamboo-yard-1", CameraState.OFFLINE, ViewFault.OFFLINE, reason)
    live_world.add_frame()
    wang = Accessor(99, "wang", "王老师", "指导中心", "10.0.0.7")
    register = AccessRegister(live_world.database)
    register.put_down(NewAccess(AccessKind.VIEWED, wang, "家长询问", "bamboo", 3), live_world.now)
    month = live_world.now.date().replace(day=1)
    live_world.context.inspections.generate(DISTRICT, month, None)
    live_world.context.onsite.begin(DISTRICT, 1, SYSTEM)
    add_finding(live_world, late=2)
    return live_world


def _overflow(page: Page) -> Any:
    return page.evaluate("document.documentElement.scrollWidth - window.innerWidth")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_fits_a_phone(visit: MakeVisit, busy_world: World, language: Language) -> None:
    admin = busy_world.user("admin", Role.ADMIN, language=language)
    visitor = visit(admin, PHONE)
    for path in PAGES:
        page = visitor.go(path)
        assert _overflow(page) <= 0, path
        assert page.evaluate(NAMELESS) == [], path
        assert page.evaluate(UNTOUCHABLE) == [], path
        expect(page.locator("h1")).to_have_count(1)
        expect(page.locator(CURRENT)).to_have_count(0 if path.startswith(OFF_THE_BAR) else 1)


def test_every_page_stands_still_on_a_desk(visit: MakeVisit, busy_world: World) -> None:
    visitor = visit(busy_world.user("admin", Role.ADMIN))
    for path in PAGES:
        page = visitor.go(path)
        assert _overflow(page) <= 0, path
        if path in ("/", "/alerts/1", "/institutions"):
            assert page.evaluate(SHIFT) < 0.02, path


@pytest.mark.parametrize("width", [1440, 1024, 390])
@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_of_the_bar_is_cut_off_or_in_the_way(
    visit: MakeVisit, live_world: World, language: Language, width: int
) -> None:
    admin = live_world.user("admin", Role.ADMIN, language=language)
    page = visit(admin, {"width": width, "height": 800}).go("/alerts")
    assert page.evaluate(CROWDED) == []
    page.locator(".more > summary").click()
    for name in ("/exports", "/register", "/users", "/system"):
        link = page.locator(f".more a[href='{name}']")
        expect(link).to_be_in_viewport(ratio=1)
        link.click(trial=True)
    page.keyboard.press("Escape")
    expect(page.locator(".more .menu-body")).to_be_hidden()


def test_the_control_room_does_not_scroll_as_a_whole(visit: MakeVisit, busy_world: World) -> None:
    small = {"width": 1100, "height": 600}  # the wall is longer than the window
    page = visit(busy_world.user("wang"), small).go("/")
    height = page.evaluate("document.documentElement.scrollHeight - window.innerHeight")
    assert height <= 0


def test_language_and_colours_are_changed_from_the_menu(
    visit: MakeVisit, live_world: World
) -> None:
    page = visit(live_world.user("wang")).go("/institutions")
    dark = page.evaluate("getComputedStyle(document.body.parentElement).backgroundColor")
    page.locator(".bar-end summary").click()
    page.get_by_role("button", name="浅色").click()
    expect(page).to_have_url(re.compile("/institutions$"))
    light = page.evaluate("getComputedStyle(document.body.parentElement).backgroundColor")
    assert light != dark
    page.locator(".bar-end summary").click()
    page.get_by_role("button", name="English").click()
    expect(page).to_have_title("Institutions · Kanhu")
    expect(page.locator("#connection[data-state='live']")).to_be_visible()
    page.locator(".bar-end summary").click()
    page.keyboard.press("Escape")
    expect(page.locator(".bar-end .menu-body")).to_be_hidden()


def test_a_stranger_is_led_back_to_where_she_wanted_to_go(
    visit: MakeVisit, live_world: World
) -> None:
    live_world.user("wang")
    number = live_world.raise_alert()
    visitor = visit(None, PHONE)
    page = visitor.go(f"/alerts/{number}")
    assert _overflow(page) <= 0
    page.get_by_label("用户名").fill("wang")
    page.get_by_label("密码").fill("wrong")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("用户名或密码不对")
    expect(page.get_by_label("用户名")).to_have_value("wang")
    visitor.complaints.clear()  # the browser logs the 401
    page.get_by_label("密码").fill("a fine long password")
    page.get_by_role("button", name="登录").click()
    expect(page).to_have_url(re.compile(f"/alerts/{number}$"))


def test_a_page_that_is_not_there_leads_back(visit: MakeVisit, live_world: World) -> None:
    visitor = visit(live_world.user("wang"))
    page = visitor.go("/no/such/page")
    expect(page.get_by_role("heading", level=1)).to_have_text("没有找到")
    page.get_by_role("link", name="回到首页").click()
    expect(page).to_have_title("值班室 · 看护")
    visitor.complaints.clear()  # the browser logs the 404


def test_the_focus_is_always_visible(visit: MakeVisit, busy_world: World) -> None:
    page = visit(busy_world.user("wang")).go("/alerts/1")
    for _ in range(12):
        page.keyboard.press("Tab")
        ring = page.evaluate(
            "(() => { const s = getComputedStyle(document.activeElement);"
            " return [s.outlineStyle, parseFloat(s.outlineWidth)] })()"
        )
        assert ring[0] != "none"
        assert ring[1] >= 2


def test_messages_come_in_by_themselves(visit: MakeVisit, live_world: World) -> None:
    visitor = visit(live_world.user("wang"))
    page = visitor.go("/demo/inbox")
    expect(page.get_by_text("还没有消息")).to_be_visible()
    message = {"title": "【高】儿童无人看护", "message": "托小班有 2 名儿童"}
    httpx.post(f"{visitor.url}/demo/inbox/secret-of-the-inbox", json=message)
    expect(page.locator(".message")).to_contain_text("托小班有 2 名儿童")
