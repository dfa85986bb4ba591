"""Footage and accounts in a real browser: saying why, asking and deciding, a second factor."""

from __future__ import annotations

import base64
import re
import time
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from monitor.domain.access import Role
from monitor.domain.totp import code_at

if TYPE_CHECKING:
    from tests.web.browser.conftest import MakeVisit
    from tests.web.conftest import World

pytestmark = pytest.mark.browser

PHONE = {"width": 390, "height": 844}


def test_an_operator_says_why_with_one_press_and_asks_for_an_export(
    visit: MakeVisit, live_world: World
) -> None:
    alert = live_world.raise_alert()
    live_world.add_clip(alert, b"not really a video")
    visitor = visit(live_world.user("wang"))
    page = visitor.go(f"/alerts/{alert}")
    expect(page.get_by_role("button", name="处理本告警")).to_be_visible()
    clip = page.locator("[data-part='clip'] video")  # beside it the camera may be seen live
    expect(clip).to_have_count(0)
    page.get_by_role("button", name="处理本告警").click()
    expect(clip).to_be_visible()
    page.get_by_text("申请导出证据").click()
    page.get_by_label("事由", exact=True).fill("公安调取")
    page.get_by_role("button", name="提交申请").click()
    expect(page.locator(".chip")).to_have_text("待审批")
    visitor.complaints.clear()  # the made-up clip does not play
    head = visit(live_world.user("head", Role.SUPERVISOR), PHONE)
    page = head.go("/exports")
    page.get_by_label("审批意见").fill("手续齐全")
    page.get_by_role("button", name="批准").click()
    expect(page.locator(".chip")).to_have_text("已批准，等待生成")


def test_a_second_factor_is_set_up_and_asked_for(visit: MakeVisit, live_world: World) -> None:
    page = visit(live_world.user("wang"), PHONE).go("/account")
    page.get_by_role("link", name="第二步验证").click()
    page.get_by_label("当前密码").fill("a fine long password")
    page.get_by_role("button", name="开始设置").click()
    expect(page.locator("svg.qr")).to_be_visible()
    typed = (page.locator("code.secret").text_content() or "").replace(" ", "")
    secret = base64.b32decode(typed + "=" * (-len(typed) % 8))
    page.get_by_label("六位数字").fill(code_at(secret, int(time.time() // 30)))
    page.get_by_role("button", name="启用").click()
    expect(page.locator(".code-list code")).to_have_count(10)
    recovery = page.locator(".code-list code").first.text_content() or ""
    stranger = visit(None, PHONE)
    page = stranger.go("/sign-in?next=/alerts")
    page.get_by_label("用户名").fill("wang")
    page.get_by_label("密码").fill("a fine long password")
    page.keyboard.press("Enter")
    page.get_by_label("验证码").fill(recovery)
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/alerts$"))
