"""One watched camera on the event loop: its newest packets and messages to all its viewers.

Life cycle: made for the first viewer, closed with the last one or when the camera goes away.
Everything here happens on the event loop; only the pump lives on a thread.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import structlog

from monitor.domain.clock import Clock
from monitor.domain.media import Packet
from monitor.streams.live.failures import TOO_MANY_ENCODINGS
from monitor.streams.live.feed import PacketFeed
from monitor.streams.live.limits import LiveLimits
from monitor.streams.live.overlay import Overlay, OverlaySource, message_of
from monitor.streams.live.pump import Pump
from monitor.streams.live.rtp_time import LivePacket, RtpTimeline
from monitor.streams.live.session import Session
from monitor.streams.live.track import ForwardTrack
from monitor.streams.live.transcode import EncodingSlots

_log = structlog.get_logger(__name__)

_TELL_SECONDS = 0.1
_REPEAT_TICKS = 5
_END_SECONDS = 3.0


class GroupCache:
    """The current group of pictures, for those who join; empty while it would be too large."""

    def __init__(self, packets: int, size: int) -> None:
        self._limits = (packets, size)
        self._packets: list[LivePacket] = []
        self._size = 0

    def add(self, packet: LivePacket) -> None:
        """Remember ``packet``."""
        if packet.keyframe:
            self._packets, self._size = [], 0
        elif not self._packets:
            return
        self._packets.append(packet)
        self._size += packet.size
        if len(self._packets) > self._limits[0] or self._size > self._limits[1]:
            self._packets, self._size = [], 0

    def packets(self) -> tuple[LivePacket, ...]:
        """Return the group so far; the first packet is its keyframe."""
        return tuple(self._packets)


class Broadcast:
    """Hands one camera's packets and overlay to its sessions.

    ``on_end`` is called with the broadcast when the feed has ended by itself.
    """

    def __init__(
        self,
        camera_id: str,
        feed: PacketFeed,
        overlay: OverlaySource,
        *,
        limits: LiveLimits,
        slots: EncodingSlots,
        clock: Clock,
        on_end: Callable[[Broadcast], None],
    ) -> None:
        self.camera_id = camera_id
        self.feed = feed
        self.sessions: dict[str, Session] = {}
        self._overlay = overlay
        self._clock = clock
        self._on_end = on_end
        self._loop = asyncio.get_running_loop()
        self._timeline = RtpTimeline()
        self._group = GroupCache(limits.cache_packets, limits.cache_bytes)
        self._tracks: set[ForwardTrack] = set()
        self._picture: float | None = None
        self._ended = asyncio.Event()
        self._closing = False
        self._pump = Pump(
            camera_id,
            feed,
            deliver=self._from_pump,
            ended=lambda: self._call(self._pump_ended),
            slots=slots,
            size=limits.queue,
        )
        self._pump.start()
        self._teller = self._loop.create_task(self._tell(), name=f"live-overlay-{camera_id}")

    def join(self, track: ForwardTrack) -> tuple[LivePacket, ...]:
        """Let ``track`` have every packet from now on; return the group it begins with."""
        if self._closing:
            return ()
        self._tracks.add(track)
        return self._group.packets()

    def leave(self, session_id: str) -> Session:
        """Forget a session and its track, and return it."""
        session = self.sessions.pop(session_id)
        self._tracks.discard(session.track)
        return session

    async def close(self) -> None:
        """Stop the pump and the overlay."""
        self._closing = True
        self._tracks.clear()
        self._pump.stop()
        self._teller.cancel()
        await asyncio.gather(self._teller, return_exceptions=True)
        try:
            async with asyncio.timeout(_END_SECONDS):
                await self._ended.wait()
        except TimeoutError:
            _log.warning("live_pump_hangs", camera=self.camera_id)

    def _from_pump(self, packet: Packet) -> None:
        self._call(lambda: self._deliver(packet))

    def _call(self, function: Callable[[], None]) -> None:
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(function)

    def _deliver(self, packet: Packet) -> None:
        self._pump.done()
        live = self._timeline.place(packet)
        self._picture = live.wall
        self._group.add(live)
        for track in self._tracks:
            track.offer(live)

    def _pump_ended(self) -> None:
        self._ended.set()
        if not self._closing:
            self._on_end(self)

    async def _tell(self) -> None:
        told: tuple[object, ...] | None = None
        silent = 0
        while True:
            overlay = self._look()
            seen = self._picture is not None  # a browser waits for this to call its picture live
            viewers = len(self._tracks)
            key = (overlay.wall, overlay.state, overlay.fault, overlay.reason, viewers, seen)
            silent += 1
            if key != told or silent >= _REPEAT_TICKS:
                told, silent = key, 0
                message = message_of(overlay, now=self._clock.now(), picture=self._picture)
                for session in tuple(self.sessions.values()):
                    session.tell(message)
            await asyncio.sleep(_TELL_SECONDS)

    def _look(self) -> Overlay:
        try:
            overlay = self._overlay(self.camera_id)
        except Exception:
            # What the detectors run into must not take the picture away.
            _log.exception("live_overlay_failed", camera=self.camera_id)
            overlay = None
        if overlay is None:
            state = "connecting" if self._picture is None else "online"
            overlay = Overlay(state=state)
        if self._pump.refused and overlay.reason is None:
            overlay = Overlay(state=overlay.state, room=overlay.room, reason=TOO_MANY_ENCODINGS)
        return overlay
