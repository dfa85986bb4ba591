"""The live player in a real browser, fed by a simulated camera over RTSP and WebRTC."""

from __future__ import annotations

import asyncio
import re
import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
import pytest
import uvicorn
from playwright.sync_api import Browser, Page, sync_playwright
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

import monitor.web
from monitor.demo.camera_simulator import CameraSimulator
from monitor.domain.media import Packet, StreamInfo
from monitor.domain.people import AgeClass, Box, Track
from monitor.domain.places import Camera
from monitor.domain.room_state import RoomState, View
from monitor.domain.text import Text
from monitor.streams.backoff import Backoff
from monitor.streams.fanout import Subscription
from monitor.streams.live import IceServer, LiveServer, Overlay
from monitor.streams.live.feed import PacketFeed
from monitor.streams.reader import CameraReader
from monitor.streams.ring import PacketRing
from monitor.streams.source import Timeouts
from monitor.web.headers import SecurityHeaders
from tests.streams.live.turn import TurnServer

pytestmark = pytest.mark.browser

STATIC = Path(monitor.web.__file__).parent / "static"
WIDTH, HEIGHT = 320, 180
STILL = bytes(cv2.imencode(".png", np.full((90, 160, 3), 90, np.uint8))[1])
CHILD = Track(1, "c1", Box(0.25, 0.25, 0.5, 0.75), 0.8, 0, 0, 9, AgeClass.CHILD)
PAGE = """<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><title>live</title>
<link rel="stylesheet" href="/page.css">
<script type="module" src="/static/js/live-player.js"></script></head><body>
<kanhu-live id="player" camera="c1" label="东角" whep="/api/v1/live/c1" poster="/still.png"
 pause-after="0.3" overlay>
</kanhu-live></body></html>"""
STYLE = """body { margin: 0 } kanhu-live { width: 400px; height: 400px; aspect-ratio: auto }
.away { position: absolute; top: 5000px }"""


class LateRing(PacketRing):
    """The last seconds of a camera, read by a thread that is kept waiting."""

    def __init__(self, ring: PacketRing, seconds: float) -> None:
        super().__init__()
        self._ring = ring
        self._late = seconds

    def since(self, wall: float | None = None) -> tuple[Packet, ...]:
        time.sleep(self._late)
        return self._ring.since(wall)


class LateFeed:
    """A camera on a machine that is busy: its kept pictures are read late."""

    def __init__(self, reader: CameraReader, seconds: float) -> None:
        self._reader = reader
        self.ring: PacketRing = LateRing(reader.ring, seconds)

    @property
    def info(self) -> StreamInfo | None:
        return self._reader.info

    def subscribe(self, name: str, maxsize: int = 100) -> Subscription:
        return self._reader.subscribe(name, maxsize)


class Site:
    """A page with the player, and the live server behind it on an event loop of its own."""

    def __init__(self, reader: CameraReader, relays: bool = False) -> None:
        """``relays`` puts a TURN server of its own beside it."""
        self.reader = reader
        self.turn = TurnServer("kanhu", "pw") if relays else None
        self._ice: list[IceServer] = []
        self.refuse_with: int | None = None
        self.requests: list[str] = []
        self.feed: PacketFeed = reader
        self.live = LiveServer(lambda _: self.feed, self._seen, ice_servers=lambda: self._ice)
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}/"
        routes = [
            Route("/", lambda _: HTMLResponse(self._page)),
            Route("/api/v1/ice-servers", self._servers),
            Route("/page.css", lambda _: PlainTextResponse(STYLE, media_type="text/css")),
            Route("/still.png", lambda _: Response(STILL, media_type="image/png")),
            Route("/api/v1/live/{camera}", self._offer, methods=["POST"]),
            Route("/api/v1/live/{camera}/{session}", self._close, methods=["DELETE"]),
            Mount("/static", StaticFiles(directory=STATIC)),
        ]
        app = SecurityHeaders(Starlette(routes=routes))
        self._server = uvicorn.Server(
            uvicorn.Config(app, log_config=None, lifespan="off", timeout_graceful_shutdown=1)
        )
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()))
        self._thread.start()

    @property
    def _page(self) -> str:
        address = ' data-ice="/api/v1/ice-servers"' if self.turn is not None else ""
        return PAGE.replace("<body>", f"<body{address}>")

    async def _servers(self, _request: Request) -> Response:
        self.requests.append("servers")
        answer = [
            {"urls": one.url, "username": one.username, "credential": one.credential}
            for one in self._ice
        ]
        return JSONResponse({"ice_servers": answer})

    async def _serve(self) -> None:
        if self.turn is not None:
            self._ice = [IceServer(await self.turn.open(), "kanhu", "pw")]
        await self._server.serve(sockets=[self._socket])
        await self.live.shutdown()
        if self.turn is not None:
            self.turn.close()

    def stop(self) -> None:
        self._server.should_exit = True
        self._thread.join(10)
        self._socket.close()

    def _seen(self, _camera_id: str) -> Overlay:
        status = self.reader.status
        room = RoomState("r1", 1.0, View.FULL, adults=0, children=1, unknown=0)
        return Overlay(status.state, 1.0, time.time(), (CHILD,), room, reason=status.text)

    async def _offer(self, request: Request) -> Response:
        assert request.headers["x-kanhu-request"] == "1"
        self.requests.append("offer")
        if self.refuse_with is not None:
            return Response(status_code=self.refuse_with)
        camera = request.path_params["camera"]
        session, answer = await self.live.offer(camera, (await request.body()).decode())
        place = {"Location": f"/api/v1/live/{camera}/{session}"}
        return Response(answer, 201, place, "application/sdp")

    async def _close(self, request: Request) -> Response:
        self.requests.append("close")
        await self.live.close(request.path_params["session"])
        return Response(status_code=204)


