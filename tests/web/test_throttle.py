"""How often somebody may try."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from monitor.web.throttle import Throttle


def test_it_waits_after_too_many_failures_and_forgets() -> None:
    throttle = Throttle(most=3, seconds=60)
    for moment in (0.0, 10.0, 20.0):
        assert throttle.wait("wang", moment) == 0
        throttle.failed("wang", moment)
    assert throttle.wait("wang", 30) == 30
    assert throttle.wait("li", 30) == 0
    assert throttle.wait("wang", 60) == 0
    throttle.failed("wang", 60)
    assert throttle.wait("wang", 61) == 9
    throttle.succeeded("wang")
    assert throttle.wait("wang", 62) == 0


def test_the_memory_is_bounded() -> None:
    throttle = Throttle(most=1, seconds=60, keys=3)
    for number in range(10):
        throttle.failed(f"guess {number}", 0)
    assert throttle.wait("guess 0", 1) == 0
    assert throttle.wait("guess 9", 1) == 59


@given(st.lists(st.floats(0, 1000), min_size=1, max_size=40))
def test_never_more_than_allowed_within_the_window(moments: list[float]) -> None:
    throttle = Throttle(most=3, seconds=100)
    tried: list[float] = []
    for moment in sorted(moments):
        if throttle.wait("x", moment) == 0:
            throttle.failed("x", moment)
            tried.append(moment)
        assert sum(moment - 100 < earlier <= moment for earlier in tried) <= 3
