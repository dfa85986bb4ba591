"""Small real videos, real simulated cameras, and packets made by hand."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Protocol

import av
import numpy as np
import pytest

from monitor.demo.camera_simulator import CameraSimulator
from monitor.domain.media import Packet
from monitor.domain.places import Camera
from monitor.domain.text import Text
from monitor.streams.source import SourceRequest, Timeouts
from monitor.streams.url import file_url


class MakeVideo(Protocol):
    def __call__(
        self,
        name: str,
        *,
        seconds: float = 2.0,
        fps: int = 25,
        size: tuple[int, int] = (192, 108),
        gop: int = 10,
        b_frames: int = 0,
        codec: str = "libx264",
        moving: bool = True,
    ) -> Path: ...


class MakePacket(Protocol):
    def __call__(
        self,
        time: float,
        *,
        keyframe: bool = False,
        epoch: int = 0,
        size: int = 100,
        wall: float | None = None,
        data: bytes | None = None,
    ) -> Packet: ...


@pytest.fixture(scope="session")
def make_video(tmp_path_factory: pytest.TempPathFactory) -> MakeVideo:
    folder = tmp_path_factory.mktemp("videos")

    def make(
        name: str,
        *,
        seconds: float = 2.0,
        fps: int = 25,
        size: tuple[int, int] = (192, 108),
        gop: int = 10,
        b_frames: int = 0,
        codec: str = "libx264",
        moving: bool = True,
    ) -> Path:
        path = folder / name
        width, height = size
        blocks = np.random.default_rng(1).integers(40, 200, (height // 6, width // 6, 3), np.uint8)
        room = blocks.repeat(6, 0).repeat(6, 1)
        width, height = room.shape[1], room.shape[0]
        options = {"g": str(gop), "bf": str(b_frames), "preset": "ultrafast"}
        if codec == "libx265":
            options["x265-params"] = f"log-level=none:keyint={gop}:bframes={b_frames}"
        with av.open(str(path), "w") as container:
            stream = container.add_stream(codec, rate=fps, options=options)
            assert isinstance(stream, av.VideoStream)
            stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
            for number in range(round(seconds * fps)):
                picture = room.copy()
                if moving:
                    left = (number * 4) % (width - 24)
                    picture[30:70, left : left + 24] = (0, 0, 255)
                container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, "bgr24")))
            container.mux(stream.encode())
        return path

    return make


@pytest.fixture(scope="session")
def room_video(make_video: MakeVideo) -> Path:
    """Two seconds, 25 fps, a keyframe every 0.4 s, no B-frames."""
    return make_video("room.mp4")


@pytest.fixture(scope="session")
def wire_video(make_video: MakeVideo) -> Path:
    """One second, 50 fps, a keyframe every 0.2 s: quick to join over the wire."""
    return make_video("wire.mp4", seconds=1, fps=50)


@pytest.fixture(scope="session")
def b_frame_video(make_video: MakeVideo) -> Path:
    return make_video("b-frames.mp4", b_frames=2)


@pytest.fixture
def make_packet() -> MakePacket:
    def make(
        time: float,
        *,
        keyframe: bool = False,
        epoch: int = 0,
        size: int = 100,
        wall: float | None = None,
        data: bytes | None = None,
    ) -> Packet:
        return Packet(
            camera_id="camera",
            epoch=epoch,
            time=time,
            duration=0.04,
            wall=1000.0 + time if wall is None else wall,
            keyframe=keyframe,
            data=bytes(size) if data is None else data,
        )

    return make


@pytest.fixture
def simulator() -> Iterator[CameraSimulator]:
    with CameraSimulator() as running:
        yield running


@pytest.fixture
def camera() -> Callable[..., Camera]:
    def make(url: str, camera_id: str = "camera") -> Camera:
        return Camera(camera_id, "room", Text("东角", "East corner"), url)

    return make


@pytest.fixture
def recorded() -> Callable[[Path], SourceRequest]:
    """A request to read a recording as fast as possible."""

    def request(path: Path) -> SourceRequest:
        return SourceRequest("camera", file_url(path), realtime=False)

    return request


@pytest.fixture
def impatient() -> Timeouts:
    return Timeouts(open=3.0, read=1.0)


@pytest.fixture
def eventually() -> Callable[[Callable[[], bool]], None]:
    """Wait for a condition, up to a deadline."""

    def wait(condition: Callable[[], bool], seconds: float = 10.0) -> None:
        deadline = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < deadline, "it did not happen in time"
            time.sleep(0.01)

    return wait
