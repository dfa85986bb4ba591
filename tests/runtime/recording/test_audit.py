from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from monitor.domain.access import DISTRICT, Scope, ScopeKind
from monitor.domain.errors import NotFoundError, SourceError
from monitor.domain.places import Camera
from monitor.domain.stretches import Stretch
from monitor.domain.text import Text
from monitor.runtime.recording.audit import Auditor, play_sample
from monitor.runtime.recording.own_archive import OwnArchive
from monitor.store.deletions import DeletionLog, DeletionReason
from monitor.store.recordings import Recording
from monitor.store.retention_audits import (
    AuditedChannel,
    RecorderKind,
    RetentionAuditRepository,
    Verdict,
)
from monitor.streams.archive import Archive as Footage
from monitor.streams.catalogue import make_source
from monitor.streams.source import Source, SourceRequest
from monitor.streams.url import file_url
from tests.runtime.recording.conftest import Archive, key_of

DATABASES = ["sqlite"]  # the SQL itself is tested with the store
ZONE = ZoneInfo("Asia/Shanghai")
TODAY = date(2026, 11, 2)


def midnight(days_ago: int) -> datetime:
    return datetime.combine(TODAY - timedelta(days=days_ago), time(), ZONE)


def record_day(
    archive: Archive, days_ago: int, hours: float = 24.0, *, playable: bool = True
) -> None:
    """File one long segment for a local day; its file really holds the first seconds of it."""
    start = midnight(days_ago)
    key = key_of("hall-1", start)
    if playable:
        archive.files.write(key, archive.content)
    end = start + timedelta(hours=hours)
    archive.recordings.add(Recording("hall-1", start, end, key, 100, "0" * 64))


def audit_of(archive: Archive, **parts: object) -> AuditedChannel:
    auditor = Auditor(archive.environment, archive.database, archive.clock, **parts)  # type: ignore[arg-type]
    return next(c for c in auditor.run(1).channels if c.camera_id == "hall-1")


@pytest.fixture
def month(open_archive: Callable[..., Archive], day_of_footage: bytes) -> Archive:
    """Return an archive that has to show ten days, and whose files are long."""
    archive = open_archive(enabled=True, keep="10d")
    archive.content = day_of_footage
    return archive


def test_a_channel_with_every_day_meets_what_is_required(month: Archive) -> None:
    for days_ago in range(12):
        record_day(month, days_ago)
    found = audit_of(month, samples=4)
    assert (found.verdict, found.recorder) == (Verdict.MET, RecorderKind.KANHU)
    assert (found.required_days, found.unbroken_days) == (10, 10)
    assert found.gaps == ()
    assert [day.day for day in found.days][0::9] == [date(2026, 10, 23), date(2026, 11, 1)]
    assert len(found.samples) == 4
    assert all(sample.pictures and sample.width == 192 for sample in found.samples)
    assert audit_of(month, samples=4).samples == found.samples, "the same seed, the same samples"


def test_a_day_with_a_hole_breaks_the_run_and_is_named(month: Archive) -> None:
    for days_ago in range(1, 12):
        record_day(month, days_ago, hours=12.0 if days_ago == 4 else 24.0)
    found = audit_of(month)
    assert (found.verdict, found.unbroken_days) == (Verdict.SHORT, 3)
    (gap,) = found.gaps
    assert (gap.end - gap.start) / 3600 == pytest.approx(12.0)
    assert {day.share for day in found.days if day.share < 1} == {0.5}


def test_an_index_is_not_footage(month: Archive) -> None:
    for days_ago in range(1, 12):
        record_day(month, days_ago, playable=False)
    found = audit_of(month)
    assert (found.verdict, found.unbroken_days) == (Verdict.UNPLAYABLE, 10)
    assert {Text.read_back(sample.fault) for sample in found.samples} == {
        Text("录像文件已不在", "the recorded file is gone")
    }


def test_a_file_that_is_shorter_than_its_index_is_found_out(month: Archive, segment: bytes) -> None:
    month.content = segment
    for days_ago in range(1, 12):
        record_day(month, days_ago)
    found = audit_of(month)
    assert found.verdict is Verdict.UNPLAYABLE
    assert {Text.read_back(item.fault).en for item in found.samples} == {
        "the recorded file ends before that time"
    }


