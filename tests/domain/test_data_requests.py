"""The life of a request: every way through it that the rules allow."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.domain.data_requests import (
    AnswerTimes,
    RequestAction,
    Requester,
    RequestState,
    Verdict,
    fitting_request_actions,
    next_request_state,
)
from monitor.domain.errors import ConflictError

_S, _A = RequestState, RequestAction


@given(st.lists(st.sampled_from(RequestAction), max_size=12), st.sampled_from(Verdict))
def test_no_way_leads_round_the_check_the_decision_or_the_carrying_out(
    actions: list[RequestAction], verdict: Verdict
) -> None:
    state, passed, decided = _S.RECEIVED, [_S.RECEIVED], None
    for action in actions:
        try:
            state = next_request_state(state, action, decided)
        except ConflictError:
            assert action not in fitting_request_actions(state, decided)
            continue
        if action is _A.DECIDE:
            decided = verdict
        if state is not passed[-1]:
            passed.append(state)
    if state is _S.CLOSED:
        way = [_S.RECEIVED, _S.CHECKED, _S.DECIDED, _S.CARRIED_OUT, _S.CLOSED]
        if verdict is Verdict.REFUSED:
            way.remove(_S.CARRIED_OUT)
        assert passed == way
    if state.over:
        assert fitting_request_actions(state, decided) == frozenset()


def test_authorities_are_answered_sooner_than_people() -> None:
    times, day = AnswerTimes(), date(2026, 11, 2)
    assert times.due(Requester.GUARDIAN, day) == date(2026, 11, 17)
    assert times.due(Requester.COURT, day) == date(2026, 11, 7)


@pytest.mark.parametrize("action", [_A.DECIDE, _A.CARRY_OUT, _A.CLOSE, _A.RECORD])
def test_what_comes_too_early_is_refused(action: RequestAction) -> None:
    with pytest.raises(ConflictError, match="does not fit"):
        next_request_state(_S.RECEIVED, action, None)
