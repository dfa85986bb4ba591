"""A full month by clicking: from the plan to the signed report, the corrective action, its end."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Locator, Page, expect
from pypdf import PdfReader

from monitor.domain.access import Role, Scope, ScopeKind
from monitor.domain.clock import ManualClock
from monitor.store.base import Database
from monitor.store.tables import load_tables
from tests.web.browser.test_on_site import NETWORK, choose, item, note, sent, sign
from tests.web.conftest import PASSWORD, START, picture

if TYPE_CHECKING:
    from tests.web.browser.conftest import MakeVisit, Visit
    from tests.web.conftest import Founding, World

pytestmark = pytest.mark.browser

PHONE = {"width": 390, "height": 844}
DAY = 86400.0
Enter = Callable[..., "Visit"]
FAILED = {"S-03": "食谱未公示", "H-10": "消毒记录缺两天"}


@pytest.fixture
def clock() -> ManualClock:
    """Return a clock in the morning of Monday, 2 November 2026."""
    return ManualClock(START)


@pytest.fixture
def live_world(tmp_path: Path, founding: Founding, clock: ManualClock) -> Iterator[World]:
    """Return the district at the beginning of the month, with everybody's account."""
    database = Database(f"sqlite:///{tmp_path}/kanhu.db")
    load_tables().create_all(database.engine)
    world = founding(database, clock, tmp_path)
    world.user("boss", Role.SUPERVISOR)
    world.user("li", Role.INSPECTOR)
    world.user("zhou", Role.INSPECTOR)
    world.user("head", Role.INSTITUTION, Scope(ScopeKind.INSTITUTION, "sunshine"))
    yield world
    database.close()


@pytest.fixture
def enter(visit: MakeVisit) -> Enter:
    """Return a way for somebody to sit down at a browser of their own and sign in."""
    return lambda name, to, size=None: sign_in(visit(None, size), name, to)


def sign_in(visitor: Visit, name: str, to: str) -> Visit:
    """Sign in on the way to a page, as from a link in a message."""
    page = visitor.go(f"/sign-in?next={to}")
    page.get_by_label("用户名").fill(name)
    page.get_by_label("密码").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()
    page.wait_for_url(visitor.url + to)
    return visitor


def go_home(*visitors: Visit) -> None:
    """Close the pages: their sessions will have ended when the next one begins."""
    for visitor in visitors:
        visitor.page.goto("about:blank")


def follow(page: Page, *names: str) -> None:
    """Click the links of these names, one after the other."""
    for name in names:
        page.locator("main, .bar").get_by_role("link", name=name).first.click()


def press(scope: Page | Locator, name: str) -> None:
    scope.get_by_role("button", name=name, exact=True).click()


def plan_the_month(boss: Visit) -> None:
    page = boss.page
    press(page, "安排本月检查")
    expect(page.get_by_text("草案，尚未批准")).to_be_visible()
    follow(page, "阳光托育园")
    page.get_by_label("通知机构").check()
    page.get_by_label("理由").fill("首次检查，提前告知")
    press(page, "保存")
    page.locator(".crumbs a").click()
    press(page, "批准计划并通知检查员")
    expect(page.locator(".plan-approval")).to_contain_text("已批准")
    expect(page.locator(".plan-approval")).to_contain_text("2 次检查")


def inspect(li: Visit) -> None:
    """Answer everything on the phone, in a cellar: two items fail, with a photo and a note."""
    page = li.page
    press(page, "开始现场检查")
    expect(page.locator("kanhu-on-site[data-ready]")).to_be_attached()
    li.context.set_offline(True)
    for row in page.locator("[data-item]").all():
        name = row.get_attribute("data-item") or ""
        if name in FAILED:
            note(page, name, FAILED[name])
            choose(page, name, "fail")
            item(page, name).locator("input[type=file]").set_input_files(
                {"name": "seen.jpg", "mimeType": "image/jpeg", "buffer": picture(name)}
            )
            expect(item(page, name).locator("canvas")).to_be_visible()
        elif row.get_attribute("data-lack"):
            choose(page, name, "pass")
            expect(row).to_have_attribute("data-lack", "")
    li.context.set_offline(False)
    sent(page)
    li.complaints[:] = [line for line in li.complaints if not NETWORK.search(line)]
    sign(page, "inspector")
    sign(page, "head")
    page.get_by_label("机构负责人").fill("王园长")
    page.locator("[data-finish]").click()
    sent(page)
    expect(page.locator("kanhu-on-site[data-signed]")).to_be_attached()


