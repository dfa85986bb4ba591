"""A supervisor tries a threshold on the last days."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from monitor.domain.access import Role
from monitor.store.event_repository import EventRepository

if TYPE_CHECKING:
    from tests.conftest import LeaveAlone
    from tests.web.browser.conftest import MakeVisit
    from tests.web.conftest import World

pytestmark = pytest.mark.browser

PLACE = "room.sunshine-toddler"
PHONE = {"width": 390, "height": 844}
PATIENCE = 60_000  # a run gives way to everything else on the machine


@pytest.fixture
def lived(live_world: World, leave_alone: LeaveAlone) -> World:
    """Return a district in which a room had a short and a long absence two hours ago."""
    room = live_world.district.rooms[0]
    start = live_world.clock.now() - 7200
    absences = [(100, 180), (400, 700)]
    cameras, folder = live_world.district.cameras, live_world.tracks_folder
    for event in leave_alone(room, cameras, folder, start, 900, absences):
        EventRepository(live_world.database).record(event, live_world.now)
    return live_world


def test_a_threshold_is_tried_and_the_alert_is_one_click_away(
    visit: MakeVisit, lived: World
) -> None:
    page = visit(lived.user("head", Role.SUPERVISOR, language="en")).go("/alerts")
    page.get_by_role("link", name="Try a rule").click()
    page.get_by_label("Place").select_option(PLACE)
    page.get_by_role("button", name="Show its parameters").click()
    page.get_by_label("Raise after", exact=True).fill("90s")
    page.get_by_role("button", name="Try", exact=True).click()
    expect(page.locator(".verdict-sentence")).to_contain_text(
        "Would have dropped 1 of 2 undecided alerts; those kept would come 30 s later.",
        timeout=PATIENCE,
    )
    expect(page.get_by_label("Raise after", exact=True)).to_have_value("90s")
    expect(page.locator(".lanes a[data-verdict=none]")).to_have_count(2)
    expect(page.locator(".lanes g[data-would=kept]")).to_have_count(1)
    page.locator(".lanes a[data-verdict=none]").first.click()
    expect(page).to_have_url(re.compile(r"/alerts/\d+$"))


def test_a_wrong_value_is_marked(visit: MakeVisit, lived: World) -> None:
    visitor = visit(lived.user("head", Role.SUPERVISOR, language="en"))
    page = visitor.go(f"/backtest?place={PLACE}")
    page.get_by_label("Raise after", exact=True).fill("soon")
    page.get_by_role("button", name="Try", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("marked red")
    expect(page.get_by_label("Raise after", exact=True)).to_have_value("soon")
    visitor.complaints.clear()  # the browser logs the 422


def test_a_run_ends_when_its_page_is_left(visit: MakeVisit, lived: World) -> None:
    visitor = visit(lived.user("head", Role.SUPERVISOR, language="en"))
    page = visitor.go(f"/backtest?place={PLACE}")
    page.get_by_role("button", name="Try", exact=True).click()
    expect(page.locator("[data-running]")).to_be_visible()
    page.wait_for_load_state("load")  # the scripts have run
    visitor.go("/alerts")
    expect(visitor.go("/backtest").locator("[data-part=run]")).to_contain_text("Nothing has been")


def test_the_lanes_fit_a_phone(visit: MakeVisit, lived: World) -> None:
    page = visit(lived.user("head", Role.SUPERVISOR), PHONE).go(f"/backtest?place={PLACE}")
    page.get_by_role("button", name="试算", exact=True).click()
    expect(page.locator(".verdict-sentence")).to_be_visible(timeout=PATIENCE)
    assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0
