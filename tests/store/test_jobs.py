from __future__ import annotations

import threading
from datetime import datetime, timedelta

from monitor.store.base import Database
from monitor.store.jobs import JobRunRepository, JobState


def test_each_slot_is_handed_out_once(database: Database, now: datetime) -> None:
    jobs = JobRunRepository(database)
    barrier = threading.Barrier(5)
    won: list[str] = []

    def ask() -> None:
        barrier.wait(30)
        won.extend(slot for slot in ("2026-10", "2026-11") if jobs.claim("inspect", slot, now))

    threads = [threading.Thread(target=ask) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(won) == ["2026-10", "2026-11"]


def test_a_run_that_failed_or_died_is_tried_again_later(database: Database, now: datetime) -> None:
    jobs = JobRunRepository(database)
    hour = timedelta(hours=1)
    assert jobs.claim("inspect", "2026-11", now)
    assert not jobs.claim("inspect", "2026-11", now + hour / 2, retry_after=hour)
    assert jobs.claim("inspect", "2026-11", now + hour, retry_after=hour), "its process died"
    jobs.finish("inspect", "2026-11", now + hour, failure="disk\x00 full")
    assert jobs.recent("inspect")[0].state is JobState.FAILED
    assert jobs.recent("inspect")[0].message == "disk full"
    assert jobs.claim("inspect", "2026-11", now + 2 * hour, retry_after=hour)
    jobs.finish("inspect", "2026-11", now + 2 * hour, message="3 checklists")
    assert not jobs.claim("inspect", "2026-11", now + 9 * hour, retry_after=hour)
    (run,) = jobs.recent()
    assert (run.state, run.finished, run.message) == (
        JobState.DONE,
        now + 2 * hour,
        "3 checklists",
    )
    assert jobs.recent("other") == ()
