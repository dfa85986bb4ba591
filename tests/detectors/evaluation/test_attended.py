from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.detectors.evaluation.attended import Costs, by_frame, by_window
from monitor.detectors.evaluation.people import Share, Sight
from monitor.domain.people import AgeClass

ADULT, CHILD = AgeClass.ADULT, AgeClass.CHILD
PLACE = (0.1, 0.1, 0.2, 0.3)
MakeSight = Callable[..., Sight]


def test_misses_and_ghosts_by_frame(make_sight: MakeSight) -> None:
    sights = [
        make_sight([(ADULT, PLACE)], [(ADULT, 0.9, PLACE)]),
        make_sight([(ADULT, PLACE)], [(ADULT, 0.3, PLACE), (CHILD, 0.95, PLACE)]),
        make_sight([(CHILD, PLACE)], [(CHILD, 0.9, PLACE)]),
        make_sight([(CHILD, PLACE)], [(ADULT, 0.5, PLACE)]),
        make_sight([], []),
    ]
    at_half = by_frame(sights).at(0.5)
    assert at_half.miss == Share(1, 2)
    assert at_half.ghost == Share(1, 3)
    assert at_half.balanced_accuracy == pytest.approx(1 - (1 / 2 + 1 / 3) / 2)


def test_the_operating_point_follows_the_costs(make_sight: MakeSight) -> None:
    sights = [
        make_sight([(ADULT, PLACE)], [(ADULT, 0.4, PLACE)]),
        make_sight([(ADULT, PLACE)], [(ADULT, 0.9, PLACE)]),
        make_sight([], [(ADULT, 0.6, PLACE)]),
        make_sight([], []),
    ]
    curve = by_frame(sights)
    # Of the thresholds that cost the same (0.65–0.90 and 0.05–0.40) the middle one is taken.
    assert curve.cheapest(Costs(ghost=5, miss=1)).threshold == 0.8
    assert curve.cheapest(Costs(ghost=1, miss=5)).threshold == 0.25
    assert curve.cheapest(Costs(ghost=5, miss=1)).cost(Costs(ghost=5, miss=1)) == 0.5


def test_a_window_is_judged_by_most_of_its_frames(make_sight: MakeSight) -> None:
    there, found = [(ADULT, PLACE)], [(ADULT, 0.9, PLACE)]
    sights = [
        # An adult is there all the time and found in two of four frames: attended.
        *(make_sight(there, found if i < 2 else [], "a", 2.0 * i) for i in range(4)),
        # One ghost in three frames does not make a room attended.
        *(make_sight([], found if i == 0 else [], "a", 10 + 3.0 * i) for i in range(3)),
        # An adult in one of three frames: neither with nor without.
        *(make_sight(there if i == 0 else [], [], "b", 3.0 * i) for i in range(3)),
        # A window of one frame says no more than the frame.
        make_sight(there, [], "c", 0.0),
    ]
    curve = by_window(sights)
    assert curve is not None
    point = curve.at(0.5)
    assert (point.miss, point.ghost) == (Share(0, 1), Share(0, 1))
    assert (curve.moments, curve.mixed) == (2, 1)


def test_windows_need_times(make_sight: MakeSight) -> None:
    assert by_window([make_sight([(ADULT, PLACE)], [])]) is None


@given(
    st.lists(st.tuples(st.booleans(), st.floats(0.01, 0.99)), min_size=1, max_size=20),
)
def test_a_higher_threshold_misses_more_and_sees_fewer_ghosts(
    make_sight: MakeSight, moments: list[tuple[bool, float]]
) -> None:
    sights = [
        make_sight([(ADULT, PLACE)] if attended else [], [(ADULT, score, PLACE)])
        for attended, score in moments
    ]
    points = by_frame(sights).points
    misses = [point.miss.part for point in points]
    ghosts = [point.ghost.part for point in points]
    assert misses == sorted(misses)
    assert ghosts == sorted(ghosts, reverse=True)
