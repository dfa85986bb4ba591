from __future__ import annotations

from collections.abc import Callable

import pytest

from monitor.detectors.evaluation.people import Share, Sight, false_boxes, find_out
from monitor.domain.people import AgeClass

ADULT, CHILD, UNKNOWN = AgeClass.ADULT, AgeClass.CHILD, AgeClass.UNKNOWN
LEFT, RIGHT, FAR = (0.1, 0.1, 0.2, 0.3), (0.6, 0.1, 0.7, 0.2), (0.4, 0.8, 0.43, 0.85)
MakeSight = Callable[..., Sight]


def test_recall_and_precision_at_a_confidence(make_sight: MakeSight) -> None:
    sight = make_sight(
        [(ADULT, LEFT), (CHILD, RIGHT)],
        [(ADULT, 0.9, LEFT), (CHILD, 0.2, RIGHT), (CHILD, 0.8, FAR)],
    )
    person = find_out([sight], None, 0.25)
    assert (person.recall, person.precision) == (Share(1, 2), Share(1, 2))
    assert find_out([sight], None, 0.1).recall == Share(2, 2)
    assert find_out([sight], ADULT, 0.25).precision == Share(1, 1)
    assert find_out([sight], CHILD, 0.25).recall == Share(0, 1)
    assert false_boxes([sight], 0.25) == 1.0
    assert false_boxes([sight], 0.85) == 0.0


def test_a_child_taken_for_an_adult_is_found_as_a_person_only(make_sight: MakeSight) -> None:
    sight = make_sight([(CHILD, LEFT)], [(ADULT, 0.9, LEFT)])
    assert find_out([sight], None, 0.25).recall == Share(1, 1)
    assert find_out([sight], CHILD, 0.25).recall == Share(0, 1)
    adult = find_out([sight], ADULT, 0.25)
    assert adult.precision == Share(0, 1)
    assert adult.ap50 is None
    assert false_boxes([sight], 0.25) == 0.0


def test_somebody_of_unknown_age_counts_neither_for_nor_against(make_sight: MakeSight) -> None:
    sight = make_sight([(UNKNOWN, LEFT), (ADULT, RIGHT)], [(ADULT, 0.9, LEFT), (ADULT, 0.8, RIGHT)])
    adult = find_out([sight], ADULT, 0.25)
    assert (adult.recall, adult.precision, adult.ap50) == (Share(1, 1), Share(1, 1), 1.0)


def test_recall_by_height(make_sight: MakeSight) -> None:
    sight = make_sight([(ADULT, LEFT), (CHILD, RIGHT), (CHILD, FAR)], [(ADULT, 0.9, LEFT)])
    by_height = find_out([sight], None, 0.25).by_height
    assert by_height == {"small": Share(0, 1), "medium": Share(0, 1), "large": Share(1, 1)}


def test_average_precision_falls_where_boxes_fit_badly(make_sight: MakeSight) -> None:
    shifted = (0.1, 0.12, 0.2, 0.32)
    found = find_out([make_sight([(ADULT, LEFT)], [(ADULT, 0.9, shifted)])], None, 0.25)
    assert found.ap50 == pytest.approx(1.0)
    # The overlap is 0.18 / 0.22 = 0.818: a hit at the seven overlaps from 0.50 to 0.80.
    assert found.ap == pytest.approx(0.7)


def test_nothing_found_and_nobody_there(make_sight: MakeSight) -> None:
    empty = find_out([make_sight([], [])], None, 0.25)
    assert empty.recall.value is None
    assert empty.precision.value is None
    assert empty.ap is None
