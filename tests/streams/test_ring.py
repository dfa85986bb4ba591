from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from monitor.domain.media import Packet
from monitor.streams.ring import PacketRing


def fill(ring: PacketRing, seconds: float, gop: int = 25, size: int = 10) -> None:
    for number in range(round(seconds * 25)):
        time = number / 25
        ring.add(Packet("camera", 0, time, 0.04, 100 + time, number % gop == 0, bytes(size)))


def test_it_keeps_whole_groups_of_at_least_the_wanted_time() -> None:
    ring = PacketRing(seconds=3)
    fill(ring, 10)
    span = ring.span
    assert span is not None
    assert 3 <= span[1] - span[0] < 4
    assert ring.since()[0].keyframe


def test_since_begins_at_the_keyframe_before() -> None:
    ring = PacketRing(seconds=30)
    fill(ring, 5)
    assert ring.since(102.5)[0].wall == 102.0
    assert ring.since(50.0)[0].wall == 100.0
    assert PacketRing().since() == ()


@given(
    sizes=st.lists(st.tuples(st.integers(0, 400), st.booleans()), max_size=100),
    cap=st.integers(1, 1000),
)
def test_memory_is_bounded_and_it_begins_with_a_keyframe(
    sizes: list[tuple[int, bool]], cap: int
) -> None:
    ring = PacketRing(seconds=1000, max_bytes=cap)
    for number, (size, keyframe) in enumerate(sizes):
        ring.add(Packet("camera", 0, number / 25, 0.04, number / 25, keyframe, bytes(size)))
        assert ring.size <= cap
        held = ring.since()
        assert not held or held[0].keyframe
        assert sum(len(packet.data) for packet in held) == ring.size
