"""Deleting what has been kept for as long as it may be, and what nobody needs any more."""

from __future__ import annotations

import math
from datetime import datetime, timedelta

import structlog

from monitor.domain.clock import Clock, utc_now
from monitor.runtime.environment import Environment
from monitor.runtime.recording.keeper import Keeper
from monitor.runtime.tracks.files import delete_before
from monitor.store.base import Database
from monitor.store.deletions import DeletionLog
from monitor.store.evidence import EvidenceRepository
from monitor.store.feed import FeedRepository
from monitor.store.files import FileStore
from monitor.store.labels import LabelStore
from monitor.store.outbox_repository import OutboxRepository
from monitor.store.session_repository import SessionRepository

log = structlog.get_logger(__name__)

_FEED = timedelta(days=2)
_DELIVERIES = timedelta(days=400)
_UNFINISHED = timedelta(days=1)


class Retention:
    """Evidence of ended alerts, recordings, tracks, sessions, the feed, delivered messages."""

    def __init__(
        self,
        environment: Environment,
        database: Database,
        clock: Clock,
        keeper: Keeper | None = None,
    ) -> None:
        self._settings = environment.settings
        self._clock = clock
        self._deletions = DeletionLog(database)
        self._evidence = EvidenceRepository(database)
        self._cameras = [camera.id for camera in environment.district.cameras]
        self._keeper = keeper or Keeper(
            environment.settings.recording, environment.recording_store(), database, clock
        )
        self._feed = FeedRepository(database)
        self._outbox = OutboxRepository(database)
        self._sessions = SessionRepository(database)
        self._labels = LabelStore(environment.labels_folder)
        self._evidence_files = FileStore(environment.evidence_folder)
        self._exports = FileStore(environment.exports_folder)
        self._tracks_folder = environment.tracks_folder

    def run(self) -> str:
        """Delete what is due and say how much that was."""
        now = utc_now(self._clock)
        repaired, lost = self._repair_index(now)
        broken = self._deletions.first_broken()
        if broken is not None:
            log.error("deletion_log_broken", entry=broken)
        recordings = self._keeper.delete_expired()
        evidence = self._old_evidence()
        hours = self._old_tracks()
        labels = self._labels.prune(now - timedelta(seconds=self._settings.labels.keep))
        self._feed.prune(now - _FEED)
        self._outbox.prune(now - _DELIVERIES)
        self._sessions.prune(now)
        self._evidence_files.sweep((now - _UNFINISHED).timestamp())
        self._exports.remove_older((now - _UNFINISHED).timestamp())
        return (
            f"{evidence} pieces of evidence, {recordings} recordings, {hours} room hours of tracks "
            f"and {labels} frames deleted; {repaired} recordings filed late, {lost} found missing"
        )

    def _old_evidence(self) -> int:
        before = utc_now(self._clock) - timedelta(seconds=self._settings.evidence.keep)
        deleted = 0
        while expired := self._evidence.expired(before, utc_now(self._clock)):
            for piece in expired:
                self._evidence_files.delete(piece.path)
                log.info("evidence_deleted", path=piece.path, sha256=piece.sha256)
            deleted += self._evidence.forget([piece.id for piece in expired], utc_now(self._clock))
        return deleted

    def _repair_index(self, now: datetime) -> tuple[int, int]:
        """Compare yesterday's and today's files with the index."""
        days = (now - timedelta(days=1), now)
        done = [self._keeper.repair(camera, day) for camera in self._cameras for day in days]
        return sum(found for found, _ in done), sum(lost for _, lost in done)

    def _old_tracks(self) -> int:
        keep = self._settings.tracks.keep
        before = self._clock.now() - keep if keep else math.inf
        files, size = delete_before(self._tracks_folder, before)
        if files:
            log.info("tracks_deleted", room_hours=files, bytes=size)
        return files
