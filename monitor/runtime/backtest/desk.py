"""Back-tests for people at the page: what they may try, and their runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from monitor.detectors.rules import parse_parameters, rule_kinds
from monitor.detectors.rules.parameters import Parameter, Value
from monitor.domain.access import Scope
from monitor.domain.clock import Clock, to_datetime
from monitor.domain.errors import InputError, NotFoundError
from monitor.domain.places import District, Room
from monitor.domain.text import Text
from monitor.runtime.backtest.replay import Span
from monitor.runtime.backtest.runs import Run, TrialRuns
from monitor.runtime.backtest.trial import Trial, parse_changes
from monitor.runtime.backtest.work import Job
from monitor.runtime.opening_days import KnownDays
from monitor.store.base import Database
from monitor.store.fired_events import FiredEventRepository
from monitor.store.place_repository import PlaceRepository

MOST_DAYS = 7
_DAY = 86400.0


@dataclass(frozen=True, slots=True)
class Setting:
    """A parameter of a rule and the values it has now in the chosen rooms, least first."""

    parameter: Parameter
    now: tuple[Value, ...]


class BacktestDesk:
    """Back-tests within each person's scope."""

    def __init__(
        self,
        database: Database,
        district: District,
        folder: Path,
        clock: Clock,
        runs: TrialRuns | None = None,
    ) -> None:
        self._database = database
        self._district = district
        self._folder = folder
        self._clock = clock
        self._fired = FiredEventRepository(database)
        self._places = PlaceRepository(database)
        self.runs = runs or TrialRuns()

    def rooms(self, scope: Scope, institution: str = "", room: str = "") -> tuple[Room, ...]:
        """Return the rooms with cameras that somebody may try rules in.

        Raises:
            NotFoundError: the named institution or room has none within ``scope``.
        """
        seen = {place.room.id for inst in self._places.tree(scope) for place in inst.rooms}
        watched = {camera.room_id for camera in self._district.cameras if camera.enabled}
        rooms = tuple(
            item
            for item in self._district.rooms
            if item.id in seen & watched
            and institution in ("", item.institution_id)
            and room in ("", item.id)
        )
        if not rooms and (institution or room):
            raise NotFoundError(
                Text("没有这个装有摄像机的房间", "there is no such room with cameras"),
                where=room or institution,
            )
        return rooms

    def settings(self, rule: str, rooms: Sequence[Room]) -> tuple[Setting, ...]:
        """Return the parameters of a rule with their present values.

        Raises:
            InputError: there is no such rule.
        """
        kind = rule_kinds().get(rule)
        if kind is None:
            raise InputError(Text("没有这条规则", "there is no such rule"), where="rule")
        present = [
            {
                **kind.defaults(room),
                **parse_parameters(rule, room.rules.get(rule, {}), f"room {room.id}"),
            }
            for room in rooms
        ]
        return tuple(
            Setting(parameter, tuple(sorted({values[parameter.name] for values in present})))
            for parameter in kind.parameters
        )

    def start(
        self, owner: int, rooms: Sequence[Room], rule: str, changes: Mapping[str, str], days: int
    ) -> Run:
        """Begin a run over the last ``days``; an earlier one of the same person ends.

        Raises:
            InputError: the rule, a parameter or the number of days is not allowed.
            ConflictError: as many as may run at once do.
        """
        if not 1 <= days <= MOST_DAYS:
            raise InputError(
                Text(f"应在 1 到 {MOST_DAYS} 天之间", f"between 1 and {MOST_DAYS} days"),
                where="days",
            )
        now = self._clock.now()
        window = Span(now - days * _DAY, now)
        trial = Trial(
            tuple(rooms),
            self._district.cameras,
            rule,
            parse_changes(rule, changes, "backtest"),
            window,
            days=KnownDays.read(self._database, self._district.timezone, rooms),
        )
        fired = self._fired.fired(
            [room.id for room in rooms], rule, to_datetime(window.start), to_datetime(window.end)
        )
        return self.runs.start(owner, Job(trial, self._folder, fired))

    def run_of(self, owner: int) -> Run | None:
        """Return somebody's latest run, and note that it is still wanted."""
        return self.runs.of(owner)

    def cancel(self, owner: int, run_id: str) -> None:
        """End somebody's run if it is still the one named."""
        self.runs.cancel(owner, run_id)

    def stop(self) -> None:
        """End all runs."""
        self.runs.stop()
