"""What is done about the disk every minute: room is made, and the future reckoned."""

from __future__ import annotations

import structlog

from monitor.domain.clock import Clock, utc_now
from monitor.runtime.recording.forecast import reckon
from monitor.runtime.recording.keeper import Keeper
from monitor.settings.schema import Recording as Policy
from monitor.store.base import Database
from monitor.store.files import FileStore
from monitor.store.storage_forecasts import StorageForecastRepository

log = structlog.get_logger(__name__)

WARN_DAYS = 14.0
"""People are warned when the disk will be full within so many days."""

_RECKON_EVERY = 600.0


class DiskWatch:
    """Watches over the room that recordings take up."""

    def __init__(
        self, policy: Policy, files: FileStore, database: Database, keeper: Keeper, clock: Clock
    ) -> None:
        self._policy = policy
        self._files = files
        self._database = database
        self._keeper = keeper
        self._clock = clock
        self._forecasts = StorageForecastRepository(database)
        self._reckoned = 0.0
        self._warned = False

    def look(self) -> None:
        """Make room if there is too little, and renew the forecast if it is old."""
        made = self._keeper.make_room()
        now = self._clock.now()
        if made or now - self._reckoned >= _RECKON_EVERY:
            self._reckoned = now
            self.reckon()

    def reckon(self) -> None:
        """Renew the forecast; warn in the log when the disk will soon be full."""
        now = utc_now(self._clock)
        forecast = reckon(self._policy, self._database, self._files.free_bytes(), now)
        self._forecasts.save(forecast)
        soon = forecast.days_left is not None and forecast.days_left < WARN_DAYS
        if soon and not self._warned:
            log.warning("disk_will_be_full", days_left=forecast.days_left)
        self._warned = soon
