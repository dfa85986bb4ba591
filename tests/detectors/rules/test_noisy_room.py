from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from monitor.domain.events import Event

# One carer among two to six children, four looks a second, people missed in runs (children who sit
# 40 % of the time), sizes noisy, false boxes that come and stay: see the fixture.
STAGED = range(4)
ATTENDED = range(100, 103)


def alarms(events: Sequence[Event]) -> list[Event]:
    """Return each unattended event once, as last told."""
    return list({e.id: e for e in events if e.rule == "unattended_child"}.values())


@pytest.mark.parametrize("seed", STAGED)
def test_a_carer_who_leaves_is_missed_in_spite_of_noise(
    seed: int, run_nursery: Callable[..., Any]
) -> None:
    outcome = run_nursery(seed, minutes=3.4, absences=[(40, 180)])
    ((left, back),) = outcome.truth
    found = alarms(outcome.events)
    assert found
    assert left - 2 <= found[0].onset <= left + 25
    assert left + 58 <= found[0].raised <= left + 85
    assert all(alarm.onset < back for alarm in found)
    assert found[-1].cleared == pytest.approx(back, abs=8)
    assert {event.rule for event in outcome.events} == {"unattended_child"}


@pytest.mark.parametrize("seed", ATTENDED)
def test_a_carer_who_sits_bends_and_hides_makes_no_alarm(
    seed: int, run_nursery: Callable[..., Any]
) -> None:
    outcome = run_nursery(seed, minutes=3)
    assert outcome.truth == []
    assert outcome.events == []


def test_short_absences_make_no_alarm(run_nursery: Callable[..., Any]) -> None:
    outcome = run_nursery(7, minutes=3.2, absences=[(30, 70), (110, 150)])
    assert len(outcome.truth) == 2
    assert outcome.events == []


def test_the_time_of_day_changes_nothing(run_nursery: Callable[..., Any]) -> None:
    noon = 1_700_000_000.0
    here = run_nursery(1, minutes=2, absences=[(30, 200)])
    there = run_nursery(1, minutes=2, absences=[(30, 200)], start=noon)
    assert len(here.events) == 1
    assert [(e.onset + noon, e.raised + noon) for e in here.events] == [
        (e.onset, e.raised) for e in there.events
    ]
