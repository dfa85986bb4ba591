from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.domain.checklists import Answer, Checklist, Result
from monitor.domain.errors import InputError
from monitor.inspections.signature import HEIGHT, WIDTH, signature_svg
from monitor.inspections.signing import Lack, Missing, answers_hash, missing, signed_text

AT = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)
MakeChecklist = Callable[..., Checklist]


def given_for(item: str, result: Result, note: str = "") -> Answer:
    return Answer(item, result, note, "Li", AT)


def test_the_text_that_is_signed_is_written_down() -> None:
    answers = [given_for("S-02", Result.FAIL, '门 "开"\n'), given_for("S-01", Result.PASS)]
    text = signed_text("c0ffee", answers, {"b": "2", "a": "1"})
    assert text == (
        '["c0ffee",[["S-01","pass",""],["S-02","fail","门 \\"开\\"\\n"]],[["a","1"],["b","2"]]]'
    )


def test_the_hash_covers_every_answer_and_photo_in_any_order(
    make_checklist: MakeChecklist,
) -> None:
    checklist = make_checklist()
    answers = [given_for("S-01", Result.PASS), given_for("S-02", Result.FAIL, "x")]
    signed = answers_hash(checklist, answers, {"p": "1"})
    assert answers_hash(checklist, answers[::-1], {"p": "1"}) == signed
    others = (
        answers_hash(checklist, answers[:1], {"p": "1"}),
        answers_hash(checklist, answers, {"p": "2"}),
        answers_hash(checklist, [answers[0], given_for("S-02", Result.FAIL, "y")], {"p": "1"}),
    )
    assert signed not in others


def test_what_fails_by_photo_needs_one_and_what_is_blank_an_answer(
    make_checklist: MakeChecklist,
) -> None:
    checklist = make_checklist()
    passed = [
        given_for(entry.item.id, Result.PASS)
        for entry in checklist.entries
        if entry.item.id not in ("S-01", "S-03")
    ]
    lacking = missing(checklist, [*passed, given_for("S-01", Result.FAIL, "expired")], ())
    assert lacking == (Missing("S-01", Lack.PHOTO), Missing("S-03", Lack.ANSWER))
    assert (
        missing(
            checklist,
            [*passed, given_for("S-01", Result.FAIL, "x"), given_for("S-03", Result.PASS)],
            ["S-01"],
        )
        == ()
    )


def test_what_the_system_decided_needs_no_answer(make_checklist: MakeChecklist) -> None:
    checklist = make_checklist()
    decided = {entry.item.id for entry in checklist.entries if entry.decided}
    lacking = {one.item_id for one in missing(checklist, (), ()) if one.lack is Lack.ANSWER}
    assert lacking.isdisjoint(decided)
    assert lacking | decided == {entry.item.id for entry in checklist.entries}


POINT = st.tuples(st.integers(0, WIDTH), st.integers(0, HEIGHT))


@given(st.lists(st.lists(POINT, min_size=1, max_size=20), min_size=1, max_size=8))
def test_a_signature_becomes_a_picture_of_numbers_only(
    strokes: list[list[tuple[int, int]]],
) -> None:
    if sum(map(len, strokes)) < 8:
        with pytest.raises(InputError):
            signature_svg(strokes)
        return
    picture = signature_svg(strokes).decode("ascii")
    assert picture.count("<polyline") == len(strokes)
    assert signature_svg(strokes).decode("ascii") == picture


def test_a_stroke_outside_the_field_is_refused() -> None:
    inside = [(number, 10) for number in range(20)]
    with pytest.raises(InputError, match="field"):
        signature_svg([[*inside, (WIDTH + 1, 0)]])
    with pytest.raises(InputError, match="more than"):
        signature_svg([inside] * 201)
