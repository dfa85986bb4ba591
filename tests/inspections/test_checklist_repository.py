from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date, timedelta

import pytest

from monitor.domain.access import DISTRICT, Scope, ScopeKind
from monitor.domain.checklists import Answer, Checklist, Result
from monitor.domain.errors import ConflictError, InputError, NotFoundError
from monitor.domain.places import District, Institution
from monitor.domain.registers import Paper, PaperKind, Register
from monitor.domain.text import Text
from monitor.inspections.answers import check_answer
from monitor.store.base import Database
from monitor.store.checklist_repository import ChecklistRepository, SaveOutcome
from monitor.store.place_repository import PlaceRepository

MONTH = date(2026, 11, 1)
ELSEWHERE = Scope(ScopeKind.INSTITUTION, "maple")


@pytest.fixture
def first(make_checklist: Callable[..., Checklist]) -> Checklist:
    return make_checklist()


@pytest.fixture
def second(make_checklist: Callable[..., Checklist]) -> Checklist:
    paper = Paper(PaperKind.INSURANCE, "1", None, date(2027, 1, 1))
    return make_checklist(reported=Register("sunshine", papers=(paper,)))


@pytest.fixture
def checklists(database: Database, first: Checklist) -> ChecklistRepository:
    names = ("sunshine", "maple")
    institutions = tuple(Institution(name, Text(zh=name, en=name), "") for name in names)
    district = District("d", Text(zh="区", en="D"), institutions=institutions)
    PlaceRepository(database).sync(district, first.generated)
    return ChecklistRepository(database)


def test_what_is_saved_comes_back_whole(checklists: ChecklistRepository, second: Checklist) -> None:
    saved = checklists.save(second)
    assert saved.outcome is SaveOutcome.CREATED
    assert checklists.get(DISTRICT, saved.view.id).checklist == second
    assert checklists.find(DISTRICT, "sunshine", MONTH) == saved.view


def test_saving_the_same_again_writes_nothing(
    checklists: ChecklistRepository, first: Checklist
) -> None:
    kept = checklists.save(first).view
    later = replace(first, generated=first.generated + timedelta(days=1))
    again = checklists.save(later)
    assert (again.outcome, again.view) == (SaveOutcome.UNCHANGED, kept)


def test_new_facts_make_a_new_revision(
    checklists: ChecklistRepository, first: Checklist, second: Checklist
) -> None:
    old = checklists.save(first).view
    saved = checklists.save(second)
    assert saved.outcome is SaveOutcome.REVISED
    assert saved.view.checklist.revision == 2
    assert checklists.find(DISTRICT, "sunshine", MONTH) == saved.view
    assert checklists.get(DISTRICT, old.id) == old
    assert [item.revision for item in checklists.list(DISTRICT)] == [2]


def test_answers_are_never_overwritten(
    checklists: ChecklistRepository, first: Checklist, second: Checklist
) -> None:
    kept = checklists.save(first).view
    given = Answer("S-03", Result.FAIL, "未公示食谱", "王检查", first.generated)
    answered = checklists.answer(DISTRICT, kept.id, given, check_answer)
    assert answered.answers == (given,)
    saved = checklists.save(second)
    assert (saved.outcome, saved.view) == (SaveOutcome.ANSWERED, answered)
    assert checklists.list(DISTRICT)[0].answered == 1


def test_the_newest_answer_of_an_item_stands(
    checklists: ChecklistRepository, first: Checklist
) -> None:
    kept = checklists.save(first).view
    for result, note in ((Result.FAIL, "缺"), (Result.PASS, "已补")):
        given = Answer("S-03", result, note, "王检查", first.generated)
        view = checklists.answer(DISTRICT, kept.id, given, check_answer)
    assert [item.note for item in view.answers] == ["已补"]


def test_an_answer_that_is_not_allowed_is_not_kept(
    checklists: ChecklistRepository, first: Checklist
) -> None:
    kept = checklists.save(first).view
    bare = Answer("S-03", Result.FAIL, "", "王检查", first.generated)
    with pytest.raises(InputError):
        checklists.answer(DISTRICT, kept.id, bare, check_answer)
    assert checklists.get(DISTRICT, kept.id).answers == ()


def test_an_old_revision_takes_no_answers(
    checklists: ChecklistRepository, first: Checklist, second: Checklist
) -> None:
    old = checklists.save(first).view
    checklists.save(second)
    given = Answer("S-03", Result.PASS, "", "王检查", first.generated)
    with pytest.raises(ConflictError, match="newer revision"):
        checklists.answer(DISTRICT, old.id, given, check_answer)


def test_nobody_sees_beyond_their_scope(checklists: ChecklistRepository, first: Checklist) -> None:
    kept = checklists.save(first).view
    given = Answer("S-03", Result.PASS, "", "x", first.generated)
    with pytest.raises(NotFoundError):
        checklists.get(ELSEWHERE, kept.id)
    with pytest.raises(NotFoundError):
        checklists.answer(ELSEWHERE, kept.id, given, check_answer)
    assert checklists.find(ELSEWHERE, "sunshine", MONTH) is None
    assert checklists.list(ELSEWHERE) == ()


def test_an_unknown_institution_is_refused(
    checklists: ChecklistRepository, first: Checklist
) -> None:
    other = replace(first, subject=replace(first.subject, institution_id="oak"))
    with pytest.raises(NotFoundError, match="oak"):
        checklists.save(other)


def test_two_who_generate_at_once_make_one_checklist(
    checklists: ChecklistRepository, first: Checklist
) -> None:
    with ThreadPoolExecutor(4) as pool:
        saved = list(pool.map(checklists.save, [first] * 4))
    assert len({item.view.id for item in saved}) == 1
    assert sorted(item.outcome for item in saved) == ["created"] + ["unchanged"] * 3


def test_lists_are_by_month_newest_first(checklists: ChecklistRepository, first: Checklist) -> None:
    for month in (9, 11, 10):
        checklists.save(replace(first, month=date(2026, month, 1)))
    assert [item.month.month for item in checklists.list(DISTRICT)] == [11, 10, 9]
    assert [item.month.month for item in checklists.list(DISTRICT, date(2026, 10, 1))] == [10]
    assert len(checklists.list(DISTRICT, limit=2)) == 2
