"""One sender: a peer connection that receives one video, whose frames are kept encoded."""

from __future__ import annotations

import asyncio
import queue
import secrets
from collections.abc import Callable
from typing import Any, cast

import structlog
from aiortc import (
    RTCBundlePolicy,
    RTCConfiguration,
    RTCIceServer,
    RTCPeerConnection,
    RTCRtpReceiver,
)
from aiortc import RTCSessionDescription as Description

from monitor.domain.clock import Clock
from monitor.domain.errors import InputError
from monitor.streams.annexb import split, unit_type
from monitor.streams.live.offer import NO_ANSWER, SEND_ONE
from monitor.streams.live.session import REFUSALS, close_for_good
from monitor.streams.whip.lobby import Caller, Sent

_log = structlog.get_logger(__name__)

_RTP_CLOCK = 90_000  # ticks a second
_IDR = 5
_LARGEST_UNIT = 4 << 20  # bytes
_KEYFRAME_EVERY = 2.0  # seconds; browsers send one only when asked
_CLOSE_SECONDS = 5.0


class _Tap(queue.Queue[Any]):
    """Stands where aiortc keeps frames for its decoder: frames go on encoded, none is decoded.

    Only the ``None`` that ends the decoder's thread gets through to it.
    """

    def __init__(self, take: Callable[[bytes, int], None]) -> None:
        super().__init__()
        self._take = take

    def put(self, item: Any, block: bool = True, timeout: float | None = None) -> None:
        """Hand on a codec with a frame."""
        if item is None:
            super().put(None, block, timeout)
        else:
            self._take(item[1].data, item[1].timestamp)


class IngestSession:
    """A sender from offer to close; ``on_end`` is told its id when the connection is gone."""

    def __init__(
        self,
        caller: Caller,
        clock: Clock,
        *,
        ice_servers: list[RTCIceServer],
        connect_seconds: float,
        on_end: Callable[[str], None],
    ) -> None:
        self.id = secrets.token_urlsafe(18)
        self.caller = caller
        self._clock = clock
        self._connect_seconds = connect_seconds
        self._on_end = on_end
        self._asking: asyncio.Task[None] | None = None
        configuration = RTCConfiguration(
            iceServers=ice_servers, bundlePolicy=RTCBundlePolicy.MAX_BUNDLE
        )
        self._connection = RTCPeerConnection(configuration)
        self._connection.on("connectionstatechange", self._state_changed)
        transceiver = self._connection.addTransceiver("video", direction="recvonly")
        able = RTCRtpReceiver.getCapabilities("video")
        transceiver.setCodecPreferences(
            [
                codec
                for codec in (able.codecs if able is not None else ())
                if codec.mimeType.lower() in ("video/h264", "video/rtx")
            ]
        )
        self._receiver = cast(Any, transceiver.receiver)
        # There is no public way to frames that are not decoded; a test holds this one.
        self._receiver._RTCRtpReceiver__decoder_queue = _Tap(self._take)

    async def answer(self, offer: Description) -> str:
        """Return the SDP answer, with all candidates in it.

        Raises:
            InputError: the offer cannot be answered.
        """
        try:
            await self._connection.setRemoteDescription(offer)
            await self._connection.setLocalDescription(await self._connection.createAnswer())
        except REFUSALS:
            raise InputError(NO_ANSWER, hint=SEND_ONE) from None
        self._asking = asyncio.create_task(self._ask_for_keyframes())
        return str(self._connection.localDescription.sdp)

    async def close(self) -> None:
        """End the session; harmless if it has ended already."""
        self.caller.close()
        if self._asking is not None:
            self._asking.cancel()
        try:
            async with asyncio.timeout(_CLOSE_SECONDS):
                await close_for_good(self._connection)
        except TimeoutError:
            _log.warning("ingest_close_timed_out", camera=self.caller.camera_id)

    def _take(self, data: bytes, timestamp: int) -> None:
        if not data or len(data) > _LARGEST_UNIT:
            return
        keyframe = any(unit_type("h264", unit) == _IDR for unit in split(data))
        self.caller.put(Sent(data, timestamp / _RTP_CLOCK, self._clock.now(), keyframe))

    async def _ask_for_keyframes(self) -> None:
        await asyncio.sleep(self._connect_seconds)
        if self._connection.connectionState != "connected":
            self._on_end(self.id)
            return
        while True:
            await self._ask()
            await asyncio.sleep(_KEYFRAME_EVERY)

    async def _ask(self) -> None:
        for source in self._receiver.getSynchronizationSources():
            await self._receiver._send_rtcp_pli(source.source)

    def _state_changed(self) -> None:
        if self._connection.connectionState in ("failed", "closed"):
            self._on_end(self.id)
