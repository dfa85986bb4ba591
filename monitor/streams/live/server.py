"""Answers browsers that want to watch a camera, and keeps their sessions until they end."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine

import structlog
from aiortc import RTCIceServer

from monitor.domain.clock import Clock, SystemClock
from monitor.domain.errors import NotFoundError
from monitor.domain.text import Text
from monitor.streams.live.bitstream import plays_in_browsers
from monitor.streams.live.broadcast import Broadcast
from monitor.streams.live.failures import (
    CLOSE_SOME,
    TOO_MANY_ENCODINGS,
    TOO_MANY_VIEWERS,
    USE_H264,
    LiveFullError,
)
from monitor.streams.live.feed import Feeds, PacketFeed
from monitor.streams.live.ice import IceServers, no_servers, rtc_servers
from monitor.streams.live.limits import LiveLimits
from monitor.streams.live.metrics import OPENED, REFUSED, VIEWERS
from monitor.streams.live.offer import checked_offer
from monitor.streams.live.overlay import OverlaySource
from monitor.streams.live.session import Session
from monitor.streams.live.track import ForwardTrack
from monitor.streams.live.transcode import EncodingSlots

_log = structlog.get_logger(__name__)


class LiveServer:
    """Live view of one worker. Every method is called on one and the same event loop.

    ``feeds`` finds a camera's packets, ``small_feeds`` those of its smaller stream while it has
    one, ``overlay`` tells what is seen on it. ``ice_servers`` are needed only where browsers cannot
    reach the worker directly.
    """

    def __init__(
        self,
        feeds: Feeds,
        overlay: OverlaySource,
        *,
        limits: LiveLimits | None = None,
        ice_servers: IceServers = no_servers,
        clock: Clock | None = None,
        small_feeds: Feeds = lambda _camera_id: None,
    ) -> None:
        self._feeds = feeds
        self._small_feeds = small_feeds
        self._overlay = overlay
        self._limits = limits or LiveLimits()
        self._ice_servers = ice_servers
        self._clock = clock or SystemClock()
        self._slots = EncodingSlots(self._limits.encodings)
        self._homes: dict[str, Broadcast] = {}
        self._broadcasts: dict[tuple[str, bool], Broadcast] = {}
        self._ending: set[asyncio.Task[None]] = set()

    @property
    def viewers(self) -> int:
        """How many sessions there are."""
        return len(self._homes)

    @property
    def watched(self) -> tuple[str, ...]:
        """Cameras that somebody watches."""
        return tuple(dict.fromkeys(camera_id for camera_id, _ in self._broadcasts))

    async def offer(self, camera_id: str, sdp: str, *, small: bool = False) -> tuple[str, str]:
        """Answer a viewer's offer; return the session's id and the SDP answer.

        A ``small`` picture is the camera's smaller stream, or the main one while there is none.

        Raises:
            NotFoundError: no such camera here.
            InputError: the offer cannot be answered.
            LiveFullError: a limit is reached.
        """
        feed = self._feeds(camera_id)
        if feed is None:
            raise NotFoundError(
                Text(f"这里没有读取摄像机“{camera_id}”", f"camera '{camera_id}' is not read here"),
                hint=Text(
                    "请刷新页面：摄像机可能已被移除或移走",
                    "reload the page: the camera may have been removed or moved",
                ),
            )
        smaller = self._small_feeds(camera_id) if small else None
        feed, key = smaller or feed, (camera_id, smaller is not None)
        servers = rtc_servers(self._ice_servers())
        offer = checked_offer(sdp, keep_candidates=bool(servers))
        self._admit(key, feed)
        session = self._open(self._broadcast_of(key, feed), servers)
        try:
            answer = await session.answer(offer)
        except BaseException:
            await self.close(session.id)
            raise
        OPENED.inc()
        _log.info("live_opened", camera=camera_id, viewers=self.viewers)
        return session.id, answer

    async def close(self, session_id: str) -> None:
        """End one session; ending it twice does no harm."""
        broadcast = self._homes.pop(session_id, None)
        if broadcast is None:
            return
        VIEWERS.dec()
        session = broadcast.leave(session_id)
        if not broadcast.sessions:
            self._drop(broadcast)
            await broadcast.close()
        await session.close()
        _log.info("live_closed", camera=broadcast.camera_id, viewers=self.viewers)

    async def forget(self, camera_id: str) -> None:
        """End every session of a camera that is no longer read."""
        for small in (False, True):
            broadcast = self._broadcasts.get((camera_id, small))
            if broadcast is not None:
                await self._end(broadcast)

    async def shutdown(self) -> None:
        """End all sessions."""
        await asyncio.gather(*(self.close(session_id) for session_id in tuple(self._homes)))
        while self._ending:
            await asyncio.wait(self._ending)

    def _open(self, broadcast: Broadcast, servers: list[RTCIceServer]) -> Session:
        session = Session(
            broadcast.camera_id,
            ForwardTrack(broadcast.join, self._limits.queue),
            ice_servers=servers,
            connect_seconds=self._limits.connect_seconds,
            on_end=self._session_ended,
        )
        broadcast.sessions[session.id] = session
        self._homes[session.id] = broadcast
        VIEWERS.inc()
        return session

    def _admit(self, key: tuple[str, bool], feed: PacketFeed) -> None:
        if len(self._homes) >= self._limits.viewers:
            REFUSED.inc()
            raise LiveFullError(TOO_MANY_VIEWERS, CLOSE_SOME, where=key[0])
        info = feed.info
        needs_encoding = info is not None and not plays_in_browsers(info)
        if needs_encoding and key not in self._broadcasts and not self._slots.free:
            REFUSED.inc()
            raise LiveFullError(TOO_MANY_ENCODINGS, USE_H264, where=key[0])

    def _broadcast_of(self, key: tuple[str, bool], feed: PacketFeed) -> Broadcast:
        present = self._broadcasts.get(key)
        if present is not None and present.feed is feed:
            return present
        if present is not None:
            self._later(self._end(present))
        broadcast = Broadcast(
            key[0],
            feed,
            self._overlay,
            limits=self._limits,
            slots=self._slots,
            clock=self._clock,
            on_end=lambda ended: self._later(self._end(ended)),
        )
        self._broadcasts[key] = broadcast
        return broadcast

    async def _end(self, broadcast: Broadcast) -> None:
        self._drop(broadcast)
        await asyncio.gather(*(self.close(session_id) for session_id in tuple(broadcast.sessions)))

    def _drop(self, broadcast: Broadcast) -> None:
        for key, present in tuple(self._broadcasts.items()):
            if present is broadcast:
                del self._broadcasts[key]

    def _session_ended(self, session_id: str, reason: str) -> None:
        broadcast = self._homes.get(session_id)
        if broadcast is not None:
            _log.info("live_lost", camera=broadcast.camera_id, reason=reason)
            self._later(self.close(session_id))

    def _later(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._ending.add(task)
        task.add_done_callback(self._ending.discard)
