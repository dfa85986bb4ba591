from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.detectors.tracking.association import assign, grown, height_ratio, one_kind, overlap
from monitor.detectors.tracking.motion import Motion, centred


def test_overlap_of_known_boxes() -> None:
    one = np.array([[0.0, 0.0, 0.2, 0.2]])
    others = np.array([[0.0, 0.0, 0.2, 0.2], [0.1, 0.0, 0.3, 0.2], [0.5, 0.5, 0.6, 0.6]])
    assert overlap(one, others)[0] == pytest.approx([1.0, 1 / 3, 0.0])


def test_likeness_of_heights_is_symmetric() -> None:
    boxes = np.array([[0.0, 0.0, 0.1, 0.4], [0.0, 0.0, 0.1, 0.1]])
    assert height_ratio(boxes, boxes) == pytest.approx(np.array([[1, 0.25], [0.25, 1]]))


def test_only_who_is_taken_for_the_opposite_is_unlike() -> None:
    known, told = np.array([3.0, -3.0, 0.0, -0.2]), np.array([3.0, -3.0, 0.0])
    fits = one_kind(known, told)
    assert fits[0].tolist() == [1.0, pytest.approx(0.37, abs=0.01), 1.0]
    assert fits[1].tolist() == [pytest.approx(0.37, abs=0.01), 1.0, 1.0]
    assert (fits[2] == 1).all()
    assert 0.6 < fits[3, 0] < 1


def test_grown_boxes_touch() -> None:
    boxes = np.array([[0.2, 0.2, 0.3, 0.6], [0.33, 0.2, 0.43, 0.6]])
    assert overlap(boxes[:1], boxes[1:])[0, 0] == 0
    bigger = grown(boxes, 0.2)
    assert overlap(bigger[:1], bigger[1:])[0, 0] > 0


def test_assignment_takes_the_best_whole() -> None:
    likeness = np.array([[0.9, 0.8], [0.85, 0.1]])
    rows, columns = assign(likeness, 0.3)
    assert dict(zip(rows.tolist(), columns.tolist(), strict=True)) == {0: 1, 1: 0}


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 6), st.integers(1, 6), st.integers(0, 2**32), st.floats(0.05, 0.9))
def test_assignment_is_one_to_one_and_above_the_limit(
    rows: int, columns: int, seed: int, least: float
) -> None:
    likeness = np.random.default_rng(seed).random((rows, columns))
    first, second = assign(likeness, least)
    assert len(set(first.tolist())) == len(first) == len(set(second.tolist()))
    assert all(likeness[r, c] > least for r, c in zip(first, second, strict=True))
    if likeness.max() > least:
        assert len(first) >= 1


def test_motion_learns_a_speed_and_slows_down_unseen() -> None:
    motion = Motion()
    box = np.array([[0.1, 0.3, 0.16, 0.6]])
    motion.add(box)
    step = np.array([[0.02, 0, 0.02, 0]])
    scores = np.array([0.8])
    for i in range(1, 15):
        motion.predict(0.2)
        motion.correct(np.array([0]), box + i * step, scores)
    before = motion.corners()[0, 0]
    assert before == pytest.approx(0.1 + 14 * 0.02, abs=0.01)
    motion.predict(0.2)
    ahead = motion.corners()[0, 0] - before
    assert ahead == pytest.approx(0.02, abs=0.006)
    motion.predict(10)
    assert motion.corners()[0, 0] - before < 0.02 * 5 * 1.7
    assert motion.finite()


def test_motion_keeps_rows_together() -> None:
    motion = Motion()
    boxes = np.array([[0.1, 0.1, 0.2, 0.4], [0.5, 0.1, 0.6, 0.4], [0.8, 0.1, 0.9, 0.4]])
    motion.add(boxes)
    motion.keep([0, 2])
    assert motion.corners() == pytest.approx(boxes[[0, 2]])
    motion.move(1, 0)
    assert motion.corners()[0] == pytest.approx(boxes[2])
    assert centred(boxes)[0] == pytest.approx([0.15, 0.25, 0.1, 0.3])
