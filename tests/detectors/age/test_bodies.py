from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.detectors.age.bodies import size_log_odds

ADULTS = {
    "standing": (1.62, 0.56),
    "walking by": (1.62, 0.36),
    "sitting": (1.07, 0.62),
    "sitting, seen from the front": (1.07, 0.5),
    "sitting, seen from the side": (1.07, 0.72),
    "behind a table": (0.95, 0.74),
    "bending": (1.35, 0.72),
}
CHILDREN = {
    "standing": (0.93, 0.33),
    "as tall as a seated carer": (1.08, 0.36),
    "sitting": (0.63, 0.40),
    "at a table": (0.48, 0.42),
    "lying across the view": (0.55, 0.80),
    "lying along the view": (0.82, 0.35),
}


FAR_M, NEAR_M = 4.0, 1.3
"""How long somebody would be who lay, farther away and at the feet of the camera."""


def odds(size: tuple[float, float], lying_m: float = FAR_M) -> float:
    height, width = size
    return size_log_odds(height, width, width / height, lying_m)


@pytest.mark.parametrize("posture", ADULTS)
def test_adults_look_like_adults_in_every_posture(posture: str) -> None:
    assert odds(ADULTS[posture]) > 0.2


@pytest.mark.parametrize("posture", CHILDREN)
def test_children_look_like_children_in_every_posture(posture: str) -> None:
    assert odds(CHILDREN[posture]) < -0.2


def test_neither_height_nor_width_alone_decides() -> None:
    tall_child, seated_adult = (1.0, 0.36), (1.0, 0.68)
    assert odds(tall_child) < 0 < odds(seated_adult)
    lying_child, standing_adult = (0.55, 0.62), (1.6, 0.62)
    assert odds(lying_child) < 0 < odds(standing_adult)


def test_what_lies_in_the_picture_is_never_taken_for_an_adult() -> None:
    seated = size_log_odds(1.0, 0.7, 0.7)
    assert size_log_odds(1.0, 0.7, 1.05) < seated / 2
    assert size_log_odds(1.0, 0.7, 1.2) == 0


def test_who_is_too_long_to_lie_is_rather_a_carer_who_sits() -> None:
    for height, width, shape in ((1.0, 0.7, 0.7), (0.93, 0.6, 0.7)):
        may = size_log_odds(height, width, shape, lying_m=0.9)
        cannot = size_log_odds(height, width, shape, lying_m=math.inf)
        assert 0 < cannot > may
    assert size_log_odds(0.93, 0.35, 0.4, lying_m=math.inf) < 0
    assert size_log_odds(1.0, 0.7, 1.2, lying_m=2.0) == 0  # aslant


def test_at_the_feet_of_the_camera_children_lie_where_elsewhere_carers_sit() -> None:
    for size in ((0.92, 0.62), (0.9, 0.72), (0.88, 0.76)):
        assert odds(size, NEAR_M) < odds(size) / 3
        assert odds(size, NEAR_M) < 0.2
        assert odds(size) > 0.3


@pytest.mark.parametrize("size", [(0.1, 0.4), (2.6, 0.6), (1.6, 0.05), (1.6, 1.5)])
def test_what_is_no_body_says_nothing(size: tuple[float, float]) -> None:
    assert odds(size) == 0


@given(height=st.floats(0.01, 4), width=st.floats(0.01, 4), shape=st.floats(0.01, 8))
def test_no_box_says_more_than_a_little(height: float, width: float, shape: float) -> None:
    assert math.isfinite(found := size_log_odds(height, width, shape))
    assert abs(found) < 2
