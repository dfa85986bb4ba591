from __future__ import annotations

import math

import pytest

from benchmarks.scenarios.intervals import percentile, rate_interval, share_interval


def test_shares_as_in_tables() -> None:
    assert share_interval(59, 59) == (pytest.approx(0.9394, abs=1e-3), 1.0)
    assert share_interval(8, 10) == (pytest.approx(0.4439, abs=1e-3), pytest.approx(0.9748, 1e-3))
    assert share_interval(0, 0) == (0.0, 1.0)


def test_rates_as_in_tables() -> None:
    assert rate_interval(0, 60) == (0.0, pytest.approx(3.689 / 60, abs=1e-4))
    low, high = rate_interval(10, 1)
    assert (low, high) == (pytest.approx(4.795, abs=1e-2), pytest.approx(18.39, abs=1e-2))


def test_percentiles() -> None:
    assert percentile([3.0, 1.0, 2.0], 0.5) == 2.0
    assert percentile([1.0], 0.99) == 1.0
    assert math.isnan(percentile([], 0.5))
