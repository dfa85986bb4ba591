"""Faults of a picture and of a stream, on drawn rooms and on a photograph, both really encoded."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path

import av
import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from monitor.demo.camera_simulator import CameraSimulator
from monitor.demo.footage.cutouts import cut_out
from monitor.demo.footage.painter import Painter
from monitor.demo.scenes import SCENES
from monitor.domain.clock import ManualClock
from monitor.domain.media import Packet
from monitor.domain.room_state import ViewFault
from monitor.streams.catalogue import make_source
from monitor.streams.decode import Decoder, luma_of
from monitor.streams.health import CameraHealth, HealthSettings, judge_picture
from monitor.streams.source import SourceRequest
from monitor.streams.url import file_url, parse_url

Picture = NDArray[np.uint8]
Change = Callable[[Picture], Picture]
WIDTH, HEIGHT = 320, 180
SOURCES = ("sunshine-toddler", "photograph")
RATE = 5


@cache
def picture(source: str) -> Picture:
    """Return a room as it is drawn, or a photograph of a street with people."""
    if source == "photograph":
        spec = importlib.util.find_spec("ultralytics")
        assert spec is not None
        assert spec.origin is not None
        photo = cv2.imread(str(Path(spec.origin).parent / "assets" / "bus.jpg"))
        assert photo is not None
        crop = photo[200 : 200 + photo.shape[1] * 9 // 16]
        return cv2.resize(crop, (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA).astype(np.uint8)
    scene = SCENES[source]
    painter = Painter(replace(scene, optics=scene.optics.resized(WIDTH, HEIGHT)), cut_out())
    return painter.frame(20.0)


def scaled(image: Picture, gain: float, lift: float = 0.0) -> Picture:
    return np.asarray(np.clip(image.astype(np.float32) * gain + lift, 0, 255), np.uint8)


def defocused(image: Picture) -> Picture:
    return cv2.GaussianBlur(image, (0, 0), 2.8).astype(np.uint8)


def slightly_soft(image: Picture) -> Picture:
    return cv2.GaussianBlur(image, (0, 0), 0.5).astype(np.uint8)


def overexposed(image: Picture) -> Picture:
    return scaled(image, 5, 100)


def bright(image: Picture) -> Picture:
    return scaled(image, 1.15)


def dim(image: Picture) -> Picture:
    return scaled(image, 0.45)


def encode(
    path: Path, changes: Sequence[tuple[Change, int]], image: Picture, crf: int = 23
) -> Path:
    """Encode an image with sensor noise, so many pictures of each change of it."""
    noise = np.random.default_rng(3).normal(0, 2.5, (5, *image.shape))
    options = {"g": str(RATE), "bf": "0", "preset": "ultrafast", "crf": str(crf)}
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=RATE, options=options)
        assert isinstance(stream, av.VideoStream)
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        for change, count in changes:
            shown = [np.clip(change(image) + one, 0, 255).astype(np.uint8) for one in noise]
            for number in range(count):
                container.mux(stream.encode(av.VideoFrame.from_ndarray(shown[number % 5], "bgr24")))
        container.mux(stream.encode())
    return path


@pytest.mark.parametrize("source", SOURCES)
def test_pictures_from_an_encoder_are_judged(source: str, tmp_path: Path) -> None:
    changes = [(change, 2) for change in (slightly_soft, bright, dim, defocused, overexposed)]
    path = encode(tmp_path / "video.mp4", changes, picture(source))
    with av.open(str(path)) as container:
        found = [
            judge_picture(luma_of(f, 160), HealthSettings()) for f in container.decode(video=0)
        ]
    blurred, white = ViewFault.DEFOCUSED, ViewFault.OVEREXPOSED
    assert found == [None] * 6 + [blurred] * 2 + [white] * 2


def watch(
    packets: list[Packet], health: CameraHealth, clock: ManualClock, start: float
) -> list[ViewFault | None]:
    """Show packets to the health as they would come, with a decoded picture a second."""
    decoder = Decoder("camera", "h264")
    faults = []
    judged = -1.0
    for packet in packets:
        clock.set(start + packet.time)
        health.packet(replace(packet, wall=clock.now(), time=clock.now()))
        if decoder.take(packet) and packet.time - judged >= 1:
            judged = packet.time
            luma = decoder.luma()
            assert luma is not None
            health.picture(luma)
        faults.append(health.view().fault)
    return faults


def packets_of(path: Path) -> list[Packet]:
    source = make_source(SourceRequest("camera", file_url(path), realtime=False))
    source.open()
    packets = list(source.packets())
    source.close()
    return packets


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock(1000.0)


@pytest.fixture
def health(clock: ManualClock) -> CameraHealth:
    health = CameraHealth("camera", clock=clock)
    health.online(True)
    return health


@pytest.mark.parametrize("source", ["sunshine-toddler", "photograph"])
@pytest.mark.parametrize(
    ("change", "fault"),
    [(defocused, ViewFault.DEFOCUSED), (overexposed, ViewFault.OVEREXPOSED)],
)
def test_a_bad_picture_lasts_before_it_counts_and_passes(
    source: str,
    change: Change,
    fault: ViewFault,
    tmp_path: Path,
    health: CameraHealth,
    clock: ManualClock,
) -> None:
    def good(image: Picture) -> Picture:
        return image

    changes = [(good, 10 * RATE), (change, 3 * RATE), (good, 5 * RATE)]
    changes += [(change, 10 * RATE), (good, 10 * RATE)]
    path = encode(tmp_path / "video.mp4", changes, picture(source))
    faults = watch(packets_of(path), health, clock, 1000.0)
    assert set(faults[: 18 * RATE]) == {None}, "three seconds are no fault"
    assert faults[27 * RATE] is fault
    assert faults[-1] is None


@pytest.mark.parametrize("source", ["sunshine-toddler", "photograph"])
def test_a_bitrate_that_collapses_is_told_by_keyframes(
    source: str, tmp_path: Path, health: CameraHealth, clock: ManualClock
) -> None:
    same: list[tuple[Change, int]] = [(lambda image: image, 45 * RATE)]
    rich = packets_of(encode(tmp_path / "rich.mp4", same, picture(source), crf=18))
    poor = packets_of(encode(tmp_path / "poor.mp4", same, picture(source), crf=46))
    assert set(watch(rich, health, clock, 1000.0)) == {None}
    faults = watch(poor, health, clock, 1045.0)
    assert faults[-1] is ViewFault.BITRATE
    assert ViewFault.FRAME_RATE not in faults
    assert watch(rich, health, clock, 1090.0)[-1] is None


@pytest.mark.parametrize("source", ["sunshine-toddler", "photograph"])
def test_a_frame_rate_that_collapses_is_told(
    source: str, tmp_path: Path, health: CameraHealth, clock: ManualClock
) -> None:
    same: list[tuple[Change, int]] = [(lambda image: image, 45 * RATE)]
    packets = packets_of(encode(tmp_path / "video.mp4", same, picture(source)))
    assert set(watch(packets, health, clock, 1000.0)) == {None}
    keyframes = [packet for packet in packets if packet.keyframe]
    faults = watch(keyframes, health, clock, 1045.0)
    assert faults[5] is None
    assert faults[-1] is ViewFault.FRAME_RATE
    assert watch(packets, health, clock, 1090.0)[-1] is None


def test_a_camera_that_always_sends_little_is_sound(
    tmp_path: Path, health: CameraHealth, clock: ManualClock
) -> None:
    same: list[tuple[Change, int]] = [(lambda image: image, 60 * RATE)]
    path = encode(tmp_path / "poor.mp4", same, picture("photograph"), crf=40)
    keyframes = [packet for packet in packets_of(path) if packet.keyframe]
    assert set(watch(keyframes, health, clock, 1000.0)) == {None}


def test_another_stream_of_the_same_camera_is_judged_by_itself(
    tmp_path: Path, health: CameraHealth, clock: ManualClock
) -> None:
    same: list[tuple[Change, int]] = [(lambda image: image, 45 * RATE)]
    packets = packets_of(encode(tmp_path / "main.mp4", same, picture("photograph")))
    assert set(watch(packets, health, clock, 1000.0)) == {None}
    small = [replace(p, camera_id="camera (substream)") for p in packets if p.keyframe]
    assert set(watch(small, health, clock, 1045.0)) == {None}


@pytest.mark.parametrize("offset", [15.0, -3600.0])
def test_a_wrong_clock_is_told_and_still_sees(
    offset: float, health: CameraHealth, clock: ManualClock, tmp_path: Path
) -> None:
    same: list[tuple[Change, int]] = [(lambda image: image, 12 * RATE)]
    packets = packets_of(encode(tmp_path / "video.mp4", same, picture("photograph")))

    def told(by: float, start: float) -> ViewFault | None:
        clocks = [start + packet.time + by if packet.keyframe else None for packet in packets]
        shown = [replace(p, camera_clock=c) for p, c in zip(packets, clocks, strict=True)]
        return watch(shown, health, clock, start)[-1]

    assert told(2.0, 1000.0) is None
    assert told(offset, 1012.0) is ViewFault.CLOCK
    assert health.view().sees
    assert told(0.0, 1024.0) is None


def test_sender_reports_tell_the_camera_s_clock(
    wire_video: Path, simulator: CameraSimulator
) -> None:
    simulator.add("clock", wire_video)
    url = parse_url(f"rtsp://127.0.0.1:{simulator.port}/clock")
    source = make_source(SourceRequest("camera", url))
    source.open()
    clocks = []
    for packet in source.packets():
        if packet.keyframe and packet.camera_clock is not None:
            clocks.append(packet.camera_clock - packet.wall)
        else:
            assert packet.keyframe or packet.camera_clock is None
        if len(clocks) == 3:
            break
    source.close()
    assert max(map(abs, clocks)) < 5.0
