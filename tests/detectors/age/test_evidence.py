from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.detectors.age.cut import at_edge, hidden
from monitor.detectors.age.evidence import height_log_odds, upright_share, width_log_odds
from monitor.domain.people import Box

UPRIGHT, SQUAT = 0.33, 0.7


def test_standing_people_split_at_a_metre_and_a_quarter() -> None:
    assert height_log_odds(1.35, UPRIGHT) > 0.5
    assert height_log_odds(1.1, UPRIGHT) < -0.3
    assert height_log_odds(1.3, UPRIGHT) > 0 > height_log_odds(1.18, UPRIGHT)


def test_evidence_is_lopsided() -> None:
    # A standing adult's height is an adult's; a small squat one may be a carer who sits.
    assert height_log_odds(1.6, UPRIGHT) > 1.2
    assert height_log_odds(0.9, UPRIGHT) < -0.7
    assert height_log_odds(0.9, SQUAT) > 0
    assert height_log_odds(0.55, SQUAT) < -0.7


@pytest.mark.parametrize("height", [0.1, 2.6, 3.9])
def test_impossible_heights_say_nothing(height: float) -> None:
    assert height_log_odds(height, UPRIGHT) == 0.0


def test_people_who_lie_say_nothing() -> None:
    assert height_log_odds(0.5, 2.0) == 0.0
    assert width_log_odds(1.0, 2.0, 0.5) == 0.0


@given(st.floats(0.3, 2.3), st.floats(0.01, 1.3))
def test_evidence_is_finite(height: float, shape: float) -> None:
    assert abs(height_log_odds(height, shape)) < 2


@given(st.floats(0.9, 1.45), st.floats(0.02, 0.1))
def test_taller_upright_people_are_more_adult(height: float, more: float) -> None:
    assert height_log_odds(height + more, UPRIGHT) > height_log_odds(height, UPRIGHT)


def test_wide_people_look_like_adults() -> None:
    assert width_log_odds(0.6, SQUAT, 1.0) > 0.3
    assert width_log_odds(0.32, UPRIGHT, 0.9) < -0.3
    assert width_log_odds(0.02, UPRIGHT, 0.9) == 0.0


def test_shape_hints_at_posture() -> None:
    assert upright_share(0.3) > 0.9
    assert upright_share(0.75) < 0.1


def test_boxes_cut_by_the_picture() -> None:
    assert not at_edge(Box(0.4, 0.3, 0.5, 0.7))
    for box in (
        Box(0.0, 0.3, 0.1, 0.7),
        Box(0.9, 0.3, 1.0, 0.7),
        Box(0.4, 0.0, 0.5, 0.7),
        Box(0.4, 0.3, 0.5, 1.0),
    ):
        assert at_edge(box)


def test_only_those_in_front_hide() -> None:
    behind, front, aside = (
        Box(0.4, 0.3, 0.5, 0.6),
        Box(0.42, 0.35, 0.52, 0.7),
        Box(0.7, 0.3, 0.8, 0.7),
    )
    boxes = [behind, front, aside]
    assert [hidden(i, boxes) for i in range(3)] == [True, False, False]
    touching = Box(0.49, 0.3, 0.6, 0.7)
    assert not hidden(0, [behind, touching])
