from __future__ import annotations

import os
from datetime import timedelta

import structlog

from monitor.domain.access import DISTRICT
from monitor.domain.text import Text
from monitor.inspections.period import period_of
from monitor.runtime.facts import StoreFacts
from monitor.runtime.service_process import Jobs
from monitor.store.jobs import JobRunRepository, JobState
from monitor.store.retention_audits import RetentionAuditRepository, Verdict
from monitor.store.storage_forecasts import StorageForecastRepository
from tests.runtime.recording.conftest import Archive

DATABASES = ["sqlite"]  # the SQL itself is tested with the store


def jobs_of(archive: Archive) -> Jobs:
    return Jobs(archive.environment, archive.database, archive.clock)


def ran_before(archive: Archive, days: float) -> None:
    """Let the installation have run for so many days."""
    began = archive.now - timedelta(days=days)
    JobRunRepository(archive.database).claim("checklists", "2026-10", began)


def test_a_new_installation_is_audited_when_it_could_have_something_to_show(
    archive: Archive,
) -> None:
    jobs_of(archive).monthly_audit()
    ran_before(archive, 1.5)
    jobs_of(archive).monthly_audit()
    assert JobRunRepository(archive.database).recent("retention-audit") == ()
    archive.clock.advance(86400)
    jobs_of(archive).monthly_audit()
    assert len(JobRunRepository(archive.database).recent("retention-audit")) == 1


def test_the_audit_runs_once_a_month_and_reaches_the_checklist(archive: Archive) -> None:
    archive.add(archive.now - timedelta(days=1))
    ran_before(archive, 40)
    for _ in range(2):
        jobs_of(archive).monthly_audit()
    (run,) = JobRunRepository(archive.database).recent("retention-audit")
    assert (run.slot, run.state) == ("2026-11", JobState.DONE)
    assert Text.read_back(run.message).en == "0 of 2 channels show the required days"
    audit = RetentionAuditRepository(archive.database).latest(DISTRICT)
    assert audit is not None
    assert {channel.verdict for channel in audit.channels} == {Verdict.SHORT}
    period = period_of(archive.now.date().replace(day=1), archive.now, "Asia/Shanghai")
    facts = StoreFacts(
        archive.database, archive.environment.district, "sun", period, archive.now, lambda *_: None
    )
    told = facts.recording_audit()
    assert told is not None
    assert [(item.camera_id, item.required_days, item.playable) for item in told] == [
        ("door-1", 90, True),
        ("hall-1", 90, True),
    ]
    archive.clock.advance(31 * 86400)
    jobs_of(archive).monthly_audit()
    assert len(JobRunRepository(archive.database).recent("retention-audit")) == 2


def test_the_night_deletes_repairs_and_clears_exports_away(archive: Archive) -> None:
    old = archive.add(archive.now - timedelta(days=100))
    unfiled = archive.add(archive.now - timedelta(hours=1), indexed=False)
    lost = archive.add(archive.now - timedelta(hours=2))
    archive.files.delete(lost)
    exports = archive.environment.exports_folder
    exports.mkdir(parents=True)
    for name, age in (("export-1.mp4", 2), ("export-2.mp4", 0.5)):
        (exports / name).write_bytes(b"an export")
        at = archive.clock.now() - age * 86400
        os.utime(exports / name, (at, at))
    with structlog.testing.capture_logs():
        jobs_of(archive).daily_retention()
    (run,) = JobRunRepository(archive.database).recent("retention")
    assert "1 recordings" in run.message
    assert "1 recordings filed late, 1 found missing" in run.message
    assert not archive.files.exists(old)
    assert archive.keys() == [unfiled]
    assert [path.name for path in exports.iterdir()] == ["export-2.mp4"]


def test_the_disk_is_watched(archive: Archive) -> None:
    archive.add(archive.now - timedelta(hours=2))
    jobs_of(archive).watch_disk()
    forecast = StorageForecastRepository(archive.database).latest()
    assert forecast is not None
    assert forecast.free is not None
    assert [camera.camera_id for camera in forecast.cameras] == ["hall-1"]
