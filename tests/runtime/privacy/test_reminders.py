"""Requests that are to be answered are reminded of, without anybody's name."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from monitor.domain.text import Text
from monitor.runtime.request_reminders import RequestReminders
from monitor.runtime.service_process import Jobs
from monitor.store.jobs import JobRunRepository
from monitor.store.outbox import OutboxRow
from tests.runtime.privacy.conftest import Kept

DATABASES = ["sqlite"]
DAY = 86400.0


def told(kept: Kept) -> list[str]:
    with kept.database.reading() as session:
        return list(session.scalars(select(OutboxRow.title).order_by(OutboxRow.id)))


def remind(kept: Kept, days: int) -> None:
    kept.clock.advance(days * DAY)
    RequestReminders(kept.environment, kept.database, kept.clock).run(kept.now.date())


def test_once_ahead_once_when_late_and_each_week_after(kept: Kept) -> None:
    request = kept.ask()
    for days in (0, 11, 1, 1, 1, 1, 1, 1, 7):
        remind(kept, days)
    assert told(kept) == [
        f"Data request 2026-0001: to be answered by {request.due}",
        "Data request 2026-0001: 1 days late",
        "Data request 2026-0001: 9 days late",
    ]
    with kept.database.reading() as session:
        bodies = set(session.scalars(select(OutboxRow.body)))
    assert len(bodies) == 1
    assert bodies.pop().endswith("/privacy/requests/1")
    kept.withdraw(request)
    remind(kept, 30)
    assert len(told(kept)) == 3


def test_the_morning_reminds_once(kept: Kept) -> None:
    kept.ask()
    kept.clock.advance(timedelta(days=14).total_seconds())
    for _ in range(2):
        Jobs(kept.environment, kept.database, kept.clock).daily_reminders()
    (run,) = JobRunRepository(kept.database).recent("request-reminders")
    assert Text.read_back(run.message).en == "1 notices"