class Player:
    """The player on the page, as a test sees it."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.problems: list[str] = []
        page.on("pageerror", lambda error: self.problems.append(str(error)))
        page.on("console", self._on_console)

    def _on_console(self, message: Any) -> None:
        if message.type == "error" and "Failed to load resource" not in message.text:
            self.problems.append(message.text)

    def ask(self, expression: str) -> Any:
        """Evaluate ``expression`` with ``player`` and a function ``part`` at hand."""
        return self.page.evaluate(
            f"""() => {{
                const player = window.tested ??= document.querySelector('#player');
                const part = (name) => player.shadowRoot.querySelector(name);
                return {expression};
            }}"""
        )

    def text(self, part: str) -> str:
        return str(self.ask(f"part('{part}').textContent"))

    def until(self, condition: Callable[[], bool], seconds: float = 15.0) -> None:
        deadline = time.monotonic() + seconds
        while not condition():
            seen = (self.ask("player.state"), self.text(".veil"), self.problems)
            assert time.monotonic() < deadline, seen
            time.sleep(0.03)

    def until_state(self, state: str) -> None:
        self.until(lambda: self.ask("player.state") == state)


@pytest.fixture(scope="module")
def browser(program: str) -> Iterator[Browser]:
    """Start Chromium, once a module."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=program, args=["--no-sandbox", "--disable-gpu"]
        )
        yield chromium
        chromium.close()


