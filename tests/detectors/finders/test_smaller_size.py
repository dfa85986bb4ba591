import random
from collections.abc import Sequence

import pytest

from monitor.detectors.finders.smaller_size import (
    COMPARED_EVERY,
    MISS,
    TRUSTED_FROM,
    SmallerSize,
    smaller_sizes,
)
from monitor.domain.people import AgeClass, Box, Person

USUAL = (640, 384)
HALF, TWO_THIRDS = (320, 192), (416, 256)


def person(place: int, score: float = 0.8, age: AgeClass = AgeClass.UNKNOWN) -> Person:
    left = place / 10
    return Person(
        Box(left, 0.3, left + 0.08, 0.6), score, age, 0.9 if age.value != "unknown" else 0
    )


GROUP = [person(place) for place in range(5)]
TIMES = TRUSTED_FROM // len(GROUP)


class Day:
    """A camera whose pictures come one by one."""

    def __init__(self) -> None:
        self.choice = SmallerSize(USUAL)
        self.wall = 1_000.0

    def compare(self, usual: Sequence[Person], smaller: Sequence[Person], times: int = 1) -> None:
        for _ in range(times):
            self.wall += COMPARED_EVERY
            if self.choice.looked(self.wall, usual) is not None:
                self.choice.compared(self.wall, usual, smaller)

    def asked(self, after: float = 0.5, *, closely: bool = False) -> tuple[int, int] | None:
        return self.choice.size_for(self.wall + after, closely=closely)


@pytest.fixture
def settled() -> Day:
    day = Day()
    day.compare(GROUP, GROUP, TIMES)
    assert day.asked() == HALF
    return day


def test_the_smaller_size_is_used_once_it_has_kept_three_hundred_people() -> None:
    day = Day()
    day.compare(GROUP, GROUP, TIMES - 1)
    assert day.asked() is None
    day.compare(GROUP, GROUP)
    assert day.asked() == HALF


def test_the_usual_size_comes_again_after_two_seconds(settled: Day) -> None:
    assert settled.asked(COMPARED_EVERY - 0.1) == HALF
    assert settled.asked(COMPARED_EVERY) is None
    assert settled.asked(-1.0) is None  # a clock that was set back


def test_what_may_soon_be_raised_is_looked_at_with_the_usual_size(settled: Day) -> None:
    assert settled.asked(closely=True) is None


def test_where_nobody_was_found_the_usual_size_goes_on_looking(settled: Day) -> None:
    settled.choice.looked(settled.wall + COMPARED_EVERY, [person(0, score=0.2)])
    assert settled.asked(COMPARED_EVERY + 0.5) is None


def test_a_second_lost_person_ends_the_trust_at_once(settled: Day) -> None:
    settled.compare(GROUP, GROUP[1:])
    assert settled.asked() == HALF
    settled.compare(GROUP, GROUP[1:])
    assert settled.asked() is None


def test_one_lost_person_is_made_up_for_by_a_hundred_kept(settled: Day) -> None:
    settled.compare(GROUP, GROUP[1:])
    settled.compare(GROUP, GROUP, MISS // len(GROUP))
    settled.compare(GROUP, GROUP[1:])
    assert settled.asked() == HALF


@pytest.mark.parametrize(
    "smaller",
    [
        [*GROUP, person(8)],
        [Person(Box(0.0, 0.3, 0.08, 0.45), 0.8), *GROUP[1:]],
        [person(0, score=0.2), *GROUP[1:]],
    ],
    ids=["somebody who is not there", "half as tall", "weakly"],
)
def test_what_would_mislead_counts_as_lost(settled: Day, smaller: list[Person]) -> None:
    settled.compare(GROUP, smaller, 2)
    assert settled.asked() is None


def test_who_is_taken_for_another_age_counts_as_lost(settled: Day) -> None:
    children = [person(place, age=AgeClass.CHILD) for place in range(5)]
    adults = [person(place, age=AgeClass.ADULT) for place in range(5)]
    settled.compare(children, children, 10)
    assert settled.asked() == HALF
    settled.compare(children, adults)
    assert settled.asked() is None


def test_weak_boxes_say_nothing(settled: Day) -> None:
    settled.compare([*GROUP, person(7, score=0.2)], [*GROUP, person(8, score=0.15)], 50)
    assert settled.asked() == HALF


def test_a_size_that_loses_people_gives_way_to_a_larger_one_and_is_tried_again_later() -> None:
    day = Day()
    tried = [day.choice.candidate]
    for lost, kept in ((1, TIMES), (2, TIMES)):
        day.compare(GROUP, [], lost)
        tried.append(day.choice.candidate)
        day.compare(GROUP, GROUP, kept)
        tried.append(day.asked())
    day.wall += 3600.0
    day.compare(GROUP, GROUP)
    assert [*tried, day.choice.candidate] == [HALF, TWO_THIRDS, TWO_THIRDS, None, None, HALF]


def test_a_camera_that_may_lose_one_in_twenty_is_hardly_ever_looked_at_smaller() -> None:
    dice = random.Random(5)
    day, smaller = Day(), 0
    for _ in range(20_000):
        day.compare(GROUP, [item for item in GROUP if dice.random() > 0.05])
        smaller += day.asked() is not None
    assert smaller < 20


def test_a_size_that_the_model_cannot_run_at_is_never_tried() -> None:
    day = Day()
    day.choice.impossible(HALF)
    day.compare(GROUP, GROUP, TIMES)
    assert day.asked() == TWO_THIRDS
    day.choice.impossible(TWO_THIRDS)
    day.compare(GROUP, GROUP, TIMES)
    assert day.asked() is None


def test_sizes_are_smaller_and_fit_the_model() -> None:
    assert smaller_sizes(USUAL) == (HALF, TWO_THIRDS)
    assert smaller_sizes((1280, 736)) == ((640, 384), (864, 480))
    assert smaller_sizes((128, 96)) == ()
