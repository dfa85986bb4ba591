"""Trials that people run from the page: one at a time each, in a process of its own.

A run that nobody asks about any more is ended, because whoever started it has left the page.
"""

from __future__ import annotations

import os
import pickle
import secrets
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field, replace
from enum import StrEnum

import structlog

from monitor.domain.errors import ConflictError
from monitor.domain.text import Text
from monitor.runtime.backtest.trial import Trial, TrialResult
from monitor.runtime.backtest.work import Job

log = structlog.get_logger(__name__)

_AT_ONCE = 2
_PATIENCE = 30.0
_STOP_WITHIN = 5.0


class Phase(StrEnum):
    """Where a run stands."""

    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


@dataclass(slots=True)
class Run:
    """One run of one person; ``share`` goes from 0 to 1."""

    trial: Trial
    process: subprocess.Popen[bytes]
    id: str = field(default_factory=lambda: secrets.token_hex(8))
    phase: Phase = Phase.RUNNING
    share: float = 0.0
    result: TrialResult | None = None
    asked: float = field(default_factory=time.monotonic)
    thread: threading.Thread | None = None


class TrialRuns:
    """The runs of all people, by the id of whoever started them. Thread-safe."""

    def __init__(self, *, at_once: int = _AT_ONCE, patience: float = _PATIENCE) -> None:
        self._at_once = at_once
        self._patience = patience
        self._runs: dict[int, Run] = {}
        self._lock = threading.Lock()

    def start(self, owner: int, job: Job) -> Run:
        """Begin a run; an earlier one of the same person ends.

        Raises:
            ConflictError: as many as may run at once do.
        """
        self.cancel(owner)
        with self._lock:
            running = [r for r in self._runs.values() if r.phase is Phase.RUNNING]
            if len(running) >= self._at_once:
                raise ConflictError(
                    Text(
                        f"已有 {len(running)} 个试算在运行",
                        f"{len(running)} back-tests are running already",
                    ),
                    where="backtest",
                    hint=Text("请等其中一个结束后再试", "try again when one of them has ended"),
                )
            run = self._runs[owner] = Run(job.trial, _start_process())
            run.thread = threading.Thread(target=self._follow, args=(run, job), daemon=True)
            run.thread.start()
        return run

    def of(self, owner: int) -> Run | None:
        """Return how somebody's latest run stands now, and note that it is still wanted.

        What is returned does not change any more: a page that is being written says one thing.
        """
        with self._lock:
            run = self._runs.get(owner)
            if run is None:
                return None
            run.asked = time.monotonic()
            return replace(run)

    def cancel(self, owner: int, run_id: str | None = None) -> None:
        """End somebody's run, if it is the one named, and forget it."""
        with self._lock:
            run = self._runs.get(owner)
            if run is None or run_id not in (None, run.id):
                return
            del self._runs[owner]
        _end(run)

    def stop(self) -> None:
        """End all runs."""
        with self._lock:
            runs, self._runs = list(self._runs.values()), {}
        for run in runs:
            _end(run)

    def _follow(self, run: Run, job: Job) -> None:
        process = run.process
        if process.stdin is None or process.stdout is None:
            return
        try:
            with process.stdin as into:
                pickle.dump(job, into)
            with process.stdout as out:
                while run.phase is Phase.RUNNING:
                    self._take(run, pickle.load(out))  # noqa: S301 -- from our own process
        except (OSError, EOFError, pickle.UnpicklingError):
            with self._lock:
                run.phase = Phase.FAILED
            log.warning("backtest_ended", run=run.id, share=round(run.share, 3))
        finally:
            process.kill()
            process.wait()
            process.stdout.close()  # left open where the job could not even be handed over

    def _take(self, run: Run, told: float | TrialResult) -> None:
        with self._lock:
            if isinstance(told, TrialResult):
                run.result, run.share, run.phase = told, 1.0, Phase.DONE
                return
            run.share = told
            left = time.monotonic() - run.asked > self._patience
            if left:
                run.phase = Phase.FAILED
        if left:
            log.info("backtest_left", run=run.id)


def _start_process() -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "monitor.runtime.backtest.work"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
    )


def _end(run: Run) -> None:
    run.process.kill()
    if run.thread is not None:
        run.thread.join(_STOP_WITHIN)
