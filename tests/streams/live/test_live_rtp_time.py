from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from monitor.domain.media import Packet
from monitor.streams.live.rtp_time import CLOCK_RATE, RtpTimeline


def packet(time: float, *, epoch: int = 0, wall: float = 0.0) -> Packet:
    return Packet("c1", epoch, time, 0.04, wall, True, b"x")


def test_stream_time_becomes_ninety_kilohertz() -> None:
    timeline = RtpTimeline()
    ticks = [timeline.place(packet(5 + number * 0.04)).ticks for number in range(4)]
    assert ticks == [0, 3600, 7200, 10800]


def test_as_much_time_passes_between_epochs_as_on_the_wall() -> None:
    timeline = RtpTimeline()
    timeline.place(packet(100, wall=1000.0))
    after = timeline.place(packet(0, epoch=1, wall=1007.5))
    assert after.ticks == 7.5 * CLOCK_RATE
    assert timeline.place(packet(0.04, epoch=1, wall=1007.54)).ticks == after.ticks + 3600


def test_a_wall_clock_that_falls_back_does_not_turn_time_round() -> None:
    timeline = RtpTimeline()
    timeline.place(packet(1, wall=1000.0))
    assert timeline.place(packet(0, epoch=1, wall=900.0)).ticks == 3600


@given(
    st.lists(
        st.tuples(st.floats(0, 1e6), st.integers(0, 3), st.floats(0, 2e9)), min_size=2, max_size=50
    )
)
def test_time_only_rises(steps: list[tuple[float, int, float]]) -> None:
    timeline = RtpTimeline()
    ticks = [
        timeline.place(packet(time, epoch=epoch, wall=wall)).ticks for time, epoch, wall in steps
    ]
    assert all(after > before for before, after in pairwise(ticks))
