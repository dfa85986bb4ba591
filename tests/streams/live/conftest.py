"""A camera in memory that shows what a test tells it to, and a viewer made of aiortc itself."""

from __future__ import annotations

import asyncio
import itertools
import json
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any

import av
import numpy as np
import pytest
from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from aiortc.mediastreams import MediaStreamError
from av.codec import CodecContext
from av.video.codeccontext import VideoCodecContext

from monitor.domain.media import Packet, StreamInfo
from monitor.streams.fanout import DEFAULT_SIZE, Fanout, Subscription
from monitor.streams.live import LiveServer
from monitor.streams.live.session import close_for_good
from monitor.streams.ring import PacketRing

FPS = 25
WIDTH, HEIGHT = 320, 240
BASELINE = {"profile": "baseline", "preset": "ultrafast", "tune": "zerolatency"}
B_FRAMES = {"preset": "ultrafast", "x264-params": "bframes=2:b-adapt=0"}
HEVC = {"preset": "ultrafast", "x265-params": "log-level=none:bframes=0:pools=1"}


def _pictures(count: int) -> Iterator[av.VideoFrame]:
    for number in range(count):
        image = np.full((HEIGHT, WIDTH, 3), 40, np.uint8)
        left = number * 6 % (WIDTH - 60)
        image[80:160, left : left + 60] = (30, 200, 240)
        yield av.VideoFrame.from_ndarray(image, "bgr24")


@dataclass(frozen=True)
class Clip:
    """Encoded pictures of a moving square, keyframe every second, to be shown again and again."""

    info: StreamInfo
    packets: list[Packet]

    def endless(self, *, epoch: int = 0, wall: float = 0.0) -> Iterator[Packet]:
        """Yield the packets for ever, times and wall times rising."""
        length = len(self.packets) / FPS
        for lap in itertools.count():
            for packet in self.packets:
                at = packet.time + lap * length
                yield replace(packet, epoch=epoch, time=at, wall=wall + at)


def encode_clip(encoder: str, options: dict[str, str], count: int = 2 * FPS) -> Clip:
    context: VideoCodecContext = CodecContext.create(encoder, "w")  # type: ignore[assignment]
    context.width, context.height, context.pix_fmt = WIDTH, HEIGHT, "yuv420p"
    context.time_base, context.framerate = Fraction(1, FPS), Fraction(FPS)
    context.gop_size, context.thread_count = FPS, 1
    context.options = options
    encoded: list[av.Packet[Any]] = []
    for number, frame in enumerate(_pictures(count)):
        frame.pts = number
        encoded += context.encode(frame)
    encoded += context.encode(None)
    first = encoded[0].dts or 0
    packets = []
    for packet in encoded:
        assert packet.dts is not None
        assert packet.pts is not None
        packets.append(
            Packet(
                camera_id="c1",
                epoch=0,
                time=(packet.dts - first) / FPS,
                duration=1 / FPS,
                wall=0.0,
                keyframe=packet.is_keyframe,
                data=bytes(packet),
                shift=(packet.pts - packet.dts) / FPS,
            )
        )
    codec = "h264" if encoder == "libx264" else "hevc"
    return Clip(StreamInfo(codec, WIDTH, HEIGHT, FPS, has_b_frames=options is B_FRAMES), packets)


