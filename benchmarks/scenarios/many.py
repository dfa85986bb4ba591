"""Many scenarios over several processes; each process takes scenarios one after the other."""

from __future__ import annotations

import multiprocessing
import os
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed

from benchmarks.scenarios.drive import drive
from benchmarks.scenarios.score import Score
from benchmarks.scenarios.stage import Kind, Scenario

Job = tuple[Kind, int, str]
"""Kind and seed of a scenario, and the model that looks at it."""


def run_many(jobs: Sequence[Job], workers: int, progress: Callable[[int], None]) -> Score:
    """Run all ``jobs`` and return their sums; ``progress`` is told how many are done.

    The result does not depend on ``workers``.
    """
    scores: dict[Job, Score] = {}
    if workers <= 1:
        for job in jobs:
            scores[job] = run_one(job)
            progress(len(scores))
    else:
        # Two processes on two cores: more threads of the numeric library would only wait.
        os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
        context = multiprocessing.get_context("spawn")
        with ProcessPoolExecutor(workers, mp_context=context) as pool:
            waiting = {pool.submit(run_one, job): job for job in jobs}
            for future in as_completed(waiting):
                scores[waiting[future]] = future.result()
                progress(len(scores))
    total = Score()
    for job in jobs:
        total.join(scores[job])
    return total


def run_one(job: Job) -> Score:
    """Run one scenario and return its score."""
    kind, seed, model = job
    started = time.process_time()
    score = Score()
    outcome = drive(Scenario(seed, kind, model))
    score.take(outcome, time.process_time() - started)
    return score
