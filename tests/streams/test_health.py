from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from monitor.domain.clock import ManualClock
from monitor.domain.media import Packet
from monitor.domain.room_state import ViewFault
from monitor.streams.catalogue import make_source
from monitor.streams.decode import Decoder
from monitor.streams.health import CameraHealth, HealthSettings, judge_picture
from monitor.streams.source import SourceRequest

Luma = NDArray[np.uint8]
SETTINGS = HealthSettings()


def room(seed: int = 0) -> Luma:
    """A picture with furniture: rectangles of different brightness, and sensor noise."""
    chance = np.random.default_rng(seed)
    picture: NDArray[np.float64] = np.full((90, 160), 120.0)
    for _ in range(30):
        top, left = chance.integers(0, 80), chance.integers(0, 140)
        picture[top : top + 12, left : left + 18] = chance.integers(40, 220)
    picture += chance.normal(0, 2, picture.shape)
    return np.clip(picture, 0, 255).astype(np.uint8)


def black() -> Luma:
    noise = np.random.default_rng(1).normal(0, 3, (90, 160))
    return np.clip(18 + noise, 0, 255).astype(np.uint8)


def covered() -> Luma:
    """A hand over the lens: light and shade, but not one edge."""
    y, x = np.mgrid[0:90, 0:160]
    noise = np.random.default_rng(1).normal(0, 2, (90, 160))
    return np.asarray(np.clip(90 + 40 * np.sin(x / 60) + y / 3 + noise, 0, 255), np.uint8)


class Scene:
    """A camera whose packets and pictures come as told, second after second."""

    def __init__(self) -> None:
        self.clock = ManualClock(1000.0)
        self.health = CameraHealth("camera", clock=self.clock)
        self.time = 0.0
        self.number = 0

    def play(
        self,
        seconds: float,
        luma: Luma | None = None,
        pace: float = 1.0,
        data: Callable[[int], bytes] = lambda n: n.to_bytes(4, "big") * 100,
    ) -> ViewFault | None:
        for step in range(round(seconds * 5)):
            self.clock.advance(0.2)
            self.time += 0.2 * pace
            self.number += 1
            self.health.packet(Packet("camera", 0, self.time, 0.2, 0.0, False, data(self.number)))
            if luma is not None and step % 5 == 0:
                self.health.picture(luma)
            self.health.view()
        return self.health.view().fault

    def wait(self, seconds: float) -> ViewFault | None:
        for _ in range(round(seconds * 5)):
            self.clock.advance(0.2)
            self.health.view()
        return self.health.view().fault


@pytest.fixture
def scene() -> Scene:
    scene = Scene()
    scene.health.online(True)
    assert scene.play(10, room()) is None
    return scene


@pytest.mark.parametrize(
    ("luma", "fault"),
    [
        (room(), None),
        (room() // 3 + 20, None),
        (black(), ViewFault.DARK),
        (covered(), ViewFault.COVERED),
        (np.full((90, 160), 128, np.uint8), ViewFault.COVERED),
    ],
)
def test_pictures_are_judged(luma: Luma, fault: ViewFault | None) -> None:
    assert judge_picture(luma.astype(np.uint8), SETTINGS) is fault


@pytest.mark.parametrize(
    ("luma", "fault"), [(black(), ViewFault.DARK), (covered(), ViewFault.COVERED)]
)
def test_a_bad_picture_must_last_and_so_must_a_good_one(
    scene: Scene, luma: Luma, fault: ViewFault
) -> None:
    assert scene.play(4, luma) is None
    assert scene.play(3, luma) is fault
    assert scene.health.view().since == pytest.approx(1010.2, abs=0.3)
    assert scene.play(4, room()) is fault
    assert scene.play(3, room()) is None


def test_a_passing_shadow_is_no_fault(scene: Scene) -> None:
    for _ in range(5):
        assert scene.play(4, covered()) is None
        assert scene.play(1, room()) is None


def test_from_covered_to_dark_the_view_stays_lost(scene: Scene) -> None:
    scene.play(8, covered())
    faults = {scene.play(1, black()) for _ in range(8)}
    assert None not in faults
    assert scene.health.view().fault is ViewFault.DARK


def test_silence_is_stalled(scene: Scene) -> None:
    assert scene.wait(4) is None
    assert scene.wait(2) is ViewFault.STALLED
    assert scene.health.view().since == pytest.approx(1010, abs=0.1)
    assert scene.play(6, room()) is None


def test_offline_and_back(scene: Scene) -> None:
    scene.health.online(False)
    assert scene.wait(4.5) is None
    assert scene.wait(1) is ViewFault.OFFLINE
    scene.health.online(True)
    assert scene.play(4, room()) is ViewFault.OFFLINE
    assert scene.play(2, room()) is None


def test_a_camera_that_never_comes_is_offline() -> None:
    assert Scene().wait(6) is ViewFault.OFFLINE


def test_time_stamps_that_stand_still_are_frozen(scene: Scene) -> None:
    assert scene.play(12, room(), pace=0.01) is ViewFault.FROZEN
    assert scene.play(16, room()) is None


def test_the_same_coded_picture_again_and_again_is_frozen(scene: Scene) -> None:
    assert scene.play(8, room(), data=lambda _: b"same" * 200) is ViewFault.FROZEN
    assert scene.play(8, room()) is None


def test_pictures_that_do_not_decode_are_unreadable(scene: Scene) -> None:
    for _ in range(7):
        scene.play(1)
        scene.health.unreadable()
    assert scene.health.view().fault is ViewFault.UNREADABLE
    assert scene.play(7, room()) is None


def test_a_still_scene_from_a_real_encoder_is_not_frozen(
    make_video: Callable[..., Path], recorded: Callable[[Path], SourceRequest]
) -> None:
    path = make_video("still.mp4", seconds=8, fps=10, gop=20, moving=False)
    request: Any = recorded(path)
    url = replace(request.url, options={"loop": "1"})
    source = make_source(replace(request, url=url))
    info = source.open()
    decoder = Decoder("camera", info.codec)
    clock = ManualClock(1000.0)
    health = CameraHealth("camera", clock=clock)
    health.online(True)
    for packet in source.packets():
        clock.set(1000.0 + packet.time)
        health.packet(packet)
        if decoder.take(packet) and (luma := decoder.luma()) is not None:
            health.picture(luma)
        assert health.view().fault is None
        if packet.time > 20:
            break
    source.close()
