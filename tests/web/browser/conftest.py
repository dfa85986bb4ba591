"""A real Chromium on the real pages, with a district on the machine's own clock."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    expect,
    sync_playwright,
)

from monitor.domain.clock import SystemClock
from monitor.store.base import Database
from monitor.store.tables import load_tables

if TYPE_CHECKING:
    from monitor.store.users import User
    from tests.web.conftest import Founding, Served, Serving, World

DESK = {"width": 1920, "height": 1080}

expect.set_options(timeout=15_000)  # the machine may be busy


@pytest.fixture(scope="module")
def chromium(program: str) -> Iterator[Browser]:
    """Start the browser, once a module."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=program,
            args=["--no-sandbox", "--disable-gpu", "--autoplay-policy=user-gesture-required"],
        )
        yield browser
        browser.close()


@pytest.fixture
def live_world(tmp_path: Path, founding: Founding) -> Iterator[World]:
    """Return the district in a database of its own, now."""
    database = Database(f"sqlite:///{tmp_path}/kanhu.db")
    load_tables().create_all(database.engine)
    world = founding(database, SystemClock(), tmp_path)
    world.write_config()
    yield world
    database.close()


@pytest.fixture
def live_site(serving: Serving, live_world: World) -> Iterator[Served]:
    """Serve the district."""
    with serving(live_world) as served:
        yield served


@dataclass
class Visit:
    """One person's browser and everything it complained about."""

    context: BrowserContext
    url: str
    page: Page = field(init=False)
    complaints: list[str] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page = self.open()

    def open(self) -> Page:
        """Open another tab."""
        page = self.context.new_page()
        page.on("console", self._heard)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("request", lambda request: self._asked(request.url))
        return page

    def go(self, path: str) -> Page:
        """Go to a page of the site and wait until its scripts have run."""
        self.page.goto(self.url + path)
        self.page.wait_for_load_state("load")
        return self.page

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(f"{message.type}: {message.text}")

    def _asked(self, url: str) -> None:
        parts = urlsplit(url)
        if parts.scheme != "blob" and f"{parts.scheme}://{parts.netloc}" != self.url:
            self.foreign.append(url)


MakeVisit = Callable[..., Visit]


@pytest.fixture
def visit(chromium: Browser, live_site: Served) -> Iterator[MakeVisit]:
    """Return a maker of browsers: signed in as somebody, on a desk or a phone.

    Whatever a test does, no page may complain or ask another host.
    """
    visits: list[Visit] = []

    def make(user: User | None = None, size: dict[str, int] | None = None) -> Visit:
        context = chromium.new_context(
            viewport=size or DESK,  # type: ignore[arg-type]
            locale="zh-CN",
            color_scheme="dark",
        )
        if user is not None:
            cookie = {"name": "kanhu-session", "value": live_site.world.session(user)}
            context.add_cookies([{**cookie, "url": live_site.url}])  # type: ignore[typeddict-item]
        visits.append(Visit(context, live_site.url))
        return visits[-1]

    yield make
    for item in visits:
        item.context.close()
        assert item.complaints == []
        assert item.foreign == []
