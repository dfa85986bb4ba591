"""Simulated cameras: a small real RTSP server that plays recordings as live pictures.

Start it, :meth:`CameraSimulator.add` recordings, and read ``rtsp://127.0.0.1:PORT/NAME`` with any
RTSP client that accepts TCP. Each recording plays in a loop from the moment it was added, whether
or not anybody watches; a viewer joins at the next keyframe and its time stamps never fall back.
Faults of real cameras can be switched on: a cut line, a hang, refusal, a jump of the clock,
another picture size in mid-stream, damaged pictures.

The server runs on its own thread and binds to the loopback interface only.
"""

from __future__ import annotations

import asyncio
import random
import ssl
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import quote

from monitor.demo.rtsp_auth import Credentials
from monitor.demo.rtsp_media import CLOCK_RATE, Footage, load_footage
from monitor.demo.rtsp_rtp import RtpFeed, damaged
from monitor.demo.rtsp_session import RtspSession
from monitor.domain.errors import ConflictError, NotFoundError
from monitor.streams.loop_thread import LoopThread

REPORT_INTERVAL = 5.0  # seconds between RTCP sender reports
_HOST = "127.0.0.1"


class SimulatedCamera:
    """One camera: a recording in a loop, its viewers and its faults. Lives on the server loop."""

    def __init__(self, footage: Footage, credentials: Credentials | None) -> None:
        self.footage = footage
        self._changed = False
        self.credentials = credentials
        self.refused = False
        self.damaged = False
        self.moved_to: str | None = None
        self.ranges: deque[str] = deque(maxlen=16)
        self.awake = asyncio.Event()
        self.awake.set()
        self.feed = RtpFeed(
            random.getrandbits(32),
            random.getrandbits(16),
            random.getrandbits(31),
        )
        self.viewers: set[RtspSession] = set()
        self._switched_on = time.monotonic()
        self._wall_then = time.time()
        self._watched = asyncio.Event()
        self._chance = random.Random(1)  # noqa: S311 - a fault that can be repeated

    @property
    def elapsed(self) -> float:
        """Seconds since the camera was switched on."""
        return time.monotonic() - self._switched_on

    def join(self, session: RtspSession) -> tuple[int, int]:
        """Start sending to ``session``; return the next sequence number and RTP time."""
        self.viewers.add(session)
        self._watched.set()
        return self.feed.sequence, self.feed.timestamp(self._ticks_now)

    def leave(self, session: RtspSession) -> None:
        """Stop sending to ``session``."""
        self.viewers.discard(session)

    def change(self, footage: Footage) -> None:
        """Play ``footage`` from its next keyframe on."""
        self.footage = footage
        self._changed = True

    async def play(self) -> None:
        """Send pictures as they fall due, for as long as the server runs."""
        while True:
            await self._watched.wait()
            await self._play_while_watched()

    async def _play_while_watched(self) -> None:
        next_report = self.elapsed
        footage = self.footage
        for due, ticks, unit in footage.following(self.elapsed):
            await asyncio.sleep(max(0.0, due - self.elapsed))
            if not self.viewers:
                self._watched.clear()
                return
            if self.footage is not footage:
                return
            if not self.awake.is_set() or (self._changed and not unit.keyframe):
                continue
            self._changed = False
            packets = self.feed.packets(unit, ticks, footage.codec)
            if self.damaged:
                packets = [damaged(packet, self._chance) for packet in packets]
            for viewer in tuple(self.viewers):
                viewer.send_picture(packets, unit.keyframe)
            if self.elapsed >= next_report:
                next_report = self.elapsed + REPORT_INTERVAL
                self._report()

    def _report(self) -> None:
        report = self.feed.sender_report(self._wall_then + self.elapsed, self._ticks_now)
        for viewer in tuple(self.viewers):
            viewer.send_report(report)

    @property
    def _ticks_now(self) -> int:
        return round(self.elapsed * CLOCK_RATE)


