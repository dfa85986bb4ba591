from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from monitor.web.doors import Doors, address_key
from monitor.web.throttle import Allowance, Throttle


def test_waits_double_up_to_a_limit_and_are_forgotten() -> None:
    throttle = Throttle(3, first=60, longest=300, forget=3600)
    now, waits = 0.0, []
    for _ in range(7):
        throttle.failed("wang", now)
        waits.append(throttle.wait("wang", now))
        now += waits[-1]
    assert waits == [0, 0, 60, 120, 240, 300, 300]
    assert throttle.wait("wang", now) == 0
    assert throttle.wait("li", now) == 0
    throttle.failed("wang", now + 3601)
    assert throttle.wait("wang", now + 3601) == 0, "an hour later it is a first failure"


def test_success_forgets() -> None:
    throttle = Throttle(1)
    throttle.failed("wang", 0)
    assert throttle.wait("wang", 1) == 59
    throttle.succeeded("wang")
    assert throttle.wait("wang", 1) == 0


def test_only_so_many_keys_are_remembered() -> None:
    throttle = Throttle(1, keys=100)
    for number in range(1000):
        throttle.failed(f"name {number}", 0)
    assert throttle.wait("name 0", 0) == 0
    assert throttle.wait("name 999", 0) > 0


@given(st.lists(st.floats(0, 500), max_size=30), st.integers(1, 5))
def test_nobody_waits_longer_than_the_limit(gaps: list[float], free: int) -> None:
    throttle = Throttle(free, first=10, longest=80)
    now = 0.0
    for count, gap in enumerate(gaps, 1):
        throttle.failed("key", now)
        wait = throttle.wait("key", now)
        assert wait <= 80
        assert (wait > 0) is (count >= free)
        now += gap


def test_an_allowance_is_renewed() -> None:
    allowance = Allowance(3, seconds=60)
    assert [allowance.take("a", 10) for _ in range(4)] == [0, 0, 0, 60]
    assert allowance.take("b", 10) == 0
    assert allowance.take("a", 69) == 1
    assert allowance.take("a", 70) == 0


def test_a_known_browser_is_not_kept_out_by_strangers() -> None:
    doors = Doors.of("secret")
    mark = doors.new_mark("wang", 0)
    for _ in range(50):
        doors.failed(doors.attempt("wang", "10.0.0.1", None, 0), 0)
    assert doors.wait(doors.attempt("wang", "10.0.0.1", None, 0), 0) > 0
    assert doors.wait(doors.attempt(" WANG ", "10.0.0.1", mark, 0), 0) == 0
    assert doors.wait(doors.attempt("li", "10.0.0.1", mark, 0), 0) > 0, "of another person"
    for forged in ("x", mark[:-2] + "AA", Doors.of("other").new_mark("wang", 0)):
        assert doors.wait(doors.attempt("wang", "10.0.0.9", forged, 0), 0) > 0


def test_a_known_browser_that_guesses_becomes_a_stranger() -> None:
    doors = Doors.of("secret")
    mark = doors.new_mark("wang", 0)
    for _ in range(5):
        doors.failed(doors.attempt("wang", "10.0.0.1", mark, 0), 0)
    assert doors.attempt("wang", "10.0.0.1", mark, 0).device is None
    assert doors.attempt("wang", "10.0.0.1", mark, 61).device is not None


def test_a_household_has_one_address() -> None:
    assert address_key("2001:db8:1:2:3::4") == address_key("2001:db8:1:2::99")
    assert address_key("2001:db8:1:3::1") != address_key("2001:db8:1:2::1")
    assert address_key("::ffff:10.0.0.7") == "10.0.0.7"
    assert address_key("testclient") == "testclient"
