"""WCAG 2.2 AA, as far as axe can tell, on every page, dark and light, on desk and phone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from monitor.domain.access import Role
from monitor.domain.text import LANGUAGES, Language
from tests.web.browser.conftest import DESK
from tests.web.browser.test_all_pages import PAGES, PHONE, busy_world

if TYPE_CHECKING:
    from tests.web.browser.conftest import MakeVisit, Visit
    from tests.web.conftest import World

__all__ = ["busy_world"]

pytestmark = pytest.mark.browser

MORE_PAGES = ("/handovers", "/alarm-quality", "/registers", "/inspections/plan")
EVERYTHING: dict[str, object] = {
    "type": "tag",
    "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"],
}
BY_SIZE_AND_THEME: dict[str, object] = {
    "type": "rule",
    "values": ["color-contrast", "target-size", "scrollable-region-focusable"],
}


def _complaints(
    page: Page, theme: str = "dark", rules: dict[str, object] = EVERYTHING
) -> list[str]:
    page.evaluate("theme => { document.documentElement.dataset.theme = theme }", theme)
    found: dict[str, Any] = (
        Axe().run(page, options={"runOnly": rules, "resultTypes": ["violations"]}).response
    )
    return [
        f"{violation['id']}: {node['html'][:140]} {node['failureSummary'][:200]}"
        for violation in found["violations"]
        for node in violation["nodes"]
    ]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_dark_on_a_desk_and_light_on_a_phone(
    visit: MakeVisit, busy_world: World, language: Language
) -> None:
    """Half of the pages in each language: a page is loaded once and looked at twice."""
    visitor = visit(busy_world.user("admin", Role.ADMIN, language=language))
    pages = (*PAGES, *MORE_PAGES)[LANGUAGES.index(language) :: len(LANGUAGES)]
    wrong = {}
    for path in pages:
        visitor.page.set_viewport_size(DESK)  # type: ignore[arg-type]
        page = visitor.go(path)
        found = _complaints(page, "dark")
        page.set_viewport_size(PHONE)  # type: ignore[arg-type]
        found += _complaints(page, "light", BY_SIZE_AND_THEME)
        if found:
            wrong[path] = found
    _forget_what_axe_did(visitor)
    assert wrong == {}


def _forget_what_axe_did(visitor: Visit) -> None:
    """Drop complaints about the inline styles with which axe measures: the policy bans them."""
    kept = [text for text in visitor.complaints if "Applying inline style" not in text]
    visitor.complaints[:] = kept


def test_dialogs_and_what_opens(visit: MakeVisit, busy_world: World) -> None:
    visitor = visit(busy_world.user("wang"))
    visitor.page.emulate_media(reduced_motion="reduce")  # colours are judged at rest
    page = visitor.go("/")
    expect(page.locator("#connection[data-state='live']")).to_be_visible()
    page.keyboard.press("t")  # keys answer only what was chosen
    for key, dialog in (("?", "#help-dialog"), ("f", "#act-dialog"), ("z", "#act-dialog")):
        page.keyboard.press(key)
        expect(page.locator(dialog)).to_be_visible()
        assert _complaints(page) == [], key
        page.keyboard.press("Escape")
        expect(page.locator(dialog)).to_be_hidden()
    _forget_what_axe_did(visitor)
