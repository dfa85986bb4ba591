from __future__ import annotations

import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from monitor.domain.media import Packet
from monitor.streams.gate import Gate, GateSettings, Look

FPS = 25


def stream(seconds: float, gop: int = 50, size: int = 400) -> list[Packet]:
    return [
        Packet("camera", 0, n / FPS, 1 / FPS, n / FPS, n % gop == 0, bytes(size))
        for n in range(round(seconds * FPS))
    ]


def plane(level: int = 100) -> NDArray[np.uint8]:
    return np.full((90, 160), level, np.uint8)


def run(gate: Gate, packets: list[Packet], **options: bool) -> list[tuple[float, Look]]:
    looks = [(packet.time, gate.consider(packet, **options)) for packet in packets]
    return [(time, look) for time, look in looks if look is not Look.SKIP]


def test_urgent_analyses_at_the_full_rate_and_no_more() -> None:
    looks = run(Gate(GateSettings(fps=5)), stream(10), urgent=True)
    assert {look for _, look in looks} == {Look.ANALYSE}
    assert len(looks) == pytest.approx(50, abs=1)


@pytest.mark.parametrize("fps", [1.0, 4.0, 7.0, 25.0, 60.0])
def test_the_rate_is_met_on_average(fps: float) -> None:
    looks = run(Gate(GateSettings(fps=fps)), stream(20), urgent=True)
    assert len(looks) == pytest.approx(20 * min(fps, FPS), rel=0.03, abs=1)


def test_a_quiet_room_is_looked_at_by_heartbeat_only() -> None:
    gate = Gate(GateSettings(heartbeat=2))
    still = plane()
    analysed, decoded = [], 0
    for packet in stream(30):
        look = gate.consider(packet)
        decoded += look is not Look.SKIP
        if look is Look.ANALYSE:
            gate.analysed(still, packet.time)
            analysed.append(packet.time)
        elif look is Look.PEEK and gate.moved(still, packet.time):
            analysed.append(packet.time)
    assert max(np.diff(analysed)) <= 2.0
    assert len(analysed) <= 17
    assert decoded <= 25


@settings(max_examples=40, deadline=None)
@given(
    seed=st.integers(0, 1 << 32),
    keyframes=st.sampled_from([0.0, 0.02, 0.5]),
    moves=st.sampled_from([0.0, 0.01, 0.5]),
    urgent=st.sampled_from([0.0, 0.01, 0.5]),
)
def test_heartbeat_and_rate_hold_whatever_happens(
    seed: int, keyframes: float, moves: float, urgent: float
) -> None:
    chance = random.Random(seed)
    gate = Gate(GateSettings(fps=5, heartbeat=2))
    analysed: list[float] = []
    looked: list[float] = []
    for n in range(300):
        keyframe = n == 0 or chance.random() < keyframes
        size = chance.choice([100, 500, 5000])
        packet = Packet("camera", 0, n / FPS, 1 / FPS, 0.0, keyframe, bytes(size))
        look = gate.consider(packet, urgent=chance.random() < urgent)
        luma = plane(200 if chance.random() < moves else 100)
        if look is not Look.SKIP:
            looked.append(packet.time)
        if look is Look.ANALYSE:
            gate.analysed(luma, packet.time)
            analysed.append(packet.time)
        elif look is Look.PEEK and gate.moved(luma, packet.time):
            analysed.append(packet.time)
    assert analysed[0] == 0.0
    assert max(np.diff(analysed)) <= 2 + 1 / 5
    assert 12 - analysed[-1] <= 2 + 1 / 5
    assert len(looked) <= 12 * 5 + 2
    assert min(np.diff(looked)) >= 0.08 - 1e-9


def test_a_moving_child_is_seen_and_noise_is_not() -> None:
    chance = np.random.default_rng(2)
    gate = Gate()
    room = chance.integers(60, 160, (90, 160)).astype(np.uint8)
    gate.analysed(room, 0.0)
    noisy = np.clip(room + chance.normal(0, 2, room.shape), 0, 255).astype(np.uint8)
    assert not gate.moved(noisy, 1.0)
    child = room.copy()
    child[40:48, 80:83] = 250
    assert gate.moved(child, 1.2)
    assert not gate.moved(child, 1.4)


def test_after_motion_every_due_picture_is_peeked_for_a_while() -> None:
    gate = Gate(GateSettings(fps=5, hold=2, heartbeat=60, peek_every=60))
    packets = stream(40, gop=100_000)
    run(gate, packets[:500])
    assert run(gate, packets[500:600]) == []
    gate.moved(plane(0), 24.0)
    gate.moved(plane(250), 24.0)
    looks = run(gate, packets[600:750])
    assert len(looks) == pytest.approx(10, abs=1)
    assert all(time < 26.0 and look is Look.PEEK for time, look in looks)


def test_growing_packets_open_the_gate() -> None:
    gate = Gate(GateSettings(heartbeat=60, peek_every=60))
    packets = stream(40, gop=100_000)
    run(gate, packets[:500])
    assert run(gate, packets[500:520]) == []
    large = [
        Packet("camera", 0, p.time, p.duration, 0.0, False, bytes(4000)) for p in packets[520:530]
    ]
    assert run(gate, large)[0][1] is Look.PEEK


def test_a_new_epoch_is_looked_at_at_once() -> None:
    gate = Gate()
    run(gate, stream(10))
    packet = Packet("camera", 1, 0.0, 0.04, 0.0, True, b"x")
    assert gate.consider(packet) is Look.ANALYSE


@pytest.mark.parametrize("gop", [12, 25, 50, 100, 250, 100_000])
def test_a_quiet_camera_is_peeked_at_however_seldom_or_often_it_sends_keyframes(gop: int) -> None:
    gate = Gate(GateSettings(heartbeat=1000, peek_every=2.5))
    settled = [time for time, _ in run(gate, stream(60, gop=gop)) if time > 5]
    assert max(np.diff(settled)) <= 2.6
    assert min(np.diff(settled)) >= 1.4
    if gop <= 50:
        assert all(round(time * FPS) % gop == 0 for time in settled)


@pytest.mark.parametrize("gop", [25, 50, 100])
def test_a_heartbeat_that_sees_a_movement_opens_the_gate(gop: int) -> None:
    # Packets of one size hide the motion, and every keyframe is due for a heartbeat anyway.
    gate = Gate(GateSettings(fps=5, heartbeat=2))
    analysed = []
    for number, packet in enumerate(stream(30, gop=gop)):
        look = gate.consider(packet)
        luma = plane(number * 7 % 250 if number > 250 else 100)
        if look is Look.ANALYSE:
            gate.analysed(luma, packet.time)
            analysed.append(packet.time)
        elif look is Look.PEEK and gate.moved(luma, packet.time):
            analysed.append(packet.time)
    busy = [time for time in analysed if time > 15]
    assert len(busy) == pytest.approx(75, abs=3)
