from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.streams.timestamps import Stamp, Timeline

TIMES = st.none() | st.floats(-1e6, 1e6) | st.sampled_from([float("nan"), float("inf"), 0.0])
UNITS = st.lists(st.tuples(TIMES, TIMES, TIMES, st.booleans()), max_size=60)


@given(UNITS, st.booleans(), st.booleans())
def test_whatever_comes_in_times_are_sane(
    units: list[tuple[float | None, float | None, float | None, bool]],
    reordered: bool,
    absolute: bool,
) -> None:
    timeline = Timeline(fps=25, reordered=reordered, absolute=absolute)
    last: Stamp | None = None
    for pts, dts, duration, keyframe in units:
        stamp = timeline.place(pts=pts, dts=dts, duration=duration, keyframe=keyframe)
        if stamp is None:
            assert not keyframe
            continue
        assert stamp.shift >= 0
        assert stamp.duration > 0
        if last is None or stamp.epoch != last.epoch:
            assert keyframe
            assert last is None or stamp.epoch == last.epoch + 1
        else:
            assert stamp.time > last.time
        last = stamp


def place(timeline: Timeline, time: float | None, keyframe: bool = False) -> Stamp | None:
    return timeline.place(pts=time, dts=time, duration=None, keyframe=keyframe)


def test_begins_at_the_first_keyframe_with_zero() -> None:
    timeline = Timeline(fps=25)
    assert place(timeline, 7.0) is None
    assert place(timeline, 7.04, True) == Stamp(0, 0.0, 0.0, 0.04)
    second = place(timeline, 7.08)
    assert second is not None
    assert second.time == pytest.approx(0.04)


def test_recordings_keep_their_own_zero() -> None:
    first = place(Timeline(fps=25, absolute=True), 7.0, True)
    assert first is not None
    assert first.time == 7.0


@pytest.mark.parametrize("jump", [60.0, -60.0])
def test_a_jump_begins_a_new_epoch_at_the_next_keyframe(jump: float) -> None:
    timeline = Timeline(fps=25, epoch=3)
    place(timeline, 100.0, True)
    assert place(timeline, 100.0 + jump) is None
    stamp = place(timeline, 100.04 + jump, True)
    assert stamp is not None
    assert (stamp.epoch, stamp.time) == (4, 0.0)


def test_a_small_step_back_is_smoothed_over() -> None:
    timeline = Timeline(fps=25)
    place(timeline, 10.0, True)
    stamp = place(timeline, 9.96)
    assert stamp is not None
    assert stamp.epoch == 0
    assert stamp.time == pytest.approx(0.001)


def test_missing_times_follow_the_frame_rate() -> None:
    timeline = Timeline(fps=10)
    times = [place(timeline, None, number == 0) for number in range(4)]
    assert [stamp and stamp.time for stamp in times] == pytest.approx([0.0, 0.1, 0.2, 0.3])


def test_a_first_packet_without_time_does_not_shift_the_others() -> None:
    # This is how ffmpeg delivers the first picture of many RTSP cameras.
    timeline = Timeline(fps=25)
    place(timeline, None, True)
    second, third = place(timeline, 46073 / 90000), place(timeline, 49673 / 90000)
    assert second is not None
    assert third is not None
    assert [second.time, third.time] == pytest.approx([0.04, 0.08])


def test_b_frames_without_decoding_time_keep_their_order() -> None:
    timeline = Timeline(fps=25, reordered=True)
    stamps = [
        timeline.place(pts=pts, dts=None, duration=None, keyframe=number == 0)
        for number, pts in enumerate([0.08, 0.2, 0.12, 0.16])
    ]
    assert [stamp and round(stamp.time, 3) for stamp in stamps] == [0.0, 0.04, 0.08, 0.12]
