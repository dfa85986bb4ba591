"""The wall in a real browser: small streams in tiles, the main stream where a tile is large."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

if TYPE_CHECKING:
    from tests.web.browser.conftest import MakeVisit
    from tests.web.conftest import World

pytestmark = pytest.mark.browser


def sizes(page: Page) -> dict[str, str]:
    """Return what each player on the page asks for, by camera."""
    addresses = page.locator("kanhu-live").evaluate_all(
        "players => players.map((one) => one.getAttribute('whep'))"
    )
    parts = [urlsplit(address) for address in addresses]
    return {part.path.rpartition("/")[2]: part.query for part in parts}


def test_tiles_show_small_streams_and_a_large_one_the_main_stream(
    visit: MakeVisit, live_world: World
) -> None:
    live_world.raise_alert("sunshine-toddler")
    page = visit(live_world.user("wang")).go("/")
    page.wait_for_function("() => document.querySelectorAll('kanhu-live').length > 1")
    assert set(sizes(page).values()) == {"size=small"}
    page.keyboard.press("j")
    page.keyboard.press("l")
    large = page.locator("[data-tile][data-large]")
    expect(large).to_have_count(1)
    camera = large.get_attribute("data-tile") or ""
    assert sizes(page)[camera] == ""
    assert set(sizes(page).values()) == {"", "size=small"}
    page.keyboard.press("Escape")
    expect(large).to_have_count(0)
    assert set(sizes(page).values()) == {"size=small"}


def test_the_wall_shows_as_many_tiles_as_this_browser_chose(
    visit: MakeVisit, live_world: World
) -> None:
    tab = visit(live_world.user("wang"))
    page = tab.go("/")
    wall = page.locator("#wall")
    expect(wall).to_have_attribute("data-tiles", "auto")
    for side in (2, 3, 4):
        page.keyboard.press("w")
        expect(wall).to_have_attribute("data-tiles", str(side * side))
        assert tiles_that_fill(page) == (side, side)
    page.get_by_role("button", name="4", exact=True).focus()
    page.keyboard.press("Enter")
    expect(wall).to_have_attribute("data-tiles", "4")
    page.reload()
    expect(wall).to_have_attribute("data-tiles", "4")
    chosen = page.locator("#wall-size [aria-pressed=true]")
    expect(chosen).to_have_text("4")
    page.keyboard.press("w")
    expect(chosen).to_have_text("9")


def tiles_that_fill(page: Page) -> tuple[int, int]:
    """Return how many tiles fit beside and below one another in the wall's place."""
    wide, high = page.locator("#wall").evaluate(
        """wall => {
            const tile = wall.querySelector(".tile").getBoundingClientRect();
            return [wall.clientWidth / tile.width, wall.clientHeight / tile.height];
        }"""
    )
    return int(wide), int(high)
