"""Live view and phones over a TURN server alone, as between two networks."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import av
import pytest
from aiortc import (
    MediaStreamTrack,
    RTCBundlePolicy,
    RTCConfiguration,
    RTCPeerConnection,
    RTCSessionDescription,
    VideoStreamTrack,
)

from monitor.domain.places import Camera
from monitor.domain.text import Text
from monitor.streams.live import IceServer, LiveServer, Overlay
from monitor.streams.live.ice import rtc_servers, signed_server
from monitor.streams.live.session import close_for_good
from monitor.streams.whip import IngestServer
from monitor.streams.whip.lobby import Lobby
from tests.streams.live.turn import TurnServer

if TYPE_CHECKING:
    from tests.streams.live.conftest import Clip, MemoryCamera

TOKEN = "a-long-random-token"


def relayed_only(sdp: str) -> str:
    """Return a description whose other addresses cannot be reached."""
    lines = sdp.split("\r\n")
    kept = [line for line in lines if "a=candidate" not in line or "typ relay" in line]
    assert len(kept) < len(lines)
    return "\r\n".join(kept)


async def until(condition: Callable[[], bool], seconds: float = 10.0) -> None:
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.02)


def test_pictures_come_by_the_relay(feed: MemoryCamera, clip: Clip) -> None:
    async def scenario() -> None:
        feed.play(clip)
        now = 1_800_000_000.0
        signed = signed_server("turn:x", "secret", now)
        turn = TurnServer(str(signed.username), str(signed.credential))
        url = await turn.open()

        def servers() -> Sequence[IceServer]:
            return (signed_server(url, "secret", now),)

        server = LiveServer(
            lambda _id: feed, lambda _id: Overlay(state="online"), ice_servers=servers
        )
        viewer = RTCPeerConnection(
            RTCConfiguration(rtc_servers(servers()), bundlePolicy=RTCBundlePolicy.MAX_BUNDLE)
        )
        tracks: list[MediaStreamTrack] = []
        viewer.on("track", tracks.append)
        viewer.addTransceiver("video", direction="recvonly")
        viewer.createDataChannel("overlay")
        await viewer.setLocalDescription(await viewer.createOffer())
        offer = relayed_only(viewer.localDescription.sdp)
        _, answer = await server.offer("c1", offer)
        await viewer.setRemoteDescription(RTCSessionDescription(relayed_only(answer), "answer"))
        for _ in range(30):
            picture = await asyncio.wait_for(tracks[0].recv(), 10)
            assert isinstance(picture, av.VideoFrame)
        assert turn.count > 40
        assert turn.clients == 2
        await close_for_good(viewer)
        await server.shutdown()
        await until(lambda: turn.clients == 0)
        assert turn.refused == 0
        turn.close()

    asyncio.run(scenario())


def test_a_phone_sends_by_the_relay() -> None:
    async def scenario() -> None:
        turn = TurnServer("kanhu", "pw")
        server = IceServer(await turn.open(), "kanhu", "pw")
        camera = Camera("hall", "r", Text("", ""), f"whip://hall?token={TOKEN}")
        lobby = Lobby()
        ingest = IngestServer([camera], lobby=lobby, ice_servers=lambda: [server])
        phone = RTCPeerConnection(RTCConfiguration(iceServers=rtc_servers([server])))
        phone.addTransceiver(VideoStreamTrack(), direction="sendonly")
        await phone.setLocalDescription(await phone.createOffer())
        offer = relayed_only(phone.localDescription.sdp)
        _, answer = await ingest.offer("hall", TOKEN, offer)
        await phone.setRemoteDescription(RTCSessionDescription(relayed_only(answer), "answer"))
        caller = await asyncio.to_thread(lobby.wait, "hall", 5.0, lambda: False)
        assert caller is not None
        unit = await asyncio.to_thread(caller.get, 10.0)
        assert unit is not None
        assert turn.count > 5
        await close_for_good(phone)
        await ingest.shutdown()
        turn.close()

    asyncio.run(scenario())


def test_without_servers_nobody_can_make_a_worker_knock_elsewhere(
    feed: MemoryCamera, clip: Clip
) -> None:
    async def scenario() -> str:
        feed.play(clip)
        server = LiveServer(lambda _id: feed, lambda _id: Overlay(state="online"))
        viewer = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        viewer.addTransceiver("video", direction="recvonly")
        await viewer.setLocalDescription(await viewer.createOffer())
        _, answer = await server.offer("c1", viewer.localDescription.sdp)
        await viewer.close()
        await server.shutdown()
        return answer

    assert set(re.findall(r"typ (\w+)", asyncio.run(scenario()))) == {"host"}


@pytest.mark.parametrize("secret", ["secret", "密"])
def test_signed_passwords_hold_for_a_day(secret: str) -> None:
    server = signed_server("turn:x", secret, 1000.7)
    assert server.username == str(1000 + 86400)
    assert server.credential != signed_server("turn:x", secret, 1002.0).credential
    assert secret not in repr(server)
    assert str(server.credential) not in repr(server)
