"""One camera on the wire: which of its streams is analysed, and what waits to be looked at."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from monitor.demo.camera_simulator import CameraSimulator
from monitor.demo.footage.composer import render
from monitor.demo.scenes import SCENES
from monitor.domain.clock import Clock, SystemClock
from monitor.domain.media import Frame
from monitor.domain.places import Camera
from monitor.domain.room_state import CameraView
from monitor.domain.text import Text
from monitor.runtime import analysis_feed
from monitor.runtime.attention import Attention
from monitor.runtime.camera_watch import CameraWatch
from monitor.runtime.slots import FrameSlots
from monitor.streams.backoff import Backoff
from monitor.streams.live import LIVE

NAME = Text("x", "x")


class Listener:
    def __init__(self) -> None:
        self.views: list[CameraView] = []
        self.stills: list[float] = []

    def view(self, view: CameraView) -> None:
        self.views.append(view)

    def still(self, camera_id: str, wall: float) -> None:  # noqa: ARG002
        self.stills.append(wall)


@pytest.fixture(scope="module")
def clips(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("clips")
    sizes = {"main": (640, 360), "small": (320, 180)}
    for name, size in sizes.items():
        render(SCENES["sunshine-toddler"], folder / f"{name}.mp4", 4.0, size)
    render(SCENES["riverside-nap"], folder / "empty.mp4", 4.0, (320, 180))
    return {path.stem: path for path in folder.glob("*.mp4")}


@pytest.fixture
def simulator(clips: dict[str, Path]) -> Iterator[CameraSimulator]:
    with CameraSimulator() as cameras:
        for name, clip in clips.items():
            cameras.add(name, clip)
        yield cameras


Watching = Callable[..., tuple[CameraWatch, FrameSlots, Listener]]


@pytest.fixture
def watching(monkeypatch: pytest.MonkeyPatch) -> Iterator[Watching]:
    """Watch a camera impatiently."""
    monkeypatch.setattr(analysis_feed, "_AWAY", 0.5)
    monkeypatch.setattr(analysis_feed, "_BACK", 0.5)
    monkeypatch.setattr("monitor.streams.reader.Backoff", lambda: Backoff(first=0.1, longest=0.2))
    started: list[CameraWatch] = []

    def start(
        camera: Camera, attention: Attention = Attention.PRESSING, clock: Clock | None = None
    ) -> tuple[CameraWatch, FrameSlots, Listener]:
        slots, listener = FrameSlots(), Listener()
        watch = CameraWatch(
            camera,
            slots,
            listener,
            clock=clock or SystemClock(),
            attention=lambda: attention,
            calm_fps=2.0,
            remember=10.0,
            remember_quiet=4.0,
        )
        started.append(watch)
        watch.start()
        return watch, slots, listener

    yield start
    for watch in started:
        watch.stop()


def wait_for_width(slots: FrameSlots, width: int) -> Frame:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        for frame in slots.take(4, 0.2):
            if frame.width == width:
                return frame
    raise AssertionError(f"no frame {width} pixels wide")


def test_the_substream_is_analysed_and_the_main_stream_kept(
    simulator: CameraSimulator, watching: Watching
) -> None:
    camera = Camera("c", "r", NAME, simulator.url("main"), substream_url=simulator.url("small"))
    watch, slots, _ = watching(camera)
    frame = wait_for_width(slots, 320)
    assert frame.camera_id == "c"
    until = time.monotonic() + 60
    while not watch.reader.ring.since() and time.monotonic() < until:
        time.sleep(0.05)
    assert watch.reader.info is not None
    assert watch.reader.info.width == 640


def test_the_main_stream_stands_in_while_the_substream_is_away(
    simulator: CameraSimulator, watching: Watching
) -> None:
    camera = Camera("c", "r", NAME, simulator.url("main"), substream_url=simulator.url("small"))
    _, slots, listener = watching(camera)
    wait_for_width(slots, 320)
    simulator.refuse("small")
    simulator.cut("small")
    wait_for_width(slots, 640)
    simulator.refuse("small", False)
    wait_for_width(slots, 320)
    assert listener.views[-1].fault is None


def test_who_watches_the_substream_live_is_let_go_when_it_is_away(
    simulator: CameraSimulator, watching: Watching
) -> None:
    camera = Camera("c", "r", NAME, simulator.url("main"), substream_url=simulator.url("small"))
    watch, slots, _ = watching(camera)
    wait_for_width(slots, 320)
    small = watch.small
    assert small is not None
    viewer = small.subscribe(LIVE)
    simulator.refuse("small")
    wait_for_width(slots, 640)
    assert viewer.closed
    assert watch.small is None


@pytest.mark.parametrize(("attention", "seconds"), [(Attention.QUIET, 4), (Attention.PRESSING, 10)])
def test_less_is_remembered_of_an_empty_room(
    simulator: CameraSimulator, watching: Watching, attention: Attention, seconds: float
) -> None:
    watch, slots, _ = watching(Camera("c", "r", NAME, simulator.url("small")), attention)
    wait_for_width(slots, 320)
    assert watch.reader.ring.seconds == seconds


def test_an_empty_room_is_hardly_looked_at_and_known_to_be_unchanged(
    simulator: CameraSimulator, watching: Watching
) -> None:
    camera = Camera("c", "r", NAME, simulator.url("empty"))
    watch, slots, listener = watching(camera, Attention.QUIET)
    until = time.monotonic() + 60
    frames = 0
    while time.monotonic() < until and (watch.reader.status.packets < 60 or not listener.stills):
        frames += len(slots.take(4, 0.2))
    assert listener.stills
    assert frames <= 6
