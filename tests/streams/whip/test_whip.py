"""A phone as a camera, played by aiortc: its pictures arrive encoded, in order, and decode."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable
from itertools import pairwise

import av
import numpy as np
import pytest
from aiortc import (
    RTCConfiguration,
    RTCPeerConnection,
    RTCRtpSender,
    RTCSessionDescription,
    VideoStreamTrack,
)
from av.video.codeccontext import VideoCodecContext

from monitor.domain.errors import InputError, NotFoundError
from monitor.domain.media import Packet
from monitor.domain.places import Camera
from monitor.domain.text import Text
from monitor.streams.catalogue import make_source
from monitor.streams.failures import Reason, StreamError
from monitor.streams.live.session import close_for_good
from monitor.streams.source import SourceRequest, Timeouts
from monitor.streams.url import parse_url
from monitor.streams.whip import IngestServer
from monitor.streams.whip.lobby import Caller, Lobby, Sent
from monitor.streams.whip.server import token_of
from monitor.streams.whip.source import WhipSource

TOKEN = "a-long-random-token"
URL = f"whip://phone?token={TOKEN}"
CAMERA = Camera("hall", "room", Text("厅", "Hall"), URL)


class Square(VideoStreamTrack):
    """A square that moves."""

    def __init__(self) -> None:
        super().__init__()
        self._count = 0

    async def recv(self) -> av.VideoFrame:
        pts, base = await self.next_timestamp()
        image = np.full((180, 320, 3), 40, np.uint8)
        image[60:120, self._count % 260 : self._count % 260 + 60] = (30, 200, 240)
        self._count += 3
        frame = av.VideoFrame.from_ndarray(image, "bgr24")
        frame.pts, frame.time_base = pts, base
        return frame


async def offer_of(connection: RTCPeerConnection, codec: str = "video/h264") -> str:
    transceiver = connection.addTransceiver(Square(), direction="sendonly")
    able = RTCRtpSender.getCapabilities("video")
    assert able is not None
    transceiver.setCodecPreferences(
        [item for item in able.codecs if item.mimeType.lower() == codec]
    )
    await connection.setLocalDescription(await connection.createOffer())
    return str(connection.localDescription.sdp)


def phone() -> RTCPeerConnection:
    return RTCPeerConnection(RTCConfiguration(iceServers=[]))


def request(lobby_wait: float = 8.0) -> SourceRequest:
    return SourceRequest("hall", parse_url(URL), timeouts=Timeouts(lobby_wait, 3.0))


def on_thread(work: Callable[[], None]) -> threading.Thread:
    thread = threading.Thread(target=work)
    thread.start()
    return thread


def test_a_phones_pictures_are_read_without_being_decoded_on_the_way() -> None:
    async def run() -> None:
        lobby = Lobby()
        server = IngestServer([CAMERA], lobby=lobby)
        source = WhipSource(request(), lobby)
        found = []
        ended: list[Reason] = []

        def read() -> None:
            found.append(source.open())
            try:
                packets.extend(source.packets())
            except StreamError as error:
                ended.append(error.reason)
            source.close()

        packets: list[Packet] = []
        reading = on_thread(read)
        connection = phone()
        session, answer = await server.offer("hall", TOKEN, await offer_of(connection))
        await connection.setRemoteDescription(RTCSessionDescription(answer, "answer"))
        for _ in range(200):
            await asyncio.sleep(0.05)
            if len(packets) >= 30:
                break
        assert server.senders == 1
        await server.close(session)
        await asyncio.to_thread(reading.join, 10)
        await server.shutdown()
        await close_for_good(connection)
        assert ended == [Reason.CUT]
        assert (found[0].codec, found[0].width, found[0].height) == ("h264", 320, 180)
        _check(packets)

    asyncio.run(run())


def _check(packets: list[Packet]) -> None:
    assert len(packets) >= 30
    assert packets[0].keyframe
    assert all(after.time > before.time for before, after in pairwise(packets))
    assert packets[-1].wall == pytest.approx(time.time(), abs=15)
    decoder = av.CodecContext.create("h264", "r")
    assert isinstance(decoder, VideoCodecContext)
    frames = [frame for packet in packets for frame in decoder.decode(av.Packet(packet.data))]
    assert len(frames) >= len(packets) - 5
    middle = frames[-1].to_ndarray(format="bgr24")[90]
    assert (middle[:, 2] > 150).sum() == pytest.approx(60, abs=12)  # the square


def test_only_who_brings_the_token_is_let_in() -> None:
    async def run() -> None:
        server = IngestServer([CAMERA], lobby=Lobby())
        connection = phone()
        sdp = await offer_of(connection)
        for camera, token in (("hall", "wrong"), ("hall", ""), ("other", TOKEN), ("other", None)):
            with pytest.raises(NotFoundError):
                await server.offer(camera, token, sdp)
        assert server.senders == 0
        await close_for_good(connection)

    asyncio.run(run())


def test_sound_and_other_codecs_are_refused() -> None:
    async def run() -> None:
        server = IngestServer([CAMERA], lobby=Lobby())
        vp8, sound = phone(), phone()
        sound.addTransceiver("audio", direction="sendonly")
        for sdp in (
            await offer_of(vp8, "video/vp8"),
            await offer_of(sound),
            "v=0\r\n",
            "x" * 99999,
        ):
            with pytest.raises(InputError):
                await server.offer("hall", TOKEN, sdp)
        assert server.senders == 0
        await close_for_good(vp8)
        await close_for_good(sound)

    asyncio.run(run())


def test_a_later_sender_takes_the_place_of_an_earlier() -> None:
    lobby = Lobby()
    first, second = Caller("hall"), Caller("hall")
    lobby.enter(first)
    lobby.enter(second)
    assert first.over
    assert lobby.wait("hall", 0.1, lambda: False) is second
    lobby.leave(first)
    assert lobby.wait("hall", 0.1, lambda: False) is second
    lobby.leave(second)
    assert lobby.wait("hall", 0.0, lambda: False) is None


def test_what_nobody_reads_is_bounded_and_begins_with_a_keyframe_again() -> None:
    caller = Caller("hall")
    for number in range(1020):
        caller.put(Sent(b"x" * 100_000, number / 25, 0.0, keyframe=number % 50 == 0))
    kept: list[Sent] = []
    while (unit := caller.get(0.0)) is not None:
        kept.append(unit)
    assert 0 < len(kept) <= 300
    assert kept[0].keyframe
    assert sum(len(unit.data) for unit in kept) <= 16 << 20


def test_nobody_sends() -> None:
    source = make_source(request(0.1))
    with pytest.raises(StreamError) as caught:
        source.open()
    assert caught.value.reason is Reason.NO_SENDER


@pytest.mark.parametrize("url", ["whip://phone", "whip://phone?token=short"])
def test_a_token_that_could_be_guessed_is_refused(url: str) -> None:
    with pytest.raises(InputError):
        token_of(parse_url(url))


def test_the_token_is_shown_nowhere() -> None:
    assert TOKEN not in str(parse_url(URL))
