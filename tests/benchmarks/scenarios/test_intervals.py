from __future__ import annotations

import math

import pytest

from benchmarks.scenarios.intervals import percentile, rate_interval, share_interval


@pytest.mark.parametrize(
    ("successes", "trials", "low", "high"),
    [(59, 59, 0.9394, 1.0), (8, 10, 0.4439, 0.9748), (0, 0, 0.0, 1.0)],
)
def test_shares_as_in_tables(successes: int, trials: int, low: float, high: float) -> None:
    found = share_interval(successes, trials)
    assert found[0] == pytest.approx(low, abs=1e-3)
    assert found[1] == pytest.approx(high, abs=1e-3)


@pytest.mark.parametrize(
    ("count", "exposure", "low", "high"), [(0, 60, 0.0, 3.689 / 60), (10, 1, 4.795, 18.39)]
)
def test_rates_as_in_tables(count: int, exposure: float, low: float, high: float) -> None:
    found = rate_interval(count, exposure)
    assert found[0] == pytest.approx(low, abs=1e-2)
    assert found[1] == pytest.approx(high, abs=1e-2)


def test_percentiles() -> None:
    assert percentile([3.0, 1.0, 2.0], 0.5) == 2.0
    assert percentile([1.0], 0.99) == 1.0
    assert math.isnan(percentile([], 0.5))
