from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.domain.places import NoticeState
from monitor.inspections.notice_measures import state_after, state_before
from monitor.inspections.risk import Measure

N = NoticeState
STATES = st.sampled_from(list(N))
MEASURES = st.sampled_from([*(kind.value for kind in Measure), "none"])


@pytest.mark.parametrize(
    ("history", "present", "held", "before"),
    [
        ([N.GRANTED, N.RECTIFICATION, N.SUSPENDED], N.SUSPENDED, True, N.GRANTED),
        ([N.APPLYING, N.RECTIFICATION], N.RECTIFICATION, False, N.APPLYING),
        ([N.SUSPENDED], N.SUSPENDED, True, N.GRANTED),
        ([N.SUSPENDED], N.SUSPENDED, False, N.APPLYING),
        ([], N.EXPIRING, True, N.EXPIRING),
    ],
)
def test_a_lifted_measure_leads_back_to_what_was_before(
    history: list[NoticeState], present: NoticeState, held: bool, before: NoticeState
) -> None:
    assert state_before(history, present, held=held) is before


@pytest.mark.parametrize(
    ("measure", "present", "expired", "after"),
    [
        ("suspend", N.APPLYING, False, N.SUSPENDED),
        ("rectify", N.GRANTED, False, N.RECTIFICATION),
        ("guide", N.APPLYING, False, N.APPLYING),
        ("guide", N.GRANTED, True, N.APPLYING),
        ("guide", N.CLOSED, False, N.APPLYING),
        ("guide", N.GRANTED, False, N.GRANTED),
        ("help", N.EXPIRING, False, N.EXPIRING),
        ("none", N.SUSPENDED, False, N.GRANTED),
        ("help", N.RECTIFICATION, False, N.GRANTED),
        ("none", N.CLOSED, True, N.CLOSED),
    ],
)
def test_each_measure_has_its_state(
    measure: str, present: NoticeState, expired: bool, after: NoticeState
) -> None:
    assert state_after(measure, present, N.GRANTED, expired=expired) is after


@given(MEASURES, STATES, st.lists(STATES, max_size=5), st.booleans(), st.booleans())
def test_signing_twice_changes_nothing_more(
    measure: str, present: NoticeState, history: list[NoticeState], held: bool, expired: bool
) -> None:
    before = state_before(history, present, held=held)
    once = state_after(measure, present, before, expired=expired)
    again = state_before([*history, present, once], once, held=held)
    assert state_after(measure, once, again, expired=expired) is once
