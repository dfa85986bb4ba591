"""Erases personal data whose time is over, kind by kind, and puts down what it did."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import structlog

from monitor.domain.clock import Clock, utc_now
from monitor.domain.personal_data import RULES, DataKind, DataRule, Due, Erased
from monitor.runtime.environment import Environment
from monitor.runtime.privacy.erasers import (
    AccountEraser,
    Eraser,
    EvidenceEraser,
    ExportFileEraser,
    FileEraser,
    LabelEraser,
    RecordingEraser,
    RequestEraser,
    RowEraser,
    SessionEraser,
    Times,
    TrackEraser,
)
from monitor.runtime.privacy.old_rows import FILES, ROWS
from monitor.runtime.recording.keeper import Keeper
from monitor.settings import Settings
from monitor.store.base import Database
from monitor.store.files import FileStore
from monitor.store.labels import LabelStore
from monitor.store.privacy_deletions import PrivacyDeletionLog

log = structlog.get_logger(__name__)

_EXPORTED_FILES = 86400.0


@dataclass(frozen=True, slots=True)
class Stores:
    """Where personal data lie outside the database."""

    evidence: FileStore
    exports: FileStore
    recordings: FileStore
    labels: LabelStore
    tracks: Path

    @classmethod
    def of(cls, environment: Environment) -> Stores:
        """Return the places of an installation."""
        return cls(
            evidence=FileStore(environment.evidence_folder),
            exports=FileStore(environment.exports_folder),
            recordings=environment.recording_store(),
            labels=LabelStore(environment.labels_folder),
            tracks=environment.tracks_folder,
        )


class PrivacyKeeper:
    """Keeps personal data for no longer than the rules say. May run in several processes."""

    def __init__(
        self,
        settings: Settings,
        database: Database,
        clock: Clock,
        stores: Stores,
        recordings: Keeper | None = None,
    ) -> None:
        self._seconds = seconds_of(settings)
        self._clock = clock
        self._log = PrivacyDeletionLog(database)
        keeper = recordings or Keeper(settings.recording, stores.recordings, database, clock)
        self._erasers = _erasers(settings, database, stores, keeper)

    def due(self) -> tuple[Due, ...]:
        """Say of every kind, in the order of the rules, what is due now and when the next is."""
        now = utc_now(self._clock)
        return tuple(self._due(rule, now) for rule in RULES)

    def run(self) -> tuple[Erased, ...]:
        """Erase what is due and say of every kind how much that was.

        What hinders one kind does not hinder the others; it is said and put down.
        """
        now = utc_now(self._clock)
        done = []
        for rule in RULES:
            eraser = self._erasers.get(rule.kind)
            if eraser is not None:
                done.append(self._erase(rule, eraser, now))
        return tuple(done)

    def _due(self, rule: DataRule, now: datetime) -> Due:
        seconds, eraser = self._seconds.get(rule.kind), self._erasers.get(rule.kind)
        if eraser is None:
            return Due(rule.kind, seconds, 0, None)
        try:
            found = eraser.look(_times(now, seconds))
        except OSError as error:
            return Due(rule.kind, seconds, 0, None, type(error).__name__)
        following = None
        if found.oldest is not None and seconds is not None:
            following = found.oldest + timedelta(seconds=seconds)
        return Due(rule.kind, seconds, found.count, following)

    def _erase(self, rule: DataRule, eraser: Eraser, now: datetime) -> Erased:
        seconds = self._seconds.get(rule.kind)
        times = _times(now, seconds)
        try:
            erased = Erased(rule.kind, eraser.erase(times))
        except Exception as error:
            log.exception("not_erased", kind=rule.kind.value)
            erased = Erased(rule.kind, 0, type(error).__name__)
        if erased.count or erased.problem:
            before = None if seconds is None else times.before
            self._log.add(erased, rule.treatment, seconds, before, now)
            log.info("erased", kind=rule.kind.value, count=erased.count)
        return erased


def _erasers(
    settings: Settings, database: Database, stores: Stores, keeper: Keeper
) -> Mapping[DataKind, Eraser]:
    zone = ZoneInfo(settings.district.timezone)
    return {
        DataKind.RECORDINGS: RecordingEraser(settings.recording, database, keeper),
        DataKind.EVIDENCE: EvidenceEraser(database, stores.evidence),
        DataKind.TRACKS: TrackEraser(stores.tracks, kept=settings.tracks.keep > 0),
        DataKind.LABEL_FRAMES: LabelEraser(stores.labels),
        DataKind.EXPORT_FILES: ExportFileEraser(stores.exports),
        DataKind.SESSIONS: SessionEraser(database),
        DataKind.ACCOUNTS: AccountEraser(database),
        DataKind.REQUESTS: RequestEraser(database, stores.evidence),
        **{kind: RowEraser(database, zone, parts) for kind, parts in ROWS.items()},
        **{kind: FileEraser(database, stores.evidence, parts) for kind, parts in FILES.items()},
    }


def seconds_of(settings: Settings) -> dict[DataKind, float]:
    """Return for how many seconds each kind is kept; kinds without a time are absent."""
    keep = settings.privacy.keep
    return {
        DataKind.RECORDINGS: settings.recording.keep,
        DataKind.EVIDENCE: settings.evidence.keep,
        DataKind.TRACKS: settings.tracks.keep,
        DataKind.LABEL_FRAMES: settings.labels.keep,
        DataKind.EXPORT_FILES: _EXPORTED_FILES,
        DataKind.EXPORT_RECORDS: keep.export_records,
        DataKind.API_TOKENS: keep.addresses,
        DataKind.PUSH_DEVICES: keep.addresses,
        DataKind.ADDRESSES: keep.addresses,
        DataKind.ACCOUNTS: keep.accounts,
        DataKind.ONSITE_FILES: keep.onsite_files,
        DataKind.FINDING_FILES: keep.finding_files,
        DataKind.DOCUMENTS: keep.documents,
        DataKind.STAFF: keep.staff,
        DataKind.DAILY_LOGS: keep.daily_logs,
        DataKind.ATTENDANCE: keep.attendance,
        DataKind.PICK_UP_CODES: keep.pick_up_codes,
        DataKind.INCIDENTS: keep.incidents,
        DataKind.ALERT_NOTES: keep.alert_notes,
        DataKind.HANDOVERS: keep.handovers,
        DataKind.NOTICES: keep.notices,
        DataKind.REQUESTS: keep.requests,
    }


def _times(now: datetime, seconds: float | None) -> Times:
    return Times(now if seconds is None else now - timedelta(seconds=seconds), now)
