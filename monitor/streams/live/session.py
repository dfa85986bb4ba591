"""One viewer: a peer connection that sends one camera's packets and overlay messages."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable

import structlog
from aiortc import (
    RTCBundlePolicy,
    RTCConfiguration,
    RTCDataChannel,
    RTCIceServer,
    RTCPeerConnection,
    RTCRtpSender,
    RTCSessionDescription,
)
from aiortc.exceptions import InvalidStateError, OperationError

from monitor.domain.errors import InputError
from monitor.streams.live.metrics import OVERLAYS_DROPPED
from monitor.streams.live.offer import CURRENT_BROWSER, NO_ANSWER
from monitor.streams.live.sender import ForwardSender
from monitor.streams.live.track import ForwardTrack

_log = structlog.get_logger(__name__)

_CHANNEL = "overlay"
_LARGEST_BACKLOG = 32 << 10
_CLOSE_SECONDS = 5.0
_ICE_ROUND_SECONDS = 0.05
# What aiortc answers with to descriptions that contradict themselves.
REFUSALS = (
    ValueError,
    TypeError,
    LookupError,
    AttributeError,
    AssertionError,
    InvalidStateError,
    OperationError,
)


async def close_for_good(connection: RTCPeerConnection) -> None:
    """Close ``connection`` so that no task of it remains.

    ICE that succeeds in the very moment in which it is stopped would go on checking for ever.
    """
    checking = [
        ice
        for sender in connection.getSenders()
        if (ice := sender.transport.transport).state == "checking"
    ]
    await connection.close()
    if checking:
        await asyncio.sleep(_ICE_ROUND_SECONDS)
    for ice in checking:
        await ice.stop()


class Session:
    """A viewer from offer to close.

    ``on_end`` is called when the connection failed, was closed by the browser or did not come
    about within ``connect_seconds``; whoever made the session then calls :meth:`close`.
    """

    def __init__(
        self,
        camera_id: str,
        track: ForwardTrack,
        *,
        ice_servers: list[RTCIceServer],
        connect_seconds: float,
        on_end: Callable[[str, str], None],
    ) -> None:
        self.id = secrets.token_urlsafe(18)
        self.camera_id = camera_id
        self.track = track
        self._on_end = on_end
        self._connect_seconds = connect_seconds
        self._channel: RTCDataChannel | None = None
        self._timer: asyncio.TimerHandle | None = None
        # Not None: aiortc would then ask a public STUN server about us.
        configuration = RTCConfiguration(
            iceServers=ice_servers, bundlePolicy=RTCBundlePolicy.MAX_BUNDLE
        )
        self._connection = RTCPeerConnection(configuration)
        self._connection.on("connectionstatechange", self._state_changed)
        self._connection.on("datachannel", self._channel_opened)

    @property
    def connected(self) -> bool:
        """Whether media can flow."""
        return bool(self._connection.connectionState == "connected")

    async def answer(self, offer: RTCSessionDescription) -> str:
        """Return the SDP answer, with all candidates in it.

        Raises:
            InputError: the offer cannot be answered.
        """
        transceiver = self._connection.addTransceiver(self.track, direction="sendonly")
        ForwardSender(transceiver.sender, self.track)
        # Before the offer is applied, else VP8 is agreed and H.264 is sent under its name.
        transceiver.setCodecPreferences(
            [
                codec
                for codec in RTCRtpSender.getCapabilities("video").codecs
                if codec.mimeType.lower() in ("video/h264", "video/rtx")
            ]
        )
        try:
            await self._connection.setRemoteDescription(offer)
            await self._connection.setLocalDescription(await self._connection.createAnswer())
        except REFUSALS:
            raise InputError(NO_ANSWER, hint=CURRENT_BROWSER) from None
        loop = asyncio.get_running_loop()
        self._timer = loop.call_later(self._connect_seconds, self._check_connected)
        return str(self._connection.localDescription.sdp)

    def tell(self, message: str) -> bool:
        """Send an overlay message, or drop it if earlier ones have not left yet."""
        channel = self._channel
        if channel is None or channel.readyState != "open":
            return False
        if channel.bufferedAmount > _LARGEST_BACKLOG:
            OVERLAYS_DROPPED.inc()
            return False
        channel.send(message)
        return True

    async def close(self) -> None:
        """End the session; harmless if it has ended already."""
        if self._timer is not None:
            self._timer.cancel()
        self.track.stop()
        try:
            async with asyncio.timeout(_CLOSE_SECONDS):
                await close_for_good(self._connection)
        except TimeoutError:
            _log.warning("live_close_timed_out", camera=self.camera_id)

    def _check_connected(self) -> None:
        if not self.connected:
            self._on_end(self.id, "not_connected")

    def _state_changed(self) -> None:
        state = self._connection.connectionState
        if state in ("failed", "closed"):
            self._on_end(self.id, state)

    def _channel_opened(self, channel: RTCDataChannel) -> None:
        if channel.label == _CHANNEL and self._channel is None:
            self._channel = channel
        else:
            channel.close()
