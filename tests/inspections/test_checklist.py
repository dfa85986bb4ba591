from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.domain.checklists import Answer, Checklist, MetricStatus, Result
from monitor.domain.errors import InputError, NotFoundError
from monitor.domain.places import Institution, NoticeState
from monitor.domain.registers import Paper, PaperKind, Register
from monitor.domain.text import Text
from monitor.inspections.answers import check_answer, outcome
from monitor.inspections.checklist import as_plain, content_hash, generate
from monitor.inspections.facts import Facts
from monitor.inspections.template import Template

MONTH = date(2026, 11, 1)
DISTRICT = Text(zh="演示区", en="Demo District")
THREE = (PaperKind.NOTICE, PaperKind.REGISTRATION, PaperKind.FILING)


def licensed(expires: date | None) -> Register:
    return Register("sunshine", papers=tuple(Paper(kind, "1", None, expires) for kind in THREE))


@pytest.fixture
def checklist(make_checklist: Callable[..., Checklist]) -> Checklist:
    return make_checklist(reported=licensed(date(2026, 11, 1)))


def answer(
    checklist: Checklist, item: str, result: Result, note: str = "", after: int = 1
) -> Answer:
    return Answer(item, result, note, "王检查", checklist.generated + timedelta(minutes=after))


def test_every_item_has_its_entry_and_unknown_ones_are_blank(
    make_checklist: Callable[..., Checklist], template: Template
) -> None:
    checklist = make_checklist()
    assert [entry.item.id for entry in checklist.entries] == [item.id for item in template.items]
    for entry in checklist.entries:
        assert (entry.reading is not None) == (entry.item.auto is not None)
        assert entry.proposal is None
        assert not entry.decided
    assert checklist.template.sha256 == template.mark.sha256


def test_a_known_reading_decides_or_proposes(checklist: Checklist) -> None:
    licence = checklist.entry("S-01")
    assert licence is not None
    assert licence.decided
    assert licence.proposal is Result.FAIL
    reading = licence.reading
    assert reading is not None
    assert (reading.status, reading.value) == (MetricStatus.FAIL, -29)
    assert reading.inputs == {kind.value: "2026-11-01" for kind in THREE}


def test_a_proposal_does_not_decide(make_checklist: Callable[..., Checklist]) -> None:
    drill = make_checklist(reported=Register("sunshine")).entry("S-21")
    assert drill is not None
    assert not drill.decided


def test_a_template_that_does_not_hold_is_refused(
    make_facts: Callable[..., Facts], template: Template
) -> None:
    facts = make_facts()
    with pytest.raises(InputError, match="not in force in 2020-01"):
        generate(facts, date(2020, 1, 1), template, DISTRICT, facts.now)
    with pytest.raises(InputError, match="not the first"):
        generate(facts, date(2026, 11, 2), template, DISTRICT, facts.now)


@settings(max_examples=20, deadline=None)
@given(
    days=st.none() | st.dates(date(2026, 1, 1), date(2028, 1, 1)),
    name=st.text(min_size=1, max_size=30),
    state=st.sampled_from(NoticeState),
    later=st.integers(0, 10**6),
)
def test_the_same_facts_give_the_same_content(
    make_facts: Callable[..., Facts],
    template: Template,
    days: date | None,
    name: str,
    state: NoticeState,
    later: int,
) -> None:
    institution = Institution("x", Text(zh=name, en=name), "", notice_state=state)
    facts = make_facts(institution=institution, reported=licensed(days))
    one = generate(facts, MONTH, template, DISTRICT, facts.now)
    two = generate(facts, MONTH, template, DISTRICT, facts.now + timedelta(seconds=later))
    assert one.content_sha256 == two.content_sha256 == content_hash(two)
    assert replace(two, generated=one.generated) == one
    assert content_hash(replace(one, revision=9)) == one.content_sha256


def test_other_facts_give_another_hash(
    make_checklist: Callable[..., Checklist], checklist: Checklist
) -> None:
    other = make_checklist(reported=licensed(date(2026, 11, 2)))
    assert other.content_sha256 != checklist.content_sha256


def test_what_cannot_be_printed_is_left_out(make_checklist: Callable[..., Checklist]) -> None:
    hostile = Institution("x", Text(zh="阳\x00光\ud800\x1b[31m", en="A\r\nB\tC"), "")
    subject = make_checklist(institution=hostile).subject
    assert subject.name == Text(zh="阳光?[31m", en="A\nB\tC")


def test_plain_json_has_no_surprises(checklist: Checklist) -> None:
    plain = as_plain(checklist)
    assert plain["month"] == "2026-11-01"
    assert plain["entries"][0]["item"]["severity"] == "critical"
    assert plain["entries"][0]["reading"]["value"] == -29


@pytest.mark.parametrize(
    ("item", "result", "note", "refused"),
    [
        ("S-03", Result.PASS, "", None),
        ("S-03", Result.FAIL, " ", "a note is needed"),
        ("S-03", Result.NOT_APPLICABLE, "", "a note is needed"),
        ("S-03", Result.FAIL, "未公示", None),
        ("S-01", Result.PASS, "", "without a reason"),
        ("S-01", Result.PASS, "已换证", None),
    ],
)
def test_which_answers_need_a_note(
    checklist: Checklist, item: str, result: Result, note: str, refused: str | None
) -> None:
    given_answer = answer(checklist, item, result, note)
    if refused is None:
        assert check_answer(checklist, given_answer).item.id == item
    else:
        with pytest.raises(InputError, match=refused):
            check_answer(checklist, given_answer)


def test_an_unknown_item_cannot_be_answered(checklist: Checklist) -> None:
    with pytest.raises(NotFoundError, match="Z-99"):
        check_answer(checklist, answer(checklist, "Z-99", Result.PASS))


def all_passed(checklist: Checklist) -> list[Answer]:
    return [answer(checklist, entry.item.id, Result.PASS, "x") for entry in checklist.entries]


def test_the_grade_follows_score_and_gravity(checklist: Checklist) -> None:
    passed = all_passed(checklist)
    assert outcome(checklist, passed).score == 100
    graded = {
        "minor": ["S-03"],
        "many": [entry.item.id for entry in checklist.entries if entry.item.severity == "major"],
        "critical": ["S-29"],
    }
    names = {}
    for key, failing in graded.items():
        failed = [answer(checklist, item, Result.FAIL, "x", after=2) for item in failing]
        result = outcome(checklist, [*passed, *failed])
        assert result.complete
        assert result.grade is not None
        names[key] = result.grade.name.zh
    assert names == {"minor": "合格", "many": "限期整改", "critical": "立即整改"}


def test_unanswered_items_are_blank_unless_decided(checklist: Checklist) -> None:
    result = outcome(checklist, [])
    assert (result.failed, result.blank, result.score) == (1, 70, 0.0)
    assert not result.complete


def test_items_that_do_not_apply_leave_the_score(checklist: Checklist) -> None:
    aside = [
        answer(checklist, entry.item.id, Result.NOT_APPLICABLE, "x") for entry in checklist.entries
    ]
    result = outcome(checklist, aside)
    assert (result.score, result.grade, result.not_applicable) == (None, None, 71)


def test_the_last_answer_stands(checklist: Checklist) -> None:
    first = answer(checklist, "S-03", Result.FAIL, "x", after=1)
    last = answer(checklist, "S-03", Result.PASS, after=5)
    assert outcome(checklist, [last, first]).passed == 1
