from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.detectors.evaluation.matching import corners, match
from monitor.detectors.evaluation.precision import average_precision
from monitor.detectors.tracking.association import overlap
from monitor.domain.people import Box


def ap(scores: list[float], hits: list[bool], positives: int) -> float | None:
    return average_precision(np.array(scores, np.float64), np.array(hits, bool), positives)


def test_average_precision_by_hand() -> None:
    assert ap([0.9, 0.8], [True, True], 2) == pytest.approx(1.0)
    assert ap([], [], 2) == 0.0
    assert ap([0.9], [False], 2) == 0.0
    assert ap([0.9], [True], 0) is None
    # Recall 0.5 at precision 1 (51 of 101 places), then recall 1 at precision 2/3 (50 places).
    expected = (51 + 50 * 2 / 3) / 101
    assert ap([0.7, 0.9, 0.8], [True, True, False], 2) == pytest.approx(expected)
    # The first box is wrong: precision never exceeds 1/2, up to recall 1/4 (places 0–25).
    assert ap([0.9, 0.8], [False, True], 4) == pytest.approx(26 * 0.5 / 101)


@given(st.integers(0, 2**32 - 1), st.floats(0.3, 0.95))
def test_average_precision_agrees_with_ultralytics(seed: int, share: float) -> None:
    from ultralytics.utils.metrics import ap_per_class

    rng = np.random.default_rng(seed)
    hits = rng.random(400) < share
    scores = np.clip(rng.normal(0.4 + 0.2 * hits, 0.15), 0.01, 0.99)
    positives = int(hits.sum() / 0.8) + 1
    theirs = ap_per_class(
        hits[:, None], scores, np.zeros(400), np.zeros(positives), names={0: "person"}
    )[5][0, 0]
    ours = average_precision(scores, hits, positives)
    # They draw straight lines between the places, COCO takes steps.
    assert ours == pytest.approx(float(theirs), abs=0.01)


@given(st.integers(0, 2**32 - 1))
def test_a_wrong_box_more_never_raises_average_precision(seed: int) -> None:
    rng = np.random.default_rng(seed)
    hits, scores = rng.random(30) < 0.6, rng.random(30)
    positives = int(hits.sum()) + 3
    before = average_precision(scores, hits, positives)
    after = average_precision(np.append(scores, rng.random()), np.append(hits, False), positives)
    assert before is not None
    assert after is not None
    assert after <= before + 1e-12


def test_overlap_by_hand() -> None:
    a = corners([Box(0, 0, 0.5, 1), Box(0, 0, 0.1, 0.1)])
    b = corners([Box(0.25, 0, 0.75, 1)])
    assert overlap(a, b).tolist() == [[pytest.approx(1 / 3)], [0.0]]
    assert overlap(a, corners([])).shape == (2, 0)


def test_each_person_is_matched_once_and_the_best_box_chooses_first() -> None:
    overlap = np.array([[0.6, 0.55], [0.9, 0.1], [0.7, 0.52]])
    assert match(overlap, 0.5).tolist() == [0, -1, 1]
    assert match(np.zeros((2, 0)), 0.5).tolist() == [-1, -1]
