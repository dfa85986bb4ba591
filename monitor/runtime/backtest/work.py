"""The process that runs one trial: a job comes in by the input, shares and a result go out.

``python -m monitor.runtime.backtest.work``; see :mod:`monitor.runtime.backtest.runs`.
"""

from __future__ import annotations

import os
import pickle
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from monitor.runtime.backtest.trial import Trial, run_trial
from monitor.runtime.logs import configure_logs
from monitor.store.fired_events import FiredEvent

_NICE = 10
_TELL_EVERY = 0.2


@dataclass(frozen=True, slots=True)
class Job:
    """Everything that a trial needs; ``folder`` holds the tracks."""

    trial: Trial
    folder: Path
    fired: Sequence[FiredEvent]


def main() -> None:
    """Run the job on the standard input; watching cameras goes first."""
    os.nice(_NICE)
    with os.fdopen(os.dup(sys.stdout.fileno()), "wb") as out:
        os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # whatever else is printed
        configure_logs()
        job: Job = pickle.load(sys.stdin.buffer)  # noqa: S301 -- from our own parent process
        _run(job, out)


def _run(job: Job, out: BinaryIO) -> None:
    told = 0.0

    def tell(share: float) -> None:
        nonlocal told
        if time.monotonic() - told >= _TELL_EVERY:
            told = time.monotonic()
            _send(out, share)

    _send(out, run_trial(job.trial, job.folder, job.fired, tell))


def _send(out: BinaryIO, value: object) -> None:
    pickle.dump(value, out)
    out.flush()


if __name__ == "__main__":
    main()
