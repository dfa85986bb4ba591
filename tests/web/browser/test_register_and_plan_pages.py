"""Registers, plans and templates in a real browser: on a phone and a desk, in both languages."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from monitor.domain.access import DISTRICT, Role, Scope, ScopeKind
from monitor.domain.alerts import Actor
from monitor.domain.attendance import Direction, Movement
from monitor.domain.findings import FindingAction
from monitor.domain.places import ClassType, NoticeState
from monitor.domain.registers import (
    ClassGroup,
    DailyLog,
    DayException,
    Entry,
    LogKind,
    NoticeStep,
    Paper,
    PaperKind,
    StaffMember,
    StaffRole,
)
from monitor.domain.text import LANGUAGES, Language, Text
from monitor.inspections.template import packaged_texts
from monitor.store.attendance import AttendanceRepository
from monitor.store.files import NewFile
from monitor.store.finding_repository import FindingRepository
from monitor.store.register_changes import Author, Origin
from monitor.store.register_repository import RegisterRepository
from monitor.web.site import Site
from tests.web.browser.test_all_pages import NAMELESS, PHONE, UNTOUCHABLE
from tests.web.test_finding_pages import add_finding

if TYPE_CHECKING:
    from tests.web.browser.conftest import MakeVisit
    from tests.web.conftest import World

pytestmark = pytest.mark.browser

HOME = "/registers/sunshine"
PAGES = (
    "/",
    "/registers",
    HOME,
    f"{HOME}/books/staff?key=S1",
    f"{HOME}/books/logs",
    f"{HOME}/attendance",
    f"{HOME}/import",
    "/inspections/plan",
    "/inspections/plan/1",
    "/inspections/plan/3",
    "/inspections/templates",
    "/inspections/templates/1",
    "/inspections/templates/1/edit",
    "/inspections/templates/1/items/S-01",
    "/inspections/metrics",
    "/inspections/1/items/S-01",
)
OVERFLOW = "document.documentElement.scrollWidth - window.innerWidth"


@pytest.fixture
def kept_world(live_world: World) -> World:
    """Return a district with registers, a plan, a draft of a template and a checklist."""
    world = live_world
    site = Site.of(world.context)
    today = site.plans.today
    boss = Actor(None, "王园长")
    entries: list[Entry] = [
        Paper(PaperKind.NOTICE, "沪托备 2025-0118", None, today + timedelta(days=25)),
        Paper(PaperKind.INSURANCE, "BX-7781", None, today - timedelta(days=3)),
        ClassGroup(
            "t", Text("托小班", "Toddlers"), ClassType.TODDLER, 17, "sunshine-toddler", 15, 3
        ),
        StaffMember("S1", "陈静", StaffRole.MANAGER, criminal_check=today - timedelta(days=340)),
        DailyLog(LogKind.HEALTH_CHECK, today, "赵敏"),
        DayException(today, open=True),  # on weekends too
        NoticeStep(today - timedelta(days=400), NoticeState.GRANTED, "现场核查合格"),
    ]
    author = Author(boss, Origin.PAGE)
    RegisterRepository(world.database).put("sunshine", entries, world.now, author)
    AttendanceRepository(world.database).record(
        "sunshine",
        Movement("t", world.now, Direction.ARRIVAL, 9),
        world.now - timedelta(minutes=1),
        world.now,
        boss,
    )
    for name in ("李检查", "张检查"):
        world.user({"李检查": "li", "张检查": "zhang"}[name], Role.INSPECTOR)
    month = today.replace(day=1)
    if not site.plans.days_left(month):
        month = (month + timedelta(days=32)).replace(day=1)
    site.plans.make(month)
    own = packaged_texts()[0].replace('version: "2026.12"', 'version: "2026.12-meiyuan"')
    site.templates.add(own.replace("due_days: 15", "due_days: 10"), boss)
    world.context.inspections.make(
        Scope(ScopeKind.INSTITUTION, "sunshine"), today.replace(day=1), None
    )
    finding, act = add_finding(world), FindingRepository(world.database).act
    done = [NewFile("findings/1/menu.jpg", "menu.jpg", "image/jpeg", "ab" * 32, 1)]
    act(DISTRICT, finding.id, FindingAction.CORRECT, boss, world.now, text="put up", files=done)
    assert site.again.plan() == 1
    return world


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_fits_a_phone_and_a_desk(
    visit: MakeVisit, kept_world: World, language: Language
) -> None:
    admin = kept_world.user("admin", Role.ADMIN, language=language)
    for size in (PHONE, None) if language == "zh" else (PHONE,):
        visitor = visit(admin, size)
        for path in PAGES:
            page = visitor.go(path)
            assert page.evaluate(OVERFLOW) <= 0, path
            assert page.evaluate(NAMELESS) == [], path
            assert page.evaluate(UNTOUCHABLE) == [], path
            expect(page.locator("h1")).to_have_count(1)
            expect(page.locator(".bar-nav > a[aria-current]")).to_have_count(1)


def test_an_institution_reports_its_day_and_a_member_of_staff(
    visit: MakeVisit, kept_world: World
) -> None:
    own = Scope(ScopeKind.INSTITUTION, "sunshine")
    page = visit(kept_world.user("head", Role.INSTITUTION, own), PHONE).go("/registers")
    expect(page).to_have_url(f"{page.url.partition('/registers')[0]}{HOME}")
    for box in page.get_by_role("checkbox").all():
        box.check()
    page.get_by_label("记录人").fill("赵敏")
    page.get_by_role("button", name="报送所选项目").click()
    expect(page.get_by_text("今日已报齐")).to_be_visible()
    page.locator(".books a[href$='/staff']").click()
    page.locator("#f-number").fill("S2")
    page.get_by_label("姓名").fill("李婷")
    page.get_by_label("岗位").select_option("carer")
    page.get_by_label("健康证到期日").fill("2030-02-03")
    page.get_by_role("button", name="保存").click()
    expect(page.get_by_role("status")).to_contain_text("已保存")
    expect(page.locator(".steps")).to_contain_text("新增")
