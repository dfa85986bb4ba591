from __future__ import annotations

from dataclasses import replace

import pytest

from benchmarks.scenarios.drive import Outcome
from benchmarks.scenarios.many import Job, run_many
from benchmarks.scenarios.score import Score
from monitor.domain.events import Event, Provenance, Severity
from monitor.domain.text import Text

EVENT = Event(
    id="a",
    rule="unattended_child",
    institution_id="i",
    room_id="room",
    zone_id=None,
    camera_id=None,
    onset=100.0,
    raised=163.0,
    cleared=None,
    severity=Severity.HIGH,
    confidence=1.0,
    evidence={},
    explain=Text(zh="", en=""),
    provenance=Provenance("1", {}),
)


def outcome(kind: str, alone: list[tuple[float, float]], *events: Event) -> Outcome:
    found = Outcome(7, kind, False, 1, 36_000.0)
    found.alone = alone
    found.events = {event.id: event for event in events}
    return found


def scored(*outcomes: Outcome) -> Score:
    score = Score()
    for one in outcomes:
        score.take(one, 1.0)
    return score


def test_an_event_in_time_is_found() -> None:
    score = scored(outcome("staged", [(100.0, 250.0)], EVENT))
    assert (score.staged, score.found, score.late) == (1, 1, [3.0])
    assert score.replays == []


@pytest.mark.parametrize("raised", [120.0, 260.0])
def test_too_early_or_too_late_is_not_found(raised: float) -> None:
    score = scored(outcome("staged", [(100.0, 250.0)], replace(EVENT, raised=raised)))
    assert (score.staged, score.found) == (1, 0)
    assert {alarm.what for alarm in score.replays} == {"missed", "false unattended_child"}


def test_an_alarm_with_an_adult_there_is_false() -> None:
    score = scored(outcome("day", [], EVENT))
    assert (score.false["unattended_child"], score.camera_days) == (1, 1.0)
    assert score.replays[0].seed == 7


def test_processes_change_nothing() -> None:
    jobs: list[Job] = [("staged", 5, "tuned")]
    one = run_many(jobs, 1, lambda _done: None)
    two = run_many(jobs, 2, lambda _done: None)
    assert (one.found, one.late, one.looks) == (two.found, two.late, two.looks)
    assert one.tally.there == two.tally.there
