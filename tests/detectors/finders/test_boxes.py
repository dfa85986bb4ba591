import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from monitor.detectors.finders.boxes import (
    MOST_CANDIDATES,
    MOST_PEOPLE,
    age_certainty,
    people_of,
    suppress,
)
from monitor.detectors.finders.letterbox import letterbox
from monitor.domain.people import AgeClass, Person

FIT = letterbox(640, 384, 640, 384)
PERSON = (AgeClass.UNKNOWN,)
AGES = (AgeClass.ADULT, AgeClass.CHILD, AgeClass.CHILD)


def output(*columns: list[float]) -> NDArray[np.float32]:
    return np.array(columns, np.float32).T.copy()


def people(
    raw: NDArray[np.float32], ages: tuple[AgeClass, ...] = PERSON, confidence: float = 0.1
) -> list[Person]:
    return people_of(raw, ages, FIT, confidence=confidence, overlap=0.6)


def iou(a: list[float], b: list[float]) -> float:
    width = max(0.0, min(a[2], b[2]) - max(a[0], b[0]))
    height = max(0.0, min(a[3], b[3]) - max(a[1], b[1]))
    area = (a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1])
    return width * height / (area - width * height)


def test_weak_boxes_are_kept_down_to_the_confidence() -> None:
    raw = output([100, 100, 40, 80, 0.9], [300, 100, 40, 80, 0.1], [500, 100, 40, 80, 0.0999])
    assert [person.score for person in people(raw)] == pytest.approx([0.9, 0.1])


def test_the_box_is_a_share_of_the_picture() -> None:
    [person] = people(output([160, 96, 64, 96, 0.5]))
    box = person.box
    assert (box.x1, box.y1, box.x2, box.y2) == pytest.approx((0.2, 0.125, 0.3, 0.375))
    assert (person.age, person.age_score) == (AgeClass.UNKNOWN, 0.0)


def test_a_box_wholly_in_the_margin_is_no_person() -> None:
    fit = letterbox(384, 384, 640, 384)
    raw = output([40, 100, 40, 80, 0.9])
    assert people_of(raw, PERSON, fit, confidence=0.1, overlap=0.6) == []


def test_scores_that_are_not_numbers_are_no_people() -> None:
    assert people(output([100, 100, 40, 80, float("nan")])) == []


def test_one_person_gives_one_box_whatever_the_classes() -> None:
    raw = output([100, 100, 40, 80, 0.5, 0.2, 0.0], [101, 100, 40, 80, 0.1, 0.4, 0.0])
    [person] = people(raw, AGES)
    assert person.age is AgeClass.ADULT
    assert person.score == pytest.approx(0.5)
    assert person.age_score == pytest.approx(age_certainty(0.5, 0.2))


def test_two_classes_of_children_do_not_outvote_each_other() -> None:
    [person] = people(output([100, 100, 40, 80, 0.0, 0.5, 0.45]), AGES)
    assert person.age is AgeClass.CHILD
    assert person.age_score == pytest.approx(age_certainty(0.5, 0.0))


def test_a_weak_box_says_little_of_the_age() -> None:
    assert age_certainty(0.9, 0.0) > 0.9
    assert age_certainty(0.1, 0.0) < 0.7
    assert age_certainty(0.4, 0.4) == 0.5


def test_a_class_without_an_age_may_win() -> None:
    ages = (AgeClass.UNKNOWN, AgeClass.ADULT, AgeClass.CHILD)
    [person] = people(output([100, 100, 40, 80, 0.8, 0.5, 0.3]), ages)
    assert (person.age, person.age_score) == (AgeClass.UNKNOWN, 0.0)


def test_a_flood_of_boxes_is_bounded_and_keeps_the_best() -> None:
    rng = np.random.default_rng(1)
    count = MOST_CANDIDATES * 4
    raw = np.empty((5, count), np.float32)
    raw[0], raw[1] = rng.uniform(10, 630, count), rng.uniform(10, 374, count)
    raw[2:4], raw[4] = 4, rng.uniform(0.2, 0.9, count)
    raw[4, 7] = 0.99
    found = people(raw)
    assert len(found) == MOST_PEOPLE
    assert found[0].score == pytest.approx(0.99)


def test_a_hundred_people_in_a_yard_are_all_kept() -> None:
    seats = [(32 + 64 * column, 19 + 38 * row) for column in range(10) for row in range(10)]
    raw = output(*([x, y, 30, 36, 0.9 - shade / 100] for x, y in seats for shade in range(12)))
    assert len(people(raw)) == 100


corner = st.floats(0, 500, width=32)
side = st.floats(2, 200, width=32)
score = st.floats(0.125, 1, width=32)


@given(st.lists(st.tuples(corner, corner, side, side, score), min_size=1, max_size=25))
def test_survivors_do_not_overlap_and_every_other_is_covered(
    drawn: list[tuple[float, ...]],
) -> None:
    corners = np.array([[x, y, x + w, y + h] for x, y, w, h, _ in drawn], np.float32)
    scores = np.array([score for *_, score in drawn], np.float32)
    kept = suppress(corners, scores, 0.6).tolist()
    boxes = corners.tolist()
    assert [scores[row] for row in kept] == sorted((scores[row] for row in kept), reverse=True)
    for position, row in enumerate(kept):
        assert all(iou(boxes[row], boxes[other]) <= 0.6001 for other in kept[:position])
    for row in set(range(len(drawn))) - set(kept):
        assert any(
            iou(boxes[row], boxes[other]) >= 0.5999 and scores[other] >= scores[row]
            for other in kept
        )
