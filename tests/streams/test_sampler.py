from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from monitor.domain.clock import ManualClock
from monitor.domain.media import Frame, Packet, StreamInfo
from monitor.domain.room_state import ViewFault
from monitor.streams.catalogue import make_source
from monitor.streams.gate import Gate, GateSettings
from monitor.streams.health import CameraHealth
from monitor.streams.sampler import FrameSampler
from monitor.streams.source import SourceRequest

Read = Callable[[Path], tuple[StreamInfo, list[Packet]]]


class Watch:
    """A sampler whose clock follows the packets."""

    def __init__(self, info: StreamInfo) -> None:
        self.info = info
        self.clock = ManualClock(1000.0)
        self.health = CameraHealth("camera", clock=self.clock)
        self.health.online(True)
        gate = Gate(GateSettings(fps=5, heartbeat=2))
        self.sampler = FrameSampler("camera", lambda: self.info, gate=gate, health=self.health)

    def feed(self, packets: list[Packet], urgent: bool = False) -> list[Frame]:
        frames = []
        for packet in packets:
            self.clock.advance(packet.duration)
            frames.extend(self.sampler.offer(packet, urgent))
        return frames


@pytest.fixture
def read(recorded: Callable[[Path], SourceRequest]) -> Read:
    def read_all(path: Path) -> tuple[StreamInfo, list[Packet]]:
        source = make_source(recorded(path))
        info = source.open()
        packets = list(source.packets())
        source.close()
        return info, packets

    return read_all


def test_a_still_room_costs_little_and_is_still_looked_at(
    make_video: Callable[..., Path], read: Read
) -> None:
    info, packets = read(make_video("quiet.mp4", seconds=16, fps=25, gop=50, moving=False))
    watch = Watch(info)
    times = [frame.time for frame in watch.feed(packets)]
    assert max(np.diff(times)) <= 2.2
    assert len(times) <= 9
    assert watch.sampler.counts.pictures < 0.1 * len(packets)
    assert watch.health.view().fault is None


def test_a_moving_room_is_analysed_at_the_full_rate(room_video: Path, read: Read) -> None:
    info, packets = read(room_video)
    assert len(Watch(info).feed(packets)) == pytest.approx(10, abs=1)


def test_urgent_analyses_a_still_room_at_the_full_rate(
    make_video: Callable[..., Path], read: Read
) -> None:
    info, packets = read(make_video("still.mp4", seconds=8, fps=10, gop=20, moving=False))
    assert len(Watch(info).feed(packets, urgent=True)) == pytest.approx(40, abs=1)


def test_a_camera_that_returns_with_another_codec_is_decoded(
    room_video: Path, read: Read, make_video: Callable[..., Path]
) -> None:
    info, packets = read(room_video)
    other, h265 = read(make_video("libx2650.mp4", codec="libx265"))
    watch = Watch(info)
    watch.feed(packets)
    watch.info = other
    frames = watch.feed([replace(packet, epoch=1) for packet in h265], urgent=True)
    assert len(frames) == pytest.approx(10, abs=1)


def test_garbage_is_an_unreadable_view(room_video: Path, read: Read) -> None:
    info, packets = read(room_video)
    watch = Watch(info)
    garbage = [
        replace(packet, time=turn * 2 + packet.time, data=b"\0\0\0\1\x65" + bytes([turn, 9]) * 40)
        for turn in range(4)
        for packet in packets
    ]
    assert watch.feed(garbage) == []
    assert watch.health.view().fault is ViewFault.UNREADABLE
