from __future__ import annotations

import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.domain.media import Packet
from monitor.streams.fanout import Fanout, Subscription


def packet(number: int, gop: int = 5) -> Packet:
    return Packet("camera", 0, number / 25, 0.04, number / 25, number % gop == 0, b"x")


def drain(subscription: Subscription, most: int = 100) -> list[int]:
    return [round(p.time * 25) for _ in range(most) if (p := subscription.get(0))]


def test_every_subscriber_gets_every_packet_from_the_next_keyframe() -> None:
    fanout = Fanout()
    early = fanout.subscribe("early")
    for number in range(3):
        fanout.publish(packet(number))
    late = fanout.subscribe("late")
    for number in range(3, 8):
        fanout.publish(packet(number))
    assert drain(early) == list(range(8))
    assert drain(late) == [5, 6, 7]
    assert (early.dropped, late.dropped) == (0, 0)


def test_a_slow_consumer_loses_whole_groups_and_counts_them() -> None:
    fanout = Fanout()
    slow, fast = fanout.subscribe("slow", 7), fanout.subscribe("fast", 100)
    for number in range(20):
        fanout.publish(packet(number))
    assert drain(slow) == [15, 16, 17, 18, 19]
    assert slow.dropped == 15
    assert drain(fast) == list(range(20))


@given(
    keyframes=st.lists(st.booleans(), min_size=1, max_size=80),
    takes=st.lists(st.integers(0, 3), min_size=80, max_size=80),
    maxsize=st.integers(1, 10),
)
def test_what_arrives_always_decodes(keyframes: list[bool], takes: list[int], maxsize: int) -> None:
    fanout = Fanout()
    subscription = fanout.subscribe("any", maxsize)
    received: list[int] = []
    for number, keyframe in enumerate(keyframes):
        fanout.publish(Packet("camera", 0, number / 25, 0.04, 0.0, keyframe, b"x"))
        assert len(subscription) <= maxsize
        received += drain(subscription, takes[number])
    received += drain(subscription, 100)
    for before, after in zip([None, *received], received, strict=False):
        assert keyframes[after] or (before is not None and after == before + 1)
    begun = keyframes.index(True) if True in keyframes else len(keyframes)
    assert len(received) + subscription.dropped == len(keyframes) - begun


def test_closing_wakes_a_waiting_consumer_after_it_took_what_was_queued() -> None:
    fanout = Fanout()
    subscription = fanout.subscribe("waiting")
    received: list[Packet] = []
    consumer = threading.Thread(target=lambda: received.extend(subscription))
    consumer.start()
    fanout.publish(packet(0))
    fanout.close()
    consumer.join(5)
    assert not consumer.is_alive()
    assert len(received) == 1
    assert fanout.subscribe("too late").closed


def test_a_closed_subscription_is_forgotten() -> None:
    fanout = Fanout()
    with fanout.subscribe("short"):
        assert len(fanout.subscriptions) == 1
    assert not fanout.subscriptions


def test_one_consumer_in_a_hurry_is_enough() -> None:
    fanout = Fanout()
    hurried = [fanout.hurried]
    with fanout.subscribe("analysis", patient=True):
        hurried.append(fanout.hurried)
        with fanout.subscribe("live"):
            hurried.append(fanout.hurried)
        hurried.append(fanout.hurried)
    assert hurried == [False, False, True, False]


def test_a_patient_consumer_is_woken_once_for_what_has_gathered(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    fanout = Fanout()
    patient = fanout.subscribe("patient", patient=True)
    fanout.rest()
    woken: list[int] = []
    monkeypatch.setattr(patient._changed, "notify", lambda: woken.append(len(patient)))
    for number in range(5, 8):
        fanout.publish(packet(number))
    fanout.rest()
    assert drain(patient) == [5, 6, 7]
    fanout.publish(packet(8))
    fanout.rest()
    assert woken == [3, 1]


def test_without_a_rest_many_packets_wake_it_too() -> None:
    fanout = Fanout()
    patient = fanout.subscribe("patient", patient=True)
    fanout.rest()
    taker = threading.Thread(target=patient.get)
    taker.start()
    for number in range(40):
        fanout.publish(packet(number))
    taker.join(30)
    assert not taker.is_alive()
