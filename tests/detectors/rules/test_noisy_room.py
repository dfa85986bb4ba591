from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from monitor.domain.events import Event

# One carer among two to six children, four looks a second, people missed in runs (children who sit
# 40 % of the time), sizes noisy, false boxes that come and stay: see the fixture.
STAGED = range(6)
ATTENDED = range(100, 104)


def alarms(events: Sequence[Event]) -> list[Event]:
    """Return each unattended event once, as last told."""
    return list({e.id: e for e in events if e.rule == "unattended_child"}.values())


@pytest.mark.parametrize("seed", STAGED)
def test_a_carer_who_leaves_is_missed_in_spite_of_noise(
    seed: int, run_nursery: Callable[..., Any]
) -> None:
    outcome = run_nursery(seed, minutes=3.6, absences=[(45, 190)])
    ((left, back),) = outcome.truth
    (alarm,) = alarms(outcome.events)
    assert left - 2 <= alarm.onset <= left + 30
    assert left + 58 <= alarm.raised <= left + 85
    assert alarm.cleared == pytest.approx(back, abs=5)
    assert {event.rule for event in outcome.events} == {"unattended_child"}


@pytest.mark.parametrize("seed", ATTENDED)
def test_a_carer_who_sits_bends_and_hides_makes_no_alarm(
    seed: int, run_nursery: Callable[..., Any]
) -> None:
    outcome = run_nursery(seed, minutes=4)
    assert outcome.truth == []
    assert outcome.events == []


def test_short_absences_make_no_alarm(run_nursery: Callable[..., Any]) -> None:
    outcome = run_nursery(7, minutes=4, absences=[(30, 70), (100, 140), (170, 210)])
    assert len(outcome.truth) == 3
    assert outcome.events == []


def test_the_time_of_day_changes_nothing(run_nursery: Callable[..., Any]) -> None:
    noon = 1_700_000_000.0
    here = run_nursery(3, minutes=2.5, absences=[(30, 200)])
    there = run_nursery(3, minutes=2.5, absences=[(30, 200)], start=noon)
    assert len(here.events) == 1
    assert [(e.onset + noon, e.raised + noon) for e in here.events] == [
        (e.onset, e.raised) for e in there.events
    ]
