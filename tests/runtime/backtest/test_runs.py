"""Runs in processes of their own: they end well, end early, and never pile up."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from monitor.domain.alerts import AlertState
from monitor.domain.errors import ConflictError
from monitor.domain.places import Camera, Room, RoomType
from monitor.domain.text import Text
from monitor.runtime.backtest.comparison import Fate
from monitor.runtime.backtest.replay import Span
from monitor.runtime.backtest.runs import Phase, Run, TrialRuns
from monitor.runtime.backtest.trial import Trial
from monitor.runtime.backtest.work import Job
from monitor.store.fired_events import FiredEvent

if TYPE_CHECKING:
    from tests.conftest import LeaveAlone

START = 1_793_000_000.0
ROOM = Room("room", "sun", Text("室", "Room"), RoomType.ACTIVITY)
CAMERAS = (Camera("east", "room", Text("东", "East"), "file:none.mp4"),)
Make = Callable[..., TrialRuns]


@pytest.fixture
def make_runs() -> Iterator[Make]:
    made: list[TrialRuns] = []

    def make(**options: float) -> TrialRuns:
        made.append(TrialRuns(**options))  # type: ignore[arg-type]
        return made[-1]

    yield make
    for runs in made:
        runs.stop()


@pytest.fixture
def job(tmp_path: Path, leave_alone: LeaveAlone) -> Job:
    """Return a trial over ten minutes with one long absence that fired."""
    messages = leave_alone(ROOM, CAMERAS, tmp_path, START, 600, [(100, 400)])
    trial = Trial((ROOM,), CAMERAS, "unattended_child", {"after": 90.0}, Span(START, START + 600))
    return Job(trial, tmp_path, [FiredEvent(messages[-1], 7, AlertState.FALSE)])


def endless(job: Job) -> Job:
    """Return a trial that goes over the same room again and again."""
    trial = Trial((ROOM,) * 5000, CAMERAS, job.trial.rule, {}, job.trial.window)
    return Job(trial, job.folder, ())


def wait_for(runs: TrialRuns, owner: int, is_so: Callable[[Run | None], bool]) -> Run | None:
    deadline = time.monotonic() + 180
    while not is_so(run := runs.of(owner)):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    return run


def test_a_run_ends_with_its_result(make_runs: Make, job: Job) -> None:
    runs = make_runs()
    runs.start(1, job)
    run = wait_for(runs, 1, lambda run: run is not None and run.phase is not Phase.RUNNING)
    assert run is not None
    assert run.result is not None, "the process failed"
    (fired,) = run.result.comparison.fired
    assert (fired.fate, fired.alert_id) == (Fate.KEPT, 7)
    assert fired.later == pytest.approx(30, abs=0.6)
    assert run.result.hours == pytest.approx(599.5 / 3600, abs=0.001)
    assert runs.of(2) is None
    run.process.wait(20)


def test_a_new_run_ends_the_one_before(make_runs: Make, job: Job) -> None:
    runs = make_runs(at_once=1)
    first = runs.start(1, endless(job))
    second = runs.start(1, job)
    assert first.process.wait(20) != 0
    shown = runs.of(1)
    assert shown is not None
    assert shown.id == second.id


def test_only_the_run_that_is_named_is_ended(make_runs: Make, job: Job) -> None:
    runs = make_runs()
    run = runs.start(1, endless(job))
    wait_for(runs, 1, lambda run: run is not None and run.share > 0)
    runs.cancel(1, "another")
    runs.cancel(2, run.id)
    assert runs.of(1) is not None
    runs.cancel(1, run.id)
    assert runs.of(1) is None
    assert run.process.wait(20) != 0


def test_what_is_shown_of_a_run_does_not_change_while_a_page_is_written(
    make_runs: Make, job: Job
) -> None:
    runs = make_runs()
    run = runs.start(1, job)
    shown = runs.of(1)
    assert shown is not None
    assert run.thread is not None
    run.thread.join(60)
    assert run.phase is Phase.DONE
    assert (shown.phase, shown.result) == (Phase.RUNNING, None)


def test_only_so_many_run_at_once(make_runs: Make, job: Job) -> None:
    runs = make_runs(at_once=1)
    runs.start(1, endless(job))
    with pytest.raises(ConflictError, match="running already"):
        runs.start(2, job)


def test_a_run_that_nobody_asks_about_ends(make_runs: Make, job: Job) -> None:
    runs = make_runs(patience=0.0)
    run = runs.start(1, endless(job))
    assert run.process.wait(60) != 0


def test_a_process_that_dies_is_a_run_that_failed(make_runs: Make, job: Job) -> None:
    runs = make_runs()
    run = runs.start(1, endless(job))
    run.process.kill()
    wait_for(runs, 1, lambda run: run is not None and run.phase is Phase.FAILED)
