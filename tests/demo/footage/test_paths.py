from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.demo.footage.paths import Path, play


def test_legs_take_their_time() -> None:
    path = Path(0, 0).wait(2).to(3, 4, speed=1.0).wait(1)
    assert path.end == 8
    middle = path.at(4.5)
    assert (middle.x, middle.z) == pytest.approx((1.5, 2.0))
    assert middle.speed == pytest.approx(1.0)
    assert middle.walked_m == pytest.approx(2.5)
    assert middle.heading == pytest.approx((0.6, 0.8))
    assert path.at(100).x == 3


def test_who_stands_still_keeps_facing_the_same_way() -> None:
    path = Path(0, 0).wait(3).to(0, 2).wait(4).to(0, 0)
    assert path.at(7).heading == (0, 1)
    assert path.at(1).heading == (0, -1), "as at the end of the loop"
    assert Path(0, 0).wait(5).at(2).heading == (1, 0)


def test_sitting_down_is_smooth_and_stays_on_the_spot() -> None:
    path = Path(1, 1).wait(1).sit(2).wait(3).stand(2)
    seated = [path.at(float(t)).seated for t in np.linspace(0, path.end, 50)]
    assert max(seated) == 1
    assert seated[0] == seated[-1] == 0
    assert max(abs(b - a) for a, b in pairwise(seated)) < 0.15
    assert path.at(2).speed == 0


def test_a_loop_too_short_for_the_way_is_refused() -> None:
    with pytest.raises(ValueError, match=r"11\.1 s, later than 9\.0 s"):
        Path(0, 0).to(5, 0).home(9.0)


@given(st.integers(0, 10_000), st.floats(25, 120))
def test_whoever_potters_about_stays_in_their_place(seed: int, loop: float) -> None:
    area, taken = (-1.0, 3.0, 1.0, 5.0), (-0.3, 3.7, 0.3, 4.3)
    path = play(area, loop, seed, avoid=[taken])
    assert path.end == pytest.approx(loop)
    start, end = path.at(0), path.at(loop)
    assert (start.x, start.z) == pytest.approx((end.x, end.z))
    for time in np.arange(0, loop, 1.3):
        place = path.at(float(time))
        assert area[0] <= place.x <= area[2]
        assert area[1] <= place.z <= area[3]
        assert place.speed < 1.2
    assert math.isfinite(path.at(loop / 2).walked_m)
