"""A guardian's request in a real browser: from the institution's phone to its closure."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Page, expect

from monitor.domain.access import DISTRICT, Role, Scope, ScopeKind
from monitor.domain.data_requests import RequestState
from monitor.domain.text import LANGUAGES, Language
from monitor.store.data_request_repository import DataRequests
from monitor.store.holds import HoldRepository
from monitor.store.recordings import Recording, RecordingRepository
from monitor.store.request_chain import RequestChain
from tests.web.browser.test_all_pages import NAMELESS, PHONE, UNTOUCHABLE

if TYPE_CHECKING:
    from monitor.store.users import User
    from tests.web.browser.conftest import MakeVisit
    from tests.web.conftest import World

pytestmark = pytest.mark.browser

CAMERA = "sunshine-toddler-1"
OVERFLOW = "document.documentElement.scrollWidth - window.innerWidth"


@pytest.fixture
def staff(live_world: World, recorded_segment: bytes) -> User:
    """Return somebody of the institution, in whose room eight seconds were recorded."""
    world = live_world
    start = world.now - timedelta(minutes=20)
    kept = world.footage.write(f"{CAMERA}/piece.mp4", recorded_segment)
    piece = Recording(CAMERA, start, start + timedelta(seconds=8), kept.key, kept.size, kept.sha256)
    RecordingRepository(world.database).add(piece)
    return world.user("staff", Role.INSTITUTION, Scope(ScopeKind.INSTITUTION, "sunshine"))


def local(world: World, minutes: int) -> str:
    """Return a moment that many minutes back as a field for local times takes it."""
    moment = world.now - timedelta(minutes=minutes)
    return f"{moment.astimezone(ZoneInfo(world.district.timezone)):%Y-%m-%dT%H:%M}"


def take_down(page: Page, world: World) -> None:
    page.get_by_role("link", name="登记请求").click()
    page.get_by_label("姓名").fill("李女士")
    page.get_by_label("身份证明").fill("身份证，已核对")
    page.get_by_label("起", exact=True).fill(local(world, 30))
    page.get_by_label("止", exact=True).fill(local(world, 10))
    page.get_by_label("托小班").check()
    page.get_by_label("目的").fill("孩子手臂擦伤")
    page.get_by_role("button", name="登记").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("2026-0001")


def do(page: Page, text: str, button: str, state: str) -> None:
    page.goto(re.sub(r"[?#].*", "", page.url))
    page.get_by_label("说明").fill(text)
    page.get_by_role("button", name=button, exact=True).click()
    expect(page.locator(".request-way [aria-current]")).to_have_text(state)


def test_a_guardians_request_from_recording_to_closure(
    visit: MakeVisit, live_world: World, staff: User
) -> None:
    world = live_world
    phone = visit(staff, PHONE)
    page = phone.go("/privacy/requests")
    take_down(page, world)
    assert any(hold.holds(world.now) for hold in HoldRepository(world.database).list(DISTRICT))
    do(page, "已核对身份证与接送卡", "身份已核验", "身份已核验")
    expect(page.get_by_role("link", name=re.compile("月"))).to_have_count(0)

    desk = visit(world.user("chief", Role.SUPERVISOR))
    chief = desk.go("/privacy/requests")
    chief.get_by_role("link", name="2026-0001").click()
    chief.get_by_label("理由与内容（中文）").fill("同意在园内查看该时段录像。")
    chief.get_by_role("button", name="作出决定").click()
    expect(chief.locator(".request-way [aria-current]")).to_have_text("已决定")

    page.reload()
    page.locator(f"a[href^='/recordings/{CAMERA}']").last.click()
    expect(page.get_by_label("调阅事由").first).to_have_value("办理个人信息请求 2026-0001")
    page.locator("#reason-form button").click()
    expect(page.locator("#screen")).to_be_visible()
    expect(page.locator("#player-state")).not_to_have_attribute("data-kind", "bad")

    page.goto(f"{phone.url}/privacy/requests/1")
    expect(page.get_by_text("查看录像", exact=False).first).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name="书面答复 (中文 PDF)").click()
    assert download.value.suggested_filename == "answer-2026-0001-zh.pdf"
    do(page, "李女士到园查看，无异议", "已办理", "已办理")
    do(page, "答复书已签收", "办结", "已办结")
    requests = DataRequests(world.database)
    detail = requests.get(DISTRICT, 1)
    assert detail.request.state is RequestState.CLOSED
    assert [use.access.kind.value for use in detail.uses] == ["viewed", "request_met"]
    assert not any(hold.holds(world.now) for hold in HoldRepository(world.database).list(DISTRICT))
    assert RequestChain(world.database).verify().sound


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_pages_of_privacy_fit_a_phone_and_a_desk(
    visit: MakeVisit, live_world: World, staff: User, language: Language
) -> None:
    take_down(visit(staff).go("/privacy/requests"), live_world)
    user = live_world.user("admin", Role.ADMIN, language=language)
    for size in (PHONE, {"width": 1440, "height": 900}):
        visitor = visit(user, size)
        for path in (
            "/privacy/requests",
            "/privacy/requests/1",
            "/privacy/requests/new?institution=sunshine",
            "/privacy/rules",
        ):
            page = visitor.go(path)
            assert page.evaluate(OVERFLOW) <= 0, path
            assert page.evaluate(NAMELESS) == [], path
            assert page.evaluate(UNTOUCHABLE) == [], path
            expect(page.locator("h1")).to_have_count(1)