def read_report(li: Visit) -> None:
    """Open the report as a file, and follow the address printed on it."""
    page = li.page
    page.get_by_role("link", name="查看检查报告").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="检查报告", exact=True).click()
    reader = PdfReader(BytesIO(Path(download.value.path()).read_bytes()), strict=True)
    words = "".join("".join(sheet.extract_text() for sheet in reader.pages).split())
    assert all(name in words and text in words for name, text in FAILED.items())
    assert "王园长" in words
    page.get_by_role("link", name="核对报告").first.click()
    digest = page.url.rpartition("/")[2]
    assert digest in words
    expect(page.get_by_role("status")).to_be_visible()
    expect(page.locator("main")).to_contain_text("阳光托育园")


def ask_for_time(head: Visit, until: date) -> None:
    page = head.page
    expect(page.locator(".figure", has_text="待整改")).to_contain_text("2")
    page.locator(".figure", has_text="待整改").get_by_role("link").click()
    page.locator(".finding-line", has_text="H-10").get_by_role("link").click()
    page.get_by_text("申请延期", exact=True).first.click()
    page.get_by_label("为何需要更多时间").fill("消毒柜在维修")
    page.get_by_label("希望延至").fill(until.isoformat())
    press(page, "申请延期")
    expect(page.get_by_text(re.compile("申请延期至"))).to_be_visible()


def decide(boss: Visit, until: date) -> None:
    page = boss.page
    page.get_by_role("link", name=re.compile("延期申请待批")).click()
    page.locator(".finding-line").get_by_role("link").click()
    decision = page.locator(".finding-decision")
    expect(decision).to_contain_text("消毒柜在维修")
    expect(decision.get_by_label("延期至")).to_have_value(until.isoformat())
    decision.get_by_label("意见与理由").fill("同意，保修单已看")
    press(decision, "批准延期")
    expect(page.locator(".time-line li").last).to_contain_text("批准延期")


def put_right(head: Visit, name: str) -> None:
    page = head.go("/findings?state=open")
    page.locator(".finding-line", has_text=name).get_by_role("link").click()
    page.get_by_label("做了哪些整改").fill("已补齐")
    page.locator("#next-files").set_input_files(
        {"name": "now.jpg", "mimeType": "image/jpeg", "buffer": picture("now")}
    )
    press(page, "报告已整改")
    expect(page.get_by_text("已报告整改，等待复查")).to_be_visible()


def look_again(li: Visit, name: str, said: str) -> None:
    page = li.go("/inspections/plan")
    follow(page, "阳光托育园")
    page.locator(".plan-findings li", has_text=name).get_by_role("link").click()
    page.get_by_label("复查看到的情况").fill("现场已看")
    press(page, said)
    expect(page.locator(".time-line li").last).to_contain_text("现场已看")


def test_a_month_from_the_plan_to_the_closing_of_what_was_found(
    enter: Enter, clock: ManualClock
) -> None:
    plan = "/inspections/plan"
    boss = enter("boss", plan)
    plan_the_month(boss)
    shown = boss.page.locator(".plan-day", has_text="阳光托育园").locator("h2").inner_text()
    month, day = map(int, re.findall(r"(\d+)月(\d+)日", shown)[0])
    go_home(boss)

    clock.advance((date(2026, month, day) - date(2026, 11, 2)).days * DAY)
    li = enter("li", plan, PHONE)
    follow(li.page, "阳光托育园")
    inspect(li)
    read_report(li)
    head = enter("head", "/", PHONE)
    until = date(2026, month, day) + timedelta(days=40)
    ask_for_time(head, until)
    decide(sign_in(boss, "boss", "/findings"), until)
    go_home(li, head, boss)

    clock.advance(5 * DAY)
    sign_in(head, "head", "/findings")
    sign_in(li, "li", plan)
    for name in FAILED:
        put_right(head, name)
    look_again(li, "H-10", "复查未通过，退回")
    put_right(head, "H-10")
    for name in FAILED:
        look_again(li, name, "复查通过，关闭")
    expect(head.go("/").locator(".figure", has_text="待整改")).to_contain_text("0")

    page = sign_in(boss, "boss", "/").page
    expect(page.locator(".figure", has_text="本月已检查")).to_contain_text("1/2")
    follow(page, "检查", "报告")
    expect(page.locator(".tiles")).to_contain_text("1 / 2")
    with page.expect_download() as download:
        page.get_by_role("link", name="PDF").first.click()
    reader = PdfReader(BytesIO(Path(download.value.path()).read_bytes()), strict=True)
    words = "".join("".join(sheet.extract_text() for sheet in reader.pages).split())
    assert "S-03" in words
    go_home(li, head, boss)
