"""An operator's work, in a real browser, on a district that runs for real."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect
from pypdf import PdfReader

pytestmark = [pytest.mark.system, pytest.mark.browser, pytest.mark.timeout(400)]

PASSWORD = "a fine long password"
PATIENCE = 120_000


@pytest.fixture(scope="module")
def page(browser: Browser, service: Any) -> Any:
    """Sign in by keyboard, as operators do."""
    context = browser.new_context(
        viewport={"width": 1920, "height": 1080}, locale="en", accept_downloads=True
    )
    page = context.new_page()
    page.goto(service.address)
    page.locator("input[name=name]").focus()
    page.keyboard.type("wang")
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.locator("[data-page=control-room]")).to_be_visible(timeout=30_000)
    yield page
    context.close()


def row(page: Page, room: str) -> Any:
    return page.locator(f"#queue li.row[data-room={room}]")


def test_both_alerts_appear_by_themselves(page: Page) -> None:
    expect(row(page, "toddlers")).to_be_visible(timeout=PATIENCE)
    expect(row(page, "toddlers")).to_contain_text("no adult present")
    expect(row(page, "playroom")).to_be_visible(timeout=PATIENCE)
    expect(row(page, "playroom")).to_contain_text("8")


def test_the_live_picture_moves(page: Page) -> None:
    page.wait_for_function(
        """() => {
          const players = [...document.querySelectorAll('kanhu-live')];
          return players.length > 0 && players.some(player => {
            const root = player.shadowRoot ?? player;
            const video = root.querySelector('video');
            return video && video.videoWidth > 0 && video.currentTime > 2;
          });
        }""",
        timeout=PATIENCE,
    )


def test_the_alert_shows_snapshot_clip_and_why(page: Page, service: Any) -> None:
    number = row(page, "toddlers").get_attribute("data-alert")
    page.goto(f"{service.address}/alerts/{number}")
    picture = page.locator("img[src*='/evidence/']").first
    expect(picture).to_be_visible(timeout=30_000)
    assert picture.evaluate("image => image.decode().then(() => image.naturalWidth)") > 600
    page.locator(".viewing button").first.click(timeout=PATIENCE)
    clip = page.locator("video[src*='/evidence/'], video source[src*='/evidence/']").first
    expect(clip).to_be_attached(timeout=PATIENCE)
    page.wait_for_function(
        """() => {
          const video = document.querySelector("video[src*='/evidence/']")
            ?? document.querySelector("video:has(source[src*='/evidence/'])");
          if (video.readyState < 1) { video.load(); return false; }
          return video.duration > 4 && video.videoWidth === 1280;
        }""",
        timeout=PATIENCE,
        polling=500,
    )
    expect(page.locator("body")).to_contain_text("yolov8n")


def test_an_alert_is_acknowledged_with_a_key(page: Page, service: Any) -> None:
    page.goto(service.address)
    target = row(page, "toddlers")
    expect(target).to_be_visible(timeout=30_000)
    page.wait_for_function("() => document.querySelector('#connection[data-state=live]') !== null")
    for _ in range(page.locator("#queue li.row").count()):
        page.keyboard.press("j")
        if target.locator(":focus").count():
            break
    page.keyboard.press("a")
    expect(target).to_have_attribute("data-state", "acknowledged", timeout=30_000)
    page.reload()
    expect(row(page, "toddlers")).to_have_attribute("data-state", "acknowledged")


def test_the_checklist_comes_as_pdf_and_xlsx(page: Page, service: Any, tmp_path: Any) -> None:
    page.goto(f"{service.address}/inspections")
    page.get_by_role("link", name=re.compile("Sunshine")).first.click()
    for label, suffix in (("PDF", "pdf"), ("XLSX", "xlsx")):
        with page.expect_download(timeout=60_000) as download:
            page.get_by_role("link", name=re.compile(label)).first.click()
        path = tmp_path / f"checklist.{suffix}"
        download.value.save_as(path)
        assert path.stat().st_size > 5_000
    text = "".join(sheet.extract_text() for sheet in PdfReader(tmp_path / "checklist.pdf").pages)
    assert "阳光托育园" in text or "Sunshine Nursery" in text


def test_a_back_test_comes_to_what_came_live(service: Any, wait_for: Any) -> None:
    def kept() -> Any:
        printed = service.monitor("backtest", "--rule", "unattended_child", "--json")
        found = json.loads(printed)
        return found if any(item["fate"] == "kept" for item in found["fired"]) else None

    found = wait_for(kept, 120, "the tracks to be written")
    live = next(item for item in found["fired"] if item["fate"] == "kept")
    again = next(item for item in found["would"] if item["id"] == live["id"])
    assert (again["onset"], again["raised"]) == (live["onset"], live["raised"])
    assert found["hours_per_second"] > 0