class MemoryCamera:
    """A camera's ring and fan-out without a camera: packets come from :meth:`publish`."""

    def __init__(self, info: StreamInfo | None) -> None:
        self.info = info
        self.ring = PacketRing()
        self.fanout = Fanout()
        self._playing: threading.Thread | None = None
        self._stop = threading.Event()

    def subscribe(self, name: str, maxsize: int = DEFAULT_SIZE) -> Subscription:
        return self.fanout.subscribe(name, maxsize)

    def publish(self, packet: Packet) -> None:
        self.ring.add(packet)
        self.fanout.publish(packet)

    def play(self, clip: Clip, *, epoch: int = 0, speed: float = 1.0) -> None:
        """Show ``clip`` at its own pace on a thread until :meth:`stall`."""
        self._stop.clear()
        self._playing = threading.Thread(target=self._play, args=(clip, epoch, speed), daemon=True)
        self._playing.start()

    def stall(self) -> None:
        """Show nothing more; the last pictures stay in the ring."""
        self._stop.set()
        if self._playing is not None:
            self._playing.join()

    def close(self) -> None:
        self.stall()
        self.fanout.close()

    def _play(self, clip: Clip, epoch: int, speed: float) -> None:
        start, began = time.time(), time.monotonic()
        for packet in clip.endless(epoch=epoch, wall=start):
            if self._stop.wait(max(0.0, packet.time / speed - (time.monotonic() - began))):
                return
            self.publish(packet)


@dataclass
class Viewer:
    """A browser's part, played by aiortc: receives, decodes and counts."""

    server: LiveServer
    camera_id: str = "c1"
    frames: int = 0
    first_frame: float | None = None
    sizes: set[tuple[int, int]] = field(default_factory=set)
    times: list[float] = field(default_factory=list)
    messages: list[dict[str, Any]] = field(default_factory=list)
    session: str = ""
    answer: str = ""
    _receiving: asyncio.Task[None] | None = None

    async def watch(self, *, small: bool = False) -> None:
        """Offer, be answered, and receive from now on."""
        self.connection = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        self.connection.addTransceiver("video", direction="recvonly")
        self.connection.on("track", self._on_track)
        self.channel = self.connection.createDataChannel("overlay")
        self.channel.on("message", lambda text: self.messages.append(json.loads(text)))
        await self.connection.setLocalDescription(await self.connection.createOffer())
        self._began = time.monotonic()
        self.session, self.answer = await self.server.offer(
            self.camera_id, self.connection.localDescription.sdp, small=small
        )
        await self.connection.setRemoteDescription(RTCSessionDescription(self.answer, "answer"))

    def _on_track(self, track: Any) -> None:
        self._receiving = asyncio.create_task(self._receive(track))

    async def _receive(self, track: Any) -> None:
        try:
            while True:
                frame = await track.recv()
                if self.first_frame is None:
                    self.first_frame = time.monotonic() - self._began
                self.frames += 1
                self.sizes.add((frame.width, frame.height))
                self.times.append(frame.time)
        except MediaStreamError:
            return

    async def until(self, condition: Callable[[], bool], seconds: float = 8.0) -> None:
        """Wait until ``condition`` holds, at most ``seconds``."""
        deadline = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < deadline, f"{self.frames} frames, {self.messages[-1:]}"
            await asyncio.sleep(0.02)

    async def leave(self) -> None:
        """Close the connection as a browser does, without a word to the server."""
        await close_for_good(self.connection)
        if self._receiving is not None:
            self._receiving.cancel()
            await asyncio.gather(self._receiving, return_exceptions=True)


@pytest.fixture(scope="session")
def clip() -> Clip:
    """Two seconds that any browser plays."""
    return encode_clip("libx264", BASELINE)


@pytest.fixture(scope="session")
def b_clip() -> Clip:
    return encode_clip("libx264", B_FRAMES)


@pytest.fixture(scope="session")
def hevc_clip() -> Clip:
    return encode_clip("libx265", HEVC)


@pytest.fixture
def make_feed() -> Iterator[Callable[[StreamInfo | None], MemoryCamera]]:
    """Make cameras that show nothing yet; they stop with the test."""
    made: list[MemoryCamera] = []

    def make(info: StreamInfo | None) -> MemoryCamera:
        made.append(MemoryCamera(info))
        return made[-1]

    yield make
    for camera in made:
        camera.close()


@pytest.fixture
def feed(make_feed: Callable[[StreamInfo | None], MemoryCamera], clip: Clip) -> MemoryCamera:
    return make_feed(clip.info)


@pytest.fixture
def make_viewer() -> type[Viewer]:
    return Viewer