class CameraSimulator:
    """The server of all simulated cameras, on its own thread.

    Use it as a context manager, or call :meth:`start` and :meth:`stop`. Every method may be
    called from any thread while the server runs. ``port`` 0 takes any free port. With ``tls``,
    a server's context with its certificate, it speaks RTSP by TLS only.
    """

    def __init__(self, port: int = 0, tls: ssl.SSLContext | None = None) -> None:
        self.port = port
        self._tls = tls
        self._own = LoopThread("camera-simulator", within=10.0)
        self._server: asyncio.Server | None = None
        self._cameras: dict[str, SimulatedCamera] = {}
        self._players: list[asyncio.Task[None]] = []
        self._sessions: dict[RtspSession, asyncio.Event] = {}

    def start(self) -> None:
        """Open the port and serve.

        Raises:
            OSError: the port is taken.
        """
        self._own.begin()
        try:
            self._own.run(self._open())
        except OSError:
            self._own.end()
            raise

    def stop(self) -> None:
        """Close every connection and the port; does nothing if not running."""
        if self._own.running:
            self._own.run(self._close())
            self._own.end()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def add(self, name: str, path: Path, credentials: Credentials | None = None) -> str:
        """Switch on a camera that plays ``path``; return its URL, with credentials if it has any.

        Raises:
            InputError: ``path`` cannot be played.
            ConflictError: there is a camera of that name.
        """
        if name in self._cameras:
            raise ConflictError(f"there is already a simulated camera called '{name}'")
        footage = load_footage(path)

        def switch_on() -> None:
            camera = SimulatedCamera(footage, credentials)
            self._cameras[name] = camera
            self._players.append(self._own.loop.create_task(camera.play()))

        self._call(switch_on)
        return self.url(name)

    def url(self, name: str) -> str:
        """Return the URL of camera ``name``, with credentials if it has any."""
        credentials = self._camera(name).credentials
        user = ""
        if credentials is not None:
            user = f"{quote(credentials.username, '')}:{quote(credentials.password, '')}@"
        scheme = "rtsp" if self._tls is None else "rtsps"
        return f"{scheme}://{user}{_HOST}:{self.port}/{quote(name)}"

    def viewers(self, name: str) -> int:
        """Return how many connections watch camera ``name``."""
        return len(self._camera(name).viewers)

    def ranges(self, name: str) -> list[str]:
        """Return which times the last viewers of camera ``name`` asked for; all see the present."""
        return list(self._camera(name).ranges)

    def cut(self, name: str) -> None:
        """Close all connections to camera ``name``; new ones are welcome."""
        camera = self._camera(name)

        def close() -> None:
            for viewer in tuple(camera.viewers):
                viewer.cut()

        self._call(close)

    def stall(self, name: str, on: bool = True) -> None:
        """Let camera ``name`` hang: its connections stay open, but nothing more is sent."""
        awake = self._camera(name).awake
        self._call(awake.clear if on else awake.set)

    def refuse(self, name: str, on: bool = True) -> None:
        """Let camera ``name`` answer every request with 503, and cut those who watch."""
        camera = self._camera(name)

        def switch() -> None:
            camera.refused = on

        self._call(switch)
        if on:
            self.cut(name)

    def change(self, name: str, path: Path) -> None:
        """Let camera ``name`` play another recording from now on, on the same connections.

        Raises:
            InputError: ``path`` cannot be played.
        """
        camera, footage = self._camera(name), load_footage(path)
        self._call(lambda: camera.change(footage))

    def damage(self, name: str, on: bool = True) -> None:
        """Let camera ``name`` send pictures with wrong bytes in them."""
        camera = self._camera(name)

        def switch() -> None:
            camera.damaged = on

        self._call(switch)

    def redirect(self, name: str, url: str) -> None:
        """Let camera ``name`` tell whoever asks for its pictures to ask at ``url``."""
        camera = self._camera(name)

        def switch() -> None:
            camera.moved_to = url

        self._call(switch)

    def jump(self, name: str, seconds: float) -> None:
        """Let the clock of camera ``name`` jump by ``seconds``, back or forth."""
        camera = self._camera(name)
        self._call(lambda: camera.feed.shift(seconds))

    def _camera(self, name: str) -> SimulatedCamera:
        if name not in self._cameras:
            raise NotFoundError(f"no simulated camera is called '{name}'")
        return self._cameras[name]

    async def _open(self) -> None:
        self._server = await asyncio.start_server(self._welcome, _HOST, self.port, ssl=self._tls)
        self.port = self._server.sockets[0].getsockname()[1]

    async def _welcome(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        session = RtspSession(reader, writer, self._cameras.get)
        ended = self._sessions[session] = asyncio.Event()
        try:
            await session.run()
        finally:
            ended.set()
            del self._sessions[session]

    async def _close(self) -> None:
        if self._server is not None:
            self._server.close()
        for player in self._players:
            player.cancel()
        for camera in self._cameras.values():
            camera.awake.set()
        waits = [ended.wait() for ended in self._sessions.values()]
        for session in tuple(self._sessions):
            session.cut()
        await asyncio.gather(*self._players, *waits, return_exceptions=True)

    def _call(self, action: Callable[[], object]) -> None:
        async def act() -> None:
            action()

        self._own.run(act())
