from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.detectors.things import Things
from monitor.domain.people import Box

COAT, SHAKEN, ELSEWHERE = (
    Box(0.4, 0.3, 0.46, 0.6),
    Box(0.404, 0.305, 0.463, 0.596),
    Box(0.7, 0.3, 0.76, 0.6),
)


def test_a_thing_is_known_once_it_was_taken_for_a_person_repeatedly() -> None:
    things = Things()
    things.ended(COAT, 10)
    assert not things.known(COAT)
    things.ended(SHAKEN, 60)
    assert things.known(COAT)
    assert not things.known(ELSEWHERE)


def test_somebody_much_larger_at_the_place_is_not_the_thing() -> None:
    things = Things()
    for time in (10, 20, 30):
        things.ended(COAT, time)
    assert not things.known(Box(0.36, 0.1, 0.5, 0.75))


def test_a_box_that_shakes_more_is_still_the_thing_but_does_not_begin_as_one() -> None:
    things = Things()
    for time in (10, 20):
        things.ended(COAT, time)
    shaken = Box(0.41, 0.42, 0.47, 0.62)
    assert not things.known(shaken)
    assert things.still(shaken)
    assert not things.still(ELSEWHERE)


def test_a_thing_that_was_taken_away_is_forgotten() -> None:
    things = Things()
    things.ended(COAT, 0)
    things.ended(COAT, 10)
    things.ended(ELSEWHERE, 8000)
    assert not things.known(COAT)


@pytest.mark.parametrize("many", [100, 1000])
def test_what_is_seen_most_often_outlasts_what_was_seen_once(many: int) -> None:
    things = Things()
    for time in range(5):
        things.ended(COAT, time)
    for number in range(many):
        x = 0.001 * (number % 300)
        things.ended(Box(x, 0.7, x + 0.01, 0.75 + 0.0001 * number), 10 + number)
    assert things.known(COAT)


@given(st.lists(st.tuples(st.floats(0, 0.9), st.floats(0, 0.9)), max_size=80))
def test_one_ending_makes_no_thing(corners: list[tuple[float, float]]) -> None:
    things = Things()
    for time, (x, y) in enumerate(corners):
        fresh = Box(x, y, x + 0.1, y + 0.1)
        known = things.known(fresh)
        things.ended(fresh, time)
        assert known <= any(
            fresh.overlap(Box(a, b, a + 0.1, b + 0.1)) >= 0.5 for a, b in corners[:time]
        )
