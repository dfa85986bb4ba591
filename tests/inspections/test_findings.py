from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.domain.checklists import Answer, Checklist, ItemSeverity, Result
from monitor.domain.errors import ConflictError
from monitor.domain.findings import (
    FindingAction,
    FindingState,
    fitting_actions,
    next_finding_state,
    raised_severity,
)
from monitor.domain.text import Text
from monitor.inspections.findings import escalation_level, findings_of

AT = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)


def test_each_failed_item_becomes_a_finding_with_its_deadlines(
    make_checklist: Callable[..., Checklist],
) -> None:
    checklist = make_checklist()
    answers = [
        Answer("S-01", Result.FAIL, "expired", "Li", AT),
        Answer("S-02", Result.PASS, "", "Li", AT),
        Answer("S-03", Result.FAIL, "no menu", "Li", AT),
    ]
    found = {one.item_id: one for one in findings_of(checklist, answers, date(2026, 8, 31))}
    decided = {
        entry.item.id
        for entry in checklist.entries
        if entry.decided and entry.proposal is Result.FAIL
    }
    assert set(found) == {"S-01", "S-03"} | decided
    critical, minor = found["S-01"], found["S-03"]
    assert (critical.due, critical.reinspect_by) == (date(2026, 9, 1), date(2026, 9, 3))
    assert (minor.due, minor.note) == (date(2026, 9, 30), "no menu")
    assert critical.photo_needed
    assert not minor.photo_needed
    assert critical.repeats_since == date(2026, 2, 28)  # six months before 31 August


def test_where_nobody_wrote_anything_stands_what_the_system_read_in_both_languages(
    make_checklist: Callable[..., Checklist],
) -> None:
    checklist = make_checklist()
    read = {entry.item.id: entry.reading for entry in checklist.entries if entry.reading}
    answers = [Answer(item, Result.FAIL, "", "Li", AT) for item in read]
    found = {one.item_id: one for one in findings_of(checklist, answers, date(2026, 8, 31))}
    assert len(read) > 30
    for item, reading in read.items():
        assert Text.read_back(found[item].note) == reading.explain


@pytest.mark.parametrize(
    ("today", "level"),
    [("2026-11-20", 0), ("2026-11-21", 1), ("2026-11-27", 2), ("2026-12-20", 3)],
)
def test_the_later_the_louder(today: str, level: int) -> None:
    assert escalation_level(date(2026, 11, 20), date.fromisoformat(today)) == level


@given(st.sampled_from(ItemSeverity), st.integers(0, 9))
def test_repeats_never_make_a_finding_less_grave(severity: ItemSeverity, repeats: int) -> None:
    order = [ItemSeverity.MINOR, ItemSeverity.MAJOR, ItemSeverity.CRITICAL]
    raised = order.index(raised_severity(severity, repeats))
    assert raised == min(2, order.index(severity) + repeats)


@given(st.lists(st.sampled_from(FindingAction), max_size=12))
def test_a_closed_finding_stays_closed_and_was_put_right_before(
    actions: list[FindingAction],
) -> None:
    state = FindingState.OPEN
    for action in actions:
        before = state
        try:
            state = next_finding_state(state, action)
        except ConflictError:
            assert action not in fitting_actions(before)
            continue
        assert action in fitting_actions(before)
        if before is FindingState.CLOSED:
            assert state is FindingState.CLOSED
        if state is FindingState.CLOSED and before is not state:
            assert before is FindingState.CORRECTED
