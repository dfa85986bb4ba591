"""Correcting boxes in a real browser, by pointer and by keyboard."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Page, expect

from monitor.domain.access import Role
from monitor.domain.people import AgeClass

if TYPE_CHECKING:
    from monitor.domain.labels import LabelFrame
    from tests.web.browser.conftest import MakeVisit
    from tests.web.conftest import World

pytestmark = pytest.mark.browser


@pytest.fixture
def frame(live_world: World) -> LabelFrame:
    live_world.add_frame(ago=3600)
    return live_world.add_frame(ago=60)


@pytest.fixture
def board(visit: MakeVisit, live_world: World, frame: LabelFrame) -> Page:
    page = visit(live_world.user("admin", Role.ADMIN, language="en")).go("/labels")
    expect(page.locator(f'kanhu-label-board[data-ready="{frame.id}"]')).to_be_visible()
    return page


def point(page: Page, x: float, y: float) -> tuple[float, float]:
    area = page.locator(".board-picture svg").bounding_box()
    assert area is not None
    return area["x"] + x * area["width"], area["y"] + y * area["height"]


def drag(page: Page, start: tuple[float, float], end: tuple[float, float]) -> None:
    page.mouse.move(*point(page, *start))
    page.mouse.down()
    page.mouse.move(*point(page, *end), steps=4)
    page.mouse.up()


def save(page: Page, world: World, frame: LabelFrame) -> LabelFrame:
    page.get_by_role("button", name="Save as reviewed").click()
    expect(page.locator(".toast")).to_have_text("Saved")
    return world.labels.get(frame.id)


def test_boxes_are_moved_resized_drawn_and_erased_with_the_pointer(
    board: Page, live_world: World, frame: LabelFrame
) -> None:
    expect(board.locator(".board-picture rect")).to_have_count(2)
    drag(board, (0.25, 0.4), (0.35, 0.5))
    drag(board, (0.4, 0.7), (0.5, 0.8))
    board.get_by_role("button", name="2 child").click()
    drag(board, (0.75, 0.1), (0.85, 0.3))
    expect(board.locator(".board-picture rect")).to_have_count(3)
    board.mouse.click(*point(board, 0.65, 0.6))
    board.get_by_role("button", name="Delete box").click()
    saved = save(board, live_world, frame)
    assert saved.reviewed_by == "admin"
    changed, drawn = saved.boxes
    assert (changed.age, drawn.age) == (AgeClass.CHILD, AgeClass.CHILD)
    found = [round(v, 2) for v in (changed.box.x1, changed.box.y1, changed.box.x2, changed.box.y2)]
    assert found == pytest.approx([0.3, 0.3, 0.5, 0.8], abs=0.02)
    found = [round(v, 2) for v in (drawn.box.x1, drawn.box.y1, drawn.box.x2, drawn.box.y2)]
    assert found == pytest.approx([0.75, 0.1, 0.85, 0.3], abs=0.02)


def test_boxes_are_corrected_with_the_keyboard_alone(
    board: Page, live_world: World, frame: LabelFrame
) -> None:
    board.locator(".board-picture rect").nth(1).focus()
    board.keyboard.press("1")
    for _ in range(4):
        board.keyboard.press("ArrowLeft")
    for _ in range(2):
        board.keyboard.press("Shift+ArrowDown")
    expect(board.locator('.board-picture rect[data-age="adult"]')).to_have_count(2)
    expect(board.locator(".board-picture rect").nth(1)).to_be_focused()
    board.keyboard.press("Enter")
    expect(board.locator(".toast")).to_have_text("Saved")
    box = live_world.labels.get(frame.id).boxes[1]
    assert box.age is AgeClass.ADULT
    assert (box.box.x1, box.box.y2) == pytest.approx((0.58, 0.81), abs=1e-6)


def test_a_box_never_leaves_the_picture(board: Page, live_world: World, frame: LabelFrame) -> None:
    drag(board, (0.25, 0.4), (0.02, 0.02))
    saved = save(board, live_world, frame)
    assert (saved.boxes[0].box.x1, saved.boxes[0].box.y1) == (0, 0)
    assert saved.boxes[0].box.width == pytest.approx(0.1)


def test_after_saving_comes_the_next_frame_and_changes_are_not_lost_unasked(
    board: Page, live_world: World, frame: LabelFrame
) -> None:
    save(board, live_world, frame)
    other = next(item for item in live_world.labels.list() if item.id != frame.id)
    expect(board.locator(f'kanhu-label-board[data-ready="{other.id}"]')).to_be_visible()
    board.locator(".board-picture rect").first.focus()
    board.keyboard.press("Delete")
    board.once("dialog", lambda dialog: dialog.dismiss())
    board.keyboard.press("p")
    expect(board.locator(f'kanhu-label-board[data-ready="{other.id}"]')).to_be_visible()
    board.once("dialog", lambda dialog: dialog.accept())
    board.keyboard.press("p")
    expect(board.locator(f'kanhu-label-board[data-ready="{frame.id}"]')).to_be_visible()


def test_a_frame_is_removed(board: Page, live_world: World, frame: LabelFrame) -> None:
    board.get_by_role("button", name="Remove frame").click()
    expect(board.locator(".toast")).to_have_text("Frame removed")
    assert [item.id for item in live_world.labels.list()] != [frame.id]
    assert len(live_world.labels.list()) == 1
