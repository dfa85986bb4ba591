"""What is done by the calendar is done once, and caught up after a pause."""

from __future__ import annotations

import threading
from datetime import date
from pathlib import Path

import pytest
import yaml

from monitor.domain.access import DISTRICT
from monitor.domain.alerts import SYSTEM
from monitor.domain.checklists import ItemSeverity
from monitor.domain.clock import ManualClock, to_datetime
from monitor.domain.findings import NewFinding
from monitor.domain.text import Text
from monitor.inspections.schedule import JOB
from monitor.runtime.desk import ReportFormat, StoreDesk
from monitor.runtime.environment import Environment
from monitor.runtime.retention import Retention
from monitor.runtime.service_process import Jobs
from monitor.runtime.tracks.calls import Chunk, Step
from monitor.runtime.tracks.files import append_chunk, read_chunks
from monitor.store.base import Database
from monitor.store.finding_repository import FindingRepository
from monitor.store.findings import raise_findings
from monitor.store.jobs import JobRunRepository, JobState
from monitor.store.place_repository import PlaceRepository

CONFIG = {
    "version": 1,
    "service": {"data_dir": "data"},
    "district": {"id": "d", "name": {"zh": "区", "en": "District"}},
    "institutions": [
        {"id": "sun", "name": {"zh": "阳光托育园", "en": "Sunshine"}, "community": "梅园街道"},
        {"id": "moon", "name": {"zh": "月亮托育园", "en": "Moon"}, "community": "翠竹街道"},
    ],
}
DAY = 86400.0


@pytest.fixture
def environment(tmp_path: Path, database: Database, clock: ManualClock) -> Environment:
    path = tmp_path / "district.yaml"
    path.write_text(yaml.safe_dump(CONFIG, allow_unicode=True), "utf-8")
    loaded = Environment.load(path)
    PlaceRepository(database).sync(loaded.district, to_datetime(clock.now()))
    return loaded


def months(database: Database, environment: Environment, clock: ManualClock) -> dict[str, int]:
    desk = StoreDesk(database, environment.district, clock)
    wanted = (date(2026, 10, 1), date(2026, 11, 1), date(2026, 12, 1), date(2027, 1, 1))
    return {f"{month:%Y-%m}": len(desk.list(DISTRICT, month)) for month in wanted}


def test_the_month_s_checklists_are_made_once_by_several_services(
    environment: Environment, database: Database, clock: ManualClock
) -> None:
    services = [Jobs(environment, database, clock) for _ in range(3)]
    threads = [threading.Thread(target=service.monthly_checklists) for service in services]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert months(database, environment, clock)["2026-11"] == 2
    runs = JobRunRepository(database).recent(JOB)
    assert [(run.slot, run.state) for run in runs] == [("2026-11", JobState.DONE)]
    assert {run.state for run in JobRunRepository(database).recent()} == {JobState.DONE}


def test_what_was_missed_over_the_first_of_the_month_is_caught_up(
    environment: Environment, database: Database, clock: ManualClock
) -> None:
    Jobs(environment, database, clock).monthly_checklists()
    clock.advance(70 * DAY)
    Jobs(environment, database, clock).monthly_checklists()
    assert months(database, environment, clock) == {
        "2026-10": 0,
        "2026-11": 2,
        "2026-12": 2,
        "2027-01": 2,
    }


def test_an_overdue_finding_is_escalated_once_by_several_services(
    environment: Environment, database: Database, clock: ManualClock
) -> None:
    now = to_datetime(clock.now())
    Jobs(environment, database, clock).monthly_checklists()
    text, day = Text("未公示", "not posted"), now.date()
    new = NewFinding("S-03", ItemSeverity.MINOR, text, "", day, day, day, photo_needed=False)
    with database.transaction() as session:
        raise_findings(session, "sun", 1, [new], SYSTEM, now)
    clock.advance(2 * DAY)
    services = [Jobs(environment, database, clock) for _ in range(3)]
    threads = [threading.Thread(target=service.daily_overdue) for service in services]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    (run,) = JobRunRepository(database).recent("overdue-findings")
    assert (run.slot, Text.read_back(run.message).en) == ("2026-11-04", "1 findings escalated")
    steps = FindingRepository(database).get(DISTRICT, 1).steps
    assert [step.action.value for step in steps] == ["raise", "escalate"]


def test_a_checklist_says_what_is_not_known_and_can_be_printed(
    environment: Environment, database: Database, clock: ManualClock
) -> None:
    desk = StoreDesk(database, environment.district, clock)
    (saved,) = desk.make(DISTRICT, date(2026, 11, 1), "sun")
    readings = [entry.reading for entry in saved.view.checklist.entries if entry.reading]
    assert len(saved.view.checklist.entries) == 71
    assert len(readings) == 41
    assert not any(reading.status.value == "pass" for reading in readings)
    pdf = desk.report(DISTRICT, saved.view.id, ReportFormat.PDF, "zh")
    assert pdf.startswith(b"%PDF")
    assert desk.report(DISTRICT, saved.view.id, ReportFormat.PDF, "zh") == pdf


def test_retention_runs_once_a_day(
    environment: Environment, database: Database, clock: ManualClock
) -> None:
    for _ in range(2):
        Jobs(environment, database, clock).daily_retention()
    clock.advance(DAY)
    Jobs(environment, database, clock).daily_retention()
    runs = JobRunRepository(database).recent("retention")
    assert [run.state for run in runs] == [JobState.DONE, JobState.DONE]


@pytest.mark.parametrize(("keep", "left"), [("7d", 1), ("1d", 1), (0, 0), ("30d", 2)])
def test_tracks_are_deleted_when_their_time_is_over(
    keep: object, left: int, tmp_path: Path, database: Database, clock: ManualClock
) -> None:
    path = tmp_path / "district.yaml"
    path.write_text(yaml.safe_dump({**CONFIG, "tracks": {"keep": keep}}), "utf-8")
    environment = Environment.load(path)
    for days in (0.5, 8):
        start = clock.now() - days * DAY
        chunk = Chunk("room", "s", 0, ("east",), (), (Step(start),), start, start)
        append_chunk(environment.tracks_folder, chunk)
    message = Retention(environment, database, clock).run()
    assert f"{2 - left} room hours of tracks" in message.en
    assert len(list(read_chunks(environment.tracks_folder, "room"))) == left