def test_rubbish_in_a_file_is_found_out(month: Archive) -> None:
    month.content = b"not a video" * 1000
    record_day(month, 1)
    assert audit_of(month).verdict is Verdict.UNPLAYABLE


def test_a_young_channel_is_told_from_one_that_lost_days(month: Archive) -> None:
    for days_ago in range(1, 4):
        record_day(month, days_ago)
    record_day(month, 4, hours=6.0)
    assert audit_of(month).verdict is Verdict.YOUNG
    piece = Recording("hall-1", midnight(6), midnight(5), "x", 1)
    DeletionLog(month.database).add([piece], DeletionReason.DISK_FULL, month.now)
    assert audit_of(month).verdict is Verdict.SHORT


def test_a_channel_that_began_to_record_today_is_young(month: Archive) -> None:
    record_day(month, 0, hours=1.0)
    assert audit_of(month).verdict is Verdict.YOUNG


def test_a_channel_that_stopped_yesterday_is_short(month: Archive) -> None:
    record_day(month, 1, hours=6.0)
    assert audit_of(month).verdict is Verdict.SHORT


class InstitutionRecorder:
    """An institution's recorder that shows a film whatever it is asked for."""

    def __init__(self, film: Path, days: int, *, silent: bool = False) -> None:
        self._film = film
        self._days = days
        self._silent = silent
        self.asked: list[tuple[str, float, float]] = []

    def records(self, channel: str, start: float, end: float) -> Sequence[Stretch]:
        if self._silent:
            raise SourceError("no answer", where=channel)
        self.asked.append((channel, start, end))
        first = end - self._days * 86400
        hours = int((end - first) // 3600)
        return [Stretch(first + 3600 * n, first + 3600 * (n + 1) + 5) for n in range(hours)]

    def play(self, channel: str, start: float, end: float) -> Source:
        assert end == start + 10.0
        return make_source(SourceRequest(channel, file_url(self._film), realtime=False))


@pytest.mark.parametrize(
    ("days", "silent", "verdict"),
    [(10, False, Verdict.MET), (7, False, Verdict.SHORT), (10, True, Verdict.UNREACHABLE)],
)
def test_an_institution_s_recorder_is_asked_where_kanhu_does_not_record(
    open_archive: Callable[..., Archive], tmp_path: Path, days: int, silent: bool, verdict: Verdict
) -> None:
    archive = open_archive(keep="10d")
    film = tmp_path / "film.mp4"
    film.write_bytes(archive.content)
    recorder = InstitutionRecorder(film, days, silent=silent)

    def archive_of(camera: Camera) -> Footage | None:
        return recorder if camera.id == "hall-1" else None

    found = audit_of(archive, archive_of=archive_of)
    assert (found.recorder, found.verdict) == (RecorderKind.INSTITUTION, verdict)
    assert found.unbroken_days == (0 if silent else days)
    assert Text.read_back(found.fault).en == ("no answer" if silent else "")
    assert audit_of(archive).recorder is RecorderKind.NONE


def test_the_result_is_kept_and_seen_within_its_scope(month: Archive) -> None:
    record_day(month, 1)
    auditor = Auditor(month.environment, month.database, month.clock)
    audit = auditor.run(7, "sun")
    kept = RetentionAuditRepository(month.database)
    latest = kept.latest(DISTRICT)
    assert latest is not None
    assert (latest.at, latest.through, latest.seed) == (audit.at, audit.through, audit.seed)
    assert set(latest.channels) == set(audit.channels)
    assert kept.latest(Scope(ScopeKind.INSTITUTION, "moon")) is None
    assert audit.through == TODAY - timedelta(days=1)


def test_own_footage_from_an_object_store_plays(open_archive: Callable[..., Archive]) -> None:
    archive = open_archive(enabled=True, store="memory://kanhu-audit")
    key = archive.add(archive.now - timedelta(hours=1))
    own = OwnArchive(archive.database, archive.files)
    start = archive.clock.now() - 3600 + 5
    sample = play_sample(own, "hall-1", start)
    assert (sample.fault, sample.width) == ("", 192)
    archive.files.delete(key)
    gone = Text.read_back(play_sample(own, "hall-1", start).fault)
    assert gone == Text("录像文件已不在", "the recorded file is gone")
    with pytest.raises(NotFoundError):
        own.play("hall-1", start - 7200, start - 7100)
