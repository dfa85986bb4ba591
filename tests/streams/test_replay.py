from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from monitor.domain.clock import ManualClock
from monitor.domain.media import Frame, Packet, StreamInfo
from monitor.streams.gate import Gate, GateSettings
from monitor.streams.health import CameraHealth
from monitor.streams.sampler import FrameSampler

FPS, GOP, WIDTH, HEIGHT = 25, 50, 320, 180
INFO = StreamInfo("h264", WIDTH, HEIGHT, float(FPS))


def picture(number: int, runs: range) -> NDArray[np.uint8]:
    """Return a still room, through which somebody runs while ``number`` is in ``runs``."""
    image = np.full((HEIGHT, WIDTH, 3), 90, np.uint8)
    image[::6] = 110
    if number in runs:
        left = 20 + 6 * (number - runs.start)
        image[90:150, left : left + 20] = 250
    return image


def packets(seconds: float, runs: range) -> list[Packet]:
    """Encode at a constant packet size, as far as the gate can see: motion hides in it."""
    encoder = av.CodecContext.create("libx264", "w")
    encoder.width, encoder.height, encoder.pix_fmt = WIDTH, HEIGHT, "yuv420p"
    encoder.framerate = Fraction(FPS)
    encoder.options = {
        "g": str(GOP),
        "keyint_min": str(GOP),
        "sc_threshold": "0",
        "bf": "0",
        "preset": "ultrafast",
        "tune": "zerolatency",
    }
    found = []
    for number in range(round(seconds * FPS)):
        frame = av.VideoFrame.from_ndarray(picture(number, runs), "bgr24")
        frame.pts = number
        found.extend(encoder.encode(frame))
    found.extend(encoder.encode(None))
    return [
        Packet("c", 0, n / FPS, 1 / FPS, 100 + n / FPS, bool(p.is_keyframe), bytes(p))
        for n, p in enumerate(found)
    ]


class Watch:
    def __init__(self) -> None:
        self.clock = ManualClock(100.0)
        health = CameraHealth("c", clock=self.clock)
        health.online(True)
        # Sizes must tell nothing here, as with a camera of constant bit rate.
        gate = Gate(GateSettings(fps=5, heartbeat=30, size_factor=1e6))
        self.stills: list[float] = []
        self.sampler = FrameSampler(
            "c",
            lambda: INFO,
            gate=gate,
            health=health,
            on_still=lambda packet: self.stills.append(packet.time),
        )

    def feed(self, stream: list[Packet]) -> list[Frame]:
        frames = []
        for packet in stream:
            self.clock.advance(packet.duration)
            frames.extend(self.sampler.offer(packet))
        return frames


def test_who_ran_through_between_two_keyframes_is_seen_after_all() -> None:
    # From 8.4 s on; still there at the keyframe of 10 s.
    frames = Watch().feed(packets(11, range(210, 252)))
    run = [frame for frame in frames if 8.2 < frame.time <= 10.0]
    assert run[0].time == pytest.approx(8.4, abs=0.25)
    assert run[-1].time == pytest.approx(10.0)
    assert np.diff([frame.time for frame in run]).max() <= 0.25
    assert all(frame.image[100, :].max() > 200 for frame in run)
    assert [frame.wall - frame.time for frame in run] == pytest.approx([100.0] * len(run))


def test_times_never_fall_and_nothing_is_handed_out_twice() -> None:
    frames = Watch().feed(packets(20, range(210, 252)))
    times = [frame.time for frame in frames]
    assert times == sorted(set(times))


def test_a_still_camera_replays_nothing() -> None:
    watch = Watch()
    frames = watch.feed(packets(12, range(0)))
    assert len(frames) <= 2
    assert len(watch.stills) >= 4


def test_a_gap_or_a_new_epoch_is_not_bridged() -> None:
    stream = packets(11, range(210, 252))
    later = [
        replace(p, epoch=1, time=p.time - 9.0) if p.time >= 9.0 else p
        for p in stream
        if not 8.0 < p.time < 9.0
    ]
    frames = Watch().feed(later)
    assert [frame.time for frame in frames if frame.epoch == 0] == [0.0]
    assert all(frame.time <= 2.0 for frame in frames if frame.epoch == 1)
