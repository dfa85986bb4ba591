"""Back-tests of what the measures of alarm quality suggest, by night and not while people wait.

A suggestion is read off how long conditions lasted. Whether it holds is found by replaying the kept
tracks with it, in a process of its own and one after the other, those tried longest ago first.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import structlog

from monitor.domain.access import DISTRICT, Scope, ScopeKind
from monitor.domain.alarm_relief import Relief
from monitor.domain.clock import Clock, utc_now
from monitor.domain.errors import KanhuError
from monitor.domain.places import District
from monitor.domain.text import Text
from monitor.runtime.alarm_desk import AlarmDesk
from monitor.runtime.backtest.comparison import Fate, Verdict
from monitor.runtime.backtest.desk import MOST_DAYS, BacktestDesk
from monitor.runtime.backtest.runs import Phase
from monitor.runtime.backtest.trial import TrialResult
from monitor.store.base import Database
from monitor.store.relief_trials import ReliefTrial, ReliefTrialRepository

log = structlog.get_logger(__name__)

_NOBODY = 0
_LOOK_EVERY = 0.2
_LONGEST = 40 * 60.0
_NEVER = datetime.min.replace(tzinfo=UTC)


class ReliefTrials:
    """Tries what would relieve this month; ``longest`` is for how many seconds at most."""

    def __init__(
        self,
        database: Database,
        district: District,
        desk: BacktestDesk,
        clock: Clock,
        *,
        longest: float = _LONGEST,
    ) -> None:
        self._alarms = AlarmDesk(database, district, clock)
        self._trials = ReliefTrialRepository(database)
        self._district = district
        self._desk = desk
        self._clock = clock
        self._longest = longest
        self._stopping = threading.Event()

    def run(self) -> Text:
        """Try all suggestions there is time for, and say in words how many that were."""
        began = time.monotonic()
        wanted = self._wanted()
        tried = 0
        for relief, after in wanted:
            if self._stopping.is_set() or time.monotonic() - began > self._longest:
                break
            tried += self._try(relief, after, began)
        return Text(
            f"{len(wanted)} 条建议中试算了 {tried} 条",
            f"{tried} of {len(wanted)} suggestions tried",
        )

    def stop(self) -> None:
        """End what is being tried; what is left is tried another time."""
        self._stopping.set()
        self._desk.stop()

    def _wanted(self) -> Sequence[tuple[Relief, float]]:
        """Return what anybody's page suggests: of the whole district and of each institution."""
        today = utc_now(self._clock).astimezone(ZoneInfo(self._district.timezone)).date()
        scopes = [
            DISTRICT,
            *(Scope(ScopeKind.INSTITUTION, item.id) for item in self._district.institutions),
        ]
        found: dict[tuple[str, str], tuple[Relief, float]] = {}
        for scope in scopes:
            for relief in self._alarms.month(scope, today.replace(day=1)).reliefs:
                if relief.after is not None:
                    found[relief.rule, relief.room_id] = relief, relief.after
        latest = self._trials.latest()

        def last(key: tuple[str, str]) -> datetime:
            return latest[key].tried if key in latest else _NEVER

        return [found[key] for key in sorted(found, key=lambda key: (last(key), key))]

    def _try(self, relief: Relief, after: float, began: float) -> bool:
        changes = {"after": f"{after:g}s"}
        try:
            rooms = self._desk.rooms(DISTRICT, room=relief.room_id)
            run = self._desk.start(_NOBODY, rooms, relief.rule, changes, MOST_DAYS)
        except KanhuError as error:  # the room has no camera any more, or the value is not allowed
            log.info("suggestion_not_tried", rule=relief.rule, room=relief.room_id, why=str(error))
            return False
        while run.phase is Phase.RUNNING:
            self._desk.run_of(_NOBODY)  # it is still wanted
            if time.monotonic() - began > 2 * self._longest:
                self._desk.cancel(_NOBODY, run.id)
                return False
            self._stopping.wait(_LOOK_EVERY)
        if run.result is None:
            return False
        self._trials.put(self._outcome(relief, after, run.result))
        return True

    def _outcome(self, relief: Relief, after: float, result: TrialResult) -> ReliefTrial:
        comparison = result.comparison
        counts = comparison.counts.values()
        lost = {
            item.alert_id
            for item in comparison.fired
            if item.fate is Fate.GONE and item.verdict is Verdict.CONFIRMED
        }
        return ReliefTrial(
            rule=relief.rule,
            room_id=relief.room_id,
            after=after,
            tried=utc_now(self._clock),
            days=MOST_DAYS,
            hours=round(result.hours, 2),
            kept=sum(count.kept for count in counts),
            gone=sum(count.gone for count in counts),
            fresh=comparison.new,
            untold=comparison.untold,
            lost=tuple(sorted(lost)),
        )
