"""Which audit of recordings a report of some time shows."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from monitor.domain.access import DISTRICT
from monitor.runtime.retention_proof import RetentionProofs
from monitor.store.retention_audits import (
    AuditedChannel,
    RecorderKind,
    RetentionAudit,
    RetentionAuditRepository,
    Verdict,
)
from tests.runtime.reports.conftest import Filed

ZONE = ZoneInfo("Asia/Shanghai")


def audit(camera_id: str, night: date, days: int) -> RetentionAudit:
    """Return an audit of the days up to the one before ``night``, made in that night."""
    at = datetime(night.year, night.month, night.day, 0, 20, tzinfo=ZONE).astimezone(UTC)
    channel = AuditedChannel(
        camera_id, RecorderKind.KANHU, Verdict.SHORT, 90, days, days=(), gaps=(), samples=()
    )
    return RetentionAudit(at, night - timedelta(days=1), 7, (channel,))


def test_a_month_keeps_the_audit_of_its_last_day_when_newer_ones_come(fresh: Filed) -> None:
    district = fresh.year.district
    audits = RetentionAuditRepository(fresh.database)
    proofs = RetentionProofs(fresh.database, district)
    end_of_october = datetime(2026, 11, 1, tzinfo=ZONE).astimezone(UTC)
    assert proofs(DISTRICT, end_of_october) is None
    for night, days in ((date(2026, 10, 1), 10), (date(2026, 11, 1), 41), (date(2026, 12, 1), 71)):
        audits.save(audit(district.cameras[0].id, night, days))
        shown = proofs(DISTRICT, end_of_october)
        assert shown is not None
        assert shown.through == min(night, date(2026, 11, 1)) - timedelta(days=1)
    kept = proofs(DISTRICT, end_of_october)
    assert kept is not None
    assert kept.channels[0].unbroken_days == 41
    newest = proofs(DISTRICT, datetime(2026, 12, 24, tzinfo=UTC))
    assert newest is not None
    assert newest.channels[0].unbroken_days == 71
