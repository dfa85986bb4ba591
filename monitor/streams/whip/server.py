"""Lets senders in: who brings a camera's token may be that camera."""

from __future__ import annotations

import asyncio
import hmac
from collections.abc import Coroutine, Iterable
from urllib.parse import parse_qsl

import structlog

from monitor.domain.clock import Clock, SystemClock
from monitor.domain.errors import NotFoundError
from monitor.domain.places import Camera
from monitor.domain.text import Text
from monitor.streams.live.failures import LiveFullError
from monitor.streams.live.ice import IceServers, no_servers, rtc_servers
from monitor.streams.live.offer import checked_ingest
from monitor.streams.url import StreamUrl, UrlError, parse_url
from monitor.streams.whip.lobby import LOBBY, Caller, Lobby
from monitor.streams.whip.session import IngestSession

_log = structlog.get_logger(__name__)

SCHEME = "whip"
SHORTEST_TOKEN = 16
_FULL = Text("发送画面的手机太多", "too many phones send already")
_END_ONE = Text("请先结束其中一个", "end one of them first")
_NOT_AWAITED = Text(
    "没有摄像机在等待这个发送者，或令牌不对",
    "no camera waits for this sender",
)
_MOST = 64  # senders of one worker
_CONNECT_SECONDS = 10.0


def token_of(url: StreamUrl) -> str:
    """Return the token of a ``whip:`` URL.

    Raises:
        UrlError: it has none, or one that could be guessed.
    """
    token = dict(parse_qsl(url.query)).get("token", "")
    if len(token) < SHORTEST_TOKEN:
        raise UrlError(
            Text(
                f"whip: 地址中的 token 至少要有 {SHORTEST_TOKEN} 个字符",
                f"the token of a whip: URL must have at least {SHORTEST_TOKEN} characters",
            ),
            hint=Text(
                "写作 whip://名称?token=…，token 用足够长的随机字符，最好写作 ${PHONE_TOKEN}",
                "write whip://NAME?token=… with a long random token, best as ${PHONE_TOKEN}",
            ),
        )
    return token


class IngestServer:
    """Senders of one worker. Every method is called on one and the same event loop."""

    def __init__(
        self,
        cameras: Iterable[Camera],
        *,
        lobby: Lobby = LOBBY,
        clock: Clock | None = None,
        ice_servers: IceServers = no_servers,
    ) -> None:
        """``ice_servers`` are needed only where senders cannot reach the worker directly."""
        self.expect(cameras)
        self._ice_servers = ice_servers
        self._lobby = lobby
        self._clock = clock or SystemClock()
        self._sessions: dict[str, IngestSession] = {}
        self._ending: set[asyncio.Task[None]] = set()

    def expect(self, cameras: Iterable[Camera]) -> None:
        """Let in senders for these cameras from now on; may be called from any thread."""
        self._tokens = {
            camera.id: token_of(parse_url(camera.url))
            for camera in cameras
            if camera.enabled and camera.url.startswith(f"{SCHEME}:")
        }

    @property
    def senders(self) -> int:
        """How many sessions there are."""
        return len(self._sessions)

    async def offer(self, camera_id: str, token: str | None, sdp: str) -> tuple[str, str]:
        """Answer a sender's offer; return the session's id and the SDP answer.

        ``token`` is ``None`` where somebody else vouches for the sender.

        Raises:
            NotFoundError: no such camera waits here, or the token is not its own.
            InputError: the offer cannot be answered.
            LiveFullError: too many send already.
        """
        expected = self._tokens.get(camera_id)
        given = expected if token is None else token
        if expected is None or given is None or not _same(given, expected):
            raise NotFoundError(_NOT_AWAITED, where=camera_id)
        servers = rtc_servers(self._ice_servers())
        offer = checked_ingest(sdp, keep_candidates=bool(servers))
        if len(self._sessions) >= _MOST:
            raise LiveFullError(_FULL, _END_ONE, where=camera_id)
        session = IngestSession(
            Caller(camera_id),
            self._clock,
            ice_servers=servers,
            connect_seconds=_CONNECT_SECONDS,
            on_end=self._ended,
        )
        self._sessions[session.id] = session
        try:
            answer = await session.answer(offer)
        except BaseException:
            await self.close(session.id)
            raise
        self._lobby.enter(session.caller)
        _log.info("ingest_opened", camera=camera_id, senders=self.senders)
        return session.id, answer

    async def close(self, session_id: str) -> None:
        """End one session; ending it twice does no harm."""
        session = self._sessions.pop(session_id, None)
        if session is None:
            return
        self._lobby.leave(session.caller)
        await session.close()
        _log.info("ingest_closed", camera=session.caller.camera_id, senders=self.senders)

    async def shutdown(self) -> None:
        """End all sessions."""
        await asyncio.gather(*(self.close(session_id) for session_id in tuple(self._sessions)))
        while self._ending:
            await asyncio.wait(self._ending)

    def _ended(self, session_id: str) -> None:
        if session_id in self._sessions:
            self._later(self.close(session_id))

    def _later(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._ending.add(task)
        task.add_done_callback(self._ending.discard)


def _same(given: str, expected: str) -> bool:
    return hmac.compare_digest(given.encode(), expected.encode())
