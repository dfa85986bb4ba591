"""The nightly work: the index of recordings put right, and what is kept long enough erased."""

from __future__ import annotations

from datetime import datetime, timedelta

import structlog

from monitor.domain.clock import Clock, utc_now
from monitor.domain.errors import ConflictError
from monitor.domain.personal_data import DataKind
from monitor.domain.text import Text
from monitor.runtime.environment import Environment
from monitor.runtime.privacy.keeper import PrivacyKeeper, Stores
from monitor.runtime.recording.keeper import Keeper
from monitor.store.base import Database
from monitor.store.deletions import DeletionLog
from monitor.store.feed import FeedRepository
from monitor.store.files import FileStore

log = structlog.get_logger(__name__)

_FEED = timedelta(days=2)
_UNFINISHED = timedelta(days=1)


class Retention:
    """Erases by rule; also prunes the feed and sweeps up what was never finished."""

    def __init__(
        self,
        environment: Environment,
        database: Database,
        clock: Clock,
        keeper: Keeper | None = None,
    ) -> None:
        self._clock = clock
        self._deletions = DeletionLog(database)
        self._cameras = [camera.id for camera in environment.district.cameras]
        self._keeper = keeper or Keeper(
            environment.settings.recording, environment.recording_store(), database, clock
        )
        self._privacy = PrivacyKeeper(
            environment.settings, database, clock, Stores.of(environment), self._keeper
        )
        self._feed = FeedRepository(database)
        self._evidence_files = FileStore(environment.evidence_folder)

    def run(self) -> Text:
        """Delete what is due and say how much that was.

        Raises:
            ConflictError: some kinds could not be erased; all others were.
        """
        now = utc_now(self._clock)
        repaired, lost = self._repair_index(now)
        broken = self._deletions.first_broken()
        if broken is not None:
            log.error("deletion_log_broken", entry=broken)
        done = self._privacy.run()
        self._feed.prune(now - _FEED)
        self._evidence_files.sweep((now - _UNFINISHED).timestamp())
        failed = [f"{one.kind} ({one.problem})" for one in done if one.problem]
        if failed:
            raise ConflictError(
                Text(f"未能删除：{'、'.join(failed)}", f"not erased: {', '.join(failed)}"),
                where="privacy",
                hint=Text("运行 monitor privacy due 查看", "monitor privacy due"),
            )
        count = {one.kind: one.count for one in done}
        own = (DataKind.EVIDENCE, DataKind.RECORDINGS, DataKind.TRACKS, DataKind.LABEL_FRAMES)
        others = sum(number for kind, number in count.items() if kind not in own)
        evidence, recordings, hours, labels = (count[kind] for kind in own)
        return Text(
            f"删除了 {evidence} 件证据、{recordings} 段录像、{hours} 房间小时的轨迹、"
            f"{labels} 张标注画面和 {others} 项其他内容；补登 {repaired} 段录像，{lost} 段缺失",
            f"{evidence} pieces of evidence, {recordings} recordings, {hours} room hours of tracks "
            f"and {labels} frames deleted; {others} other things erased; "
            f"{repaired} recordings filed late, {lost} found missing",
        )

    def _repair_index(self, now: datetime) -> tuple[int, int]:
        """Compare yesterday's and today's files with the index."""
        days = (now - timedelta(days=1), now)
        done = [self._keeper.repair(camera, day) for camera in self._cameras for day in days]
        return sum(found for found, _ in done), sum(lost for _, lost in done)
