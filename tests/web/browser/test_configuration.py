"""Drawing over a camera's picture in a real browser: pointer, keyboard, saved, shown, undone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import Page, expect

from monitor.domain.access import Role
from monitor.settings import load_settings
from monitor.settings.schema import CameraPart

if TYPE_CHECKING:
    from tests.web.browser.conftest import MakeVisit
    from tests.web.conftest import World

pytestmark = pytest.mark.browser
EDITOR = "/configuration/cameras/sunshine-nap-1/areas"


@pytest.fixture
def editor(visit: MakeVisit, live_world: World) -> Page:
    page = visit(live_world.user("admin", Role.ADMIN, language="en")).go(EDITOR)
    expect(page.locator("kanhu-area-editor[data-ready]")).to_be_visible()
    return page


def camera(world: World) -> CameraPart:
    assert world.config is not None
    return load_settings(world.config).institutions[0].rooms[1].cameras[0]


def click(page: Page, x: float, y: float) -> None:
    area = page.locator(".areas-picture svg").bounding_box()
    assert area is not None
    page.mouse.click(area["x"] + x * area["width"], area["y"] + y * area["height"])


def save(page: Page, reason: str) -> None:
    page.get_by_role("button", name="Show the change").click()
    page.get_by_label("Reason for the change").fill(reason)
    page.get_by_role("button", name="Save and put in force").click()
    expect(page.get_by_role("status")).to_contain_text("Saved")


def test_a_mask_is_drawn_saved_shown_and_undone(editor: Page, live_world: World) -> None:
    editor.get_by_role("button", name="New mask").click()
    for x, y in ((0.1, 0.1), (0.4, 0.1), (0.4, 0.5), (0.1, 0.5), (0.1, 0.1)):
        click(editor, x, y)
    expect(editor.locator("polygon.shape")).to_have_count(1)
    editor.get_by_role("button", name="Undo", exact=True).click()
    expect(editor.locator("polygon.shape")).to_have_count(0)
    editor.get_by_role("button", name="Redo", exact=True).click()
    save(editor, "the neighbour's window")
    (mask,) = camera(live_world).masks
    assert [(round(x, 2), round(y, 2)) for x, y in mask] == [
        (0.1, 0.1),
        (0.4, 0.1),
        (0.4, 0.5),
        (0.1, 0.5),
    ]
    expect(editor.locator(".changes ins")).to_contain_text("masks: [[[0.1")
    editor.goto(editor.url.partition("/configuration")[0] + EDITOR)
    expect(editor.locator("polygon.shape[data-part='masks']")).to_have_count(1)
    editor.goto(editor.url.partition("/configuration")[0] + "/configuration/history/2")
    editor.get_by_role("button", name="Undo this change").click()
    editor.get_by_label("Reason for the change").fill("it was the right window")
    editor.get_by_role("button", name="Save and put in force").click()
    expect(editor.locator(".changes del").first).to_be_visible()
    assert camera(live_world).masks == ()


def test_a_zone_and_a_line_are_drawn_by_keyboard_alone(editor: Page, live_world: World) -> None:
    editor.get_by_role("button", name="New zone").focus()
    editor.keyboard.press("Enter")
    expect(editor.locator("[data-point='0']")).to_be_focused()
    editor.keyboard.press("Shift+ArrowLeft")
    editor.keyboard.press("ArrowUp")
    editor.keyboard.press("Insert")
    expect(editor.locator(".handle")).to_have_count(5)
    editor.keyboard.press("Delete")
    expect(editor.locator(".handle")).to_have_count(4)
    editor.get_by_label("Kind").select_option("cots")
    editor.get_by_role("button", name="New line").focus()
    editor.keyboard.press("Enter")
    editor.get_by_label("The room's side").select_option("left")
    save(editor, "cots along the wall")
    found = camera(live_world)
    (zone,), (line,) = found.zones, found.lines
    assert (zone.id, zone.kind, zone.polygon[0]) == ("zone-1", "cots", (0.375, 0.395))
    assert (line.id, line.inward, line.start) == ("line-1", "left", (0.35, 0.6))
    assert found.masks == ()


def test_a_shape_is_dragged_and_what_is_not_saved_is_not_left_unasked(
    editor: Page, live_world: World
) -> None:
    editor.get_by_role("button", name="New blind area").focus()
    editor.keyboard.press("Enter")
    area = editor.locator(".areas-picture svg").bounding_box()
    assert area is not None
    editor.mouse.move(area["x"] + 0.5 * area["width"], area["y"] + 0.5 * area["height"])
    editor.mouse.down()
    editor.mouse.move(area["x"] + 0.7 * area["width"], area["y"] + 0.7 * area["height"], steps=5)
    editor.mouse.up()
    editor.keyboard.press("Control+z")
    editor.keyboard.press("Control+y")
    save(editor, "behind the wardrobe")
    ((corner, *_),) = camera(live_world).blind
    assert [round(value, 2) for value in corner] == [0.6, 0.6]
