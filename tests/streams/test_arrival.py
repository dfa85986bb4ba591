from __future__ import annotations

import random
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.streams.arrival import ArrivalClock


def test_network_jitter_is_smoothed_away() -> None:
    clock, chance = ArrivalClock(), random.Random(7)
    walls = [clock.wall(n / 25, 5000 + n / 25 + chance.uniform(0.02, 0.12)) for n in range(1500)]
    late = walls[500:]
    steps = [after - before for before, after in pairwise(late)]
    assert max(steps) < 0.042
    assert min(steps) > 0.038
    assert walls[-1] - (5000 + 1499 / 25) == pytest.approx(0.02, abs=0.01)


def test_it_follows_a_camera_clock_that_runs_slow() -> None:
    clock = ArrivalClock()
    walls = [clock.wall(n / 25 * 0.9995, 1000 + n / 25) for n in range(25 * 600)]
    assert walls[-1] == pytest.approx(1000 + (25 * 600 - 1) / 25, abs=0.05)


@given(st.lists(st.tuples(st.floats(0.001, 3), st.floats(-5, 5)), min_size=1, max_size=100))
def test_wall_times_never_fall_back(steps: list[tuple[float, float]]) -> None:
    clock, time, last = ArrivalClock(), 0.0, 0.0
    for step, delay in steps:
        time += step
        wall = clock.wall(time, 1000 + time + delay)
        assert wall >= last
        last = wall
