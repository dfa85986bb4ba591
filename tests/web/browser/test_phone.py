"""A real browser as a camera: what its camera sees arrives at the source."""

from __future__ import annotations

import asyncio
import contextlib
import threading
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING, Self

import pytest
from playwright.sync_api import Page, expect, sync_playwright

from monitor.domain.access import Role
from monitor.domain.places import Camera
from monitor.domain.text import Text
from monitor.streams.failures import StreamError
from monitor.streams.source import SourceRequest, Timeouts
from monitor.streams.url import parse_url
from monitor.streams.whip import IngestServer
from monitor.streams.whip.lobby import Lobby
from monitor.streams.whip.source import WhipSource
from monitor.web.gateway import LiveAnswer
from tests.web.conftest import Workers

if TYPE_CHECKING:
    from monitor.domain.media import Packet
    from tests.web.conftest import Serving, World

pytestmark = pytest.mark.browser
CAMERA = "sunshine-toddler-2"
URL = "whip://phone?token=the-right-token-of-it"


class Ingesting(Workers):
    """Workers that take what a phone sends, on an event loop of their own."""

    def __init__(self) -> None:
        super().__init__()
        self.lobby = Lobby()
        self.loop = asyncio.new_event_loop()
        camera = Camera(CAMERA, "sunshine-toddler", Text("西角", "West corner"), URL)
        self.server = IngestServer([camera], lobby=self.lobby)
        self._thread = threading.Thread(target=self.loop.run_forever)
        self._thread.start()

    async def ingest(self, camera_id: str, sdp: str, token: str | None) -> LiveAnswer:
        work = asyncio.run_coroutine_threadsafe(self.server.offer(camera_id, token, sdp), self.loop)
        session, answer = await asyncio.wrap_future(work)
        return LiveAnswer(answer, session)

    async def end_ingest(self, camera_id: str, session_id: str) -> None:
        work = asyncio.run_coroutine_threadsafe(self.server.close(session_id), self.loop)
        await asyncio.wrap_future(work)
        await super().end_ingest(camera_id, session_id)

    def stop(self) -> None:
        asyncio.run_coroutine_threadsafe(self.server.shutdown(), self.loop).result(10)
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join(10)
        self.loop.close()


@pytest.fixture
def workers(live_world: World) -> Iterator[Ingesting]:
    ingesting = Ingesting()
    live_world.workers = ingesting
    yield ingesting
    ingesting.stop()


@pytest.fixture
def page(program: str) -> Iterator[Page]:
    """Return a page of a browser that has a camera, and gives it away."""
    with sync_playwright() as driver:
        browser = driver.chromium.launch(
            executable_path=program,
            args=[
                "--no-sandbox",
                "--disable-gpu",
                "--use-fake-device-for-media-stream",
                "--use-fake-ui-for-media-stream",
            ],
        )
        yield browser.new_page()
        browser.close()


class Reading:
    """Reads the source on a thread of its own."""

    def __init__(self, lobby: Lobby) -> None:
        request = SourceRequest(CAMERA, parse_url(URL), timeouts=Timeouts(20, 5))
        self.packets: list[Packet] = []
        self._source = WhipSource(request, lobby)
        self._thread = threading.Thread(target=self._read)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._source.interrupt()
        self._thread.join(10)
        self._source.close()

    def _read(self) -> None:
        with contextlib.suppress(StreamError):  # it is over when the phone stops
            self._source.open()
            self.packets.extend(self._source.packets())


def test_a_browser_is_a_camera(
    serving: Serving, live_world: World, workers: Ingesting, page: Page
) -> None:
    cookie = live_world.session(live_world.user("root", Role.ADMIN))
    with serving(live_world) as served, Reading(workers.lobby) as reading:
        page.context.add_cookies([{"name": "kanhu-session", "value": cookie, "url": served.url}])
        page.goto(f"{served.url}/cameras/{CAMERA}/phone")
        page.click("#phone-start")
        expect(page.locator("#phone-state")).to_have_text("正在发送")
        deadline = time.monotonic() + 60
        while len(reading.packets) < 20 and time.monotonic() < deadline:
            page.wait_for_timeout(100)
        with page.expect_response(lambda answer: answer.request.method == "DELETE"):
            page.click("#phone-stop")
        expect(page.locator("#phone-state")).to_have_text("没有在发送")
    assert len(reading.packets) >= 20
    assert reading.packets[0].keyframe
    assert workers.server.senders == 0