@pytest.fixture(scope="module")
def footage(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four seconds of a square that wanders, a keyframe every 0.4 s, no B-frames."""
    path = tmp_path_factory.mktemp("footage") / "square.mp4"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=25, options={"g": "10", "bf": "0"})
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        for number in range(100):
            image = np.full((HEIGHT, WIDTH, 3), 60, np.uint8)
            image[60:120, number * 2 : number * 2 + 60] = (40, 220, 240)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(image, "bgr24")))
        container.mux(stream.encode())
    return path


@pytest.fixture
def cameras() -> Iterator[CameraSimulator]:
    with CameraSimulator() as simulator:
        yield simulator


@pytest.fixture(params=[False])
def site(request: pytest.FixtureRequest, cameras: CameraSimulator, footage: Path) -> Iterator[Site]:
    """A camera on the wire, and the site that shows it."""
    camera = Camera("c1", "r1", Text("东角", "East corner"), cameras.add("square", footage))
    reader = CameraReader(
        camera, backoff=Backoff(first=0.2, longest=0.4), timeouts=Timeouts(open=3, read=20)
    )
    reader.start()
    served = Site(reader, relays=request.param)
    yield served
    served.stop()
    reader.stop()


@pytest.fixture
def player(browser: Browser, site: Site) -> Iterator[Player]:
    """The player on its page, twice as fine as CSS pixels, like a modern screen."""
    context = browser.new_context(viewport={"width": 400, "height": 400}, device_scale_factor=2)
    shown = Player(context.new_page())
    shown.page.goto(site.url)
    yield shown
    context.close()
    assert shown.problems == []


def test_the_picture_moves_and_boxes_lie_where_people_are(player: Player) -> None:
    player.until_state("live")
    look = """(() => {
        const canvas = document.createElement('canvas');
        [canvas.width, canvas.height] = [32, 18];
        const context = canvas.getContext('2d');
        context.drawImage(part('video'), 0, 0, 32, 18);
        return [part('video').videoWidth, part('video').currentTime,
                Array.from(context.getImageData(0, 0, 32, 18).data)];
    })()"""
    width, at, pixels = player.ask(look)
    assert width == WIDTH
    player.until(lambda: bool(player.ask("part('video').currentTime") > at + 0.5))
    _, _, later = player.ask(look)
    moved = sum(abs(one - other) > 60 for one, other in zip(pixels, later, strict=True))
    assert moved > 30
    # A 16:9 picture in a square: 87.5 px of bars above and below, in CSS pixels.
    pixel = "Array.from(part('.boxes').getContext('2d').getImageData(2 * {x}, 2 * {y}, 1, 1).data)"
    player.until(lambda: player.ask(pixel.format(x=100, y=200)) == [255, 181, 46, 255])
    assert player.ask(pixel.format(x=100, y=100)) == [0, 0, 0, 0]
    assert player.ask(pixel.format(x=150, y=200)) == [0, 0, 0, 0]
    assert player.ask("[part('.boxes').width, part('.boxes').height]") == [800, 800]
    assert player.text(".room") == "成人 0 · 儿童 1"
    assert player.ask("part('video').getAttribute('aria-label')") == "东角 实时视频"
    assert player.ask("part('.badge').getAttribute('role')") == "status"
    assert player.text(".badge") == "实时"
    player.page.evaluate("document.documentElement.lang = 'en'")
    player.until(lambda: player.text(".room") == "Adult 0 · Child 1")
    assert player.text(".badge") == "Live"


def test_a_picture_that_stops_is_marked_with_its_age_and_goes_on(
    player: Player, cameras: CameraSimulator
) -> None:
    player.until_state("live")
    cameras.stall("square")
    player.until_state("stale")
    assert player.ask("player.age") > 3
    player.until(lambda: player.text(".age") == "4秒前")
    assert player.text(".headline") == "画面已停止更新"
    assert "grayscale(1)" in player.ask("getComputedStyle(part('.picture')).filter")
    assert player.ask("getComputedStyle(part('.veil')).display") == "flex"
    cameras.stall("square", on=False)
    player.until_state("live")
    assert player.ask("getComputedStyle(part('.picture')).filter") == "none"
    assert player.ask("getComputedStyle(part('.veil')).display") == "none"
    assert player.ask("player.age") < 1


def test_a_camera_that_is_away_is_explained_and_comes_back(
    player: Player, cameras: CameraSimulator
) -> None:
    player.until_state("live")
    cameras.refuse("square")
    cameras.cut("square")
    player.until_state("offline")
    assert player.text(".headline") == "摄像机离线"
    player.until(lambda: player.text(".detail") == "摄像机暂时不能提供服务")
    assert re.fullmatch(r"最后画面 \d+秒前", player.text(".age"))
    player.page.evaluate("document.documentElement.lang = 'en'")
    player.until(lambda: player.text(".detail") == "The camera cannot serve at present")
    cameras.refuse("square", on=False)
    player.until_state("live")


@pytest.mark.parametrize("late", [0.0, 1.0])
def test_who_comes_while_the_camera_is_away_is_not_shown_an_old_picture_as_live(
    player: Player, site: Site, cameras: CameraSimulator, late: float
) -> None:
    """Not even where the server has no picture yet when it tells first how old its picture is."""
    player.until_state("live")
    cameras.stall("square")
    player.until_state("stale")
    site.feed = LateFeed(site.reader, late)
    player.ask(
        """(() => {
            window.states = [];
            document.addEventListener("kanhu-live-state",
                (event) => window.states.push(event.detail.state));
            player.remove();
            document.body.append(window.tested = player.cloneNode(true));
        })()"""
    )
    player.until_state("stale")
    assert player.page.evaluate("window.states") == ["connecting", "stale"]
    assert player.ask("part('video').videoWidth") == WIDTH


def test_refusals_are_explained_and_tried_again(browser: Browser, site: Site) -> None:
    site.refuse_with = 404
    context = browser.new_context()
    player = Player(context.new_page())
    player.page.goto(site.url)
    player.until_state("offline")
    player.until(lambda: player.ask("part('.still').hidden") is False)
    for status, words in (
        (404, "找不到这台摄像机"),
        (409, "观看人数已满"),
        (401, "登录已失效"),
    ):
        site.refuse_with = status
        player.until(lambda words=words: words in player.text(".detail"))  # type: ignore[misc]
    site.refuse_with = None
    player.until_state("live")
    assert player.ask("part('.still').hidden") is True
    context.close()


def test_a_server_that_is_away_is_explained(player: Player, site: Site) -> None:
    player.until_state("live")
    site.stop()
    player.until_state("offline")
    player.until(lambda: "无法连接服务器" in player.text(".detail"))
    assert "正在自动重试" in player.text(".detail")
    assert player.ask("part('.frozen').hidden") is False  # the last picture stays, greyed


def test_out_of_sight_it_gives_its_connection_back(player: Player, site: Site) -> None:
    player.until_state("live")
    player.ask("player.classList.add('away')")
    player.until_state("paused")
    player.until(lambda: site.live.viewers == 0)
    player.ask("player.classList.remove('away')")
    player.until_state("live")


def test_taken_off_the_page_it_ends_its_session(player: Player, site: Site) -> None:
    player.until_state("live")
    player.ask("player.remove()")
    player.until(lambda: site.live.viewers == 0 and "close" in site.requests)
    offers = site.requests.count("offer")
    time.sleep(1.0)  # longer than the first attempts to reconnect would wait
    assert site.requests.count("offer") == offers
    player.ask("document.body.append(player)")
    player.until_state("live")
    player.page.goto("about:blank")
    deadline = time.monotonic() + 30
    while site.live.viewers:
        assert time.monotonic() < deadline
        time.sleep(0.05)


@pytest.mark.parametrize("site", [True], indirect=True)
def test_a_relay_is_asked_for_where_there_is_one(player: Player, site: Site) -> None:
    player.until_state("live")
    assert site.requests[:2] == ["servers", "offer"]
    assert site.turn is not None
    assert site.turn.clients == 2
    assert site.turn.refused == 0
