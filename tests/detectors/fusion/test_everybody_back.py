from __future__ import annotations

import pytest

from monitor.detectors.everybody_back import EverybodyBack
from monitor.detectors.same_place import same_place
from monitor.domain.people import Box


def counted(*parts: tuple[float, int]) -> EverybodyBack:
    """Return the memory of a room; each part is how many seconds, and how many adults."""
    back, time = EverybodyBack(), 0.0
    for seconds, adults in parts:
        for _ in range(round(seconds * 5)):
            back.add(round(time, 3), adults)
            time += 0.2
    return back


def test_nobody_is_missing_where_as_many_as_before_are_seen_together_for_a_while() -> None:
    back = counted((20, 2), (10, 1), (8, 2))
    assert back.around(19.8) == 2
    assert back.since(19.8, 2)


@pytest.mark.parametrize("seconds", [1, 10])
def test_one_of_two_is_missing_while_one_is_seen(seconds: float) -> None:
    back = counted((20, 2), (seconds, 1))
    assert not back.since(19.8, 2)


def test_a_moment_together_is_not_enough() -> None:
    assert not counted((20, 2), (10, 1), (1, 2)).since(19.8, 2)


def test_she_who_is_held_where_she_was_lost_is_not_back() -> None:
    # Both are counted for as long as the missed are held; only then does the count fall.
    assert not counted((20, 2), (3, 2)).since(19.8, 2)


def test_time_that_goes_back_begins_anew() -> None:
    back = counted((20, 2))
    back.add(-100.0, 1)
    assert back.around(19.8) == 1


def test_who_sits_is_in_the_same_place_whole_or_above_the_table() -> None:
    whole, above, beside = (
        Box(0.4, 0.4, 0.5, 0.7),
        Box(0.41, 0.4, 0.5, 0.52),
        Box(0.5, 0.4, 0.6, 0.7),
    )
    assert same_place(whole, above)
    assert same_place(above, whole)
    assert not same_place(whole, beside)
    assert not same_place(whole, Box(0.44, 0.5, 0.46, 0.6))
