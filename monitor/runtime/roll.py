"""How many children are signed in to some institutions, read from the store every few seconds."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, tzinfo

from monitor.domain.attendance import RollCall
from monitor.domain.clock import Clock, to_datetime
from monitor.store.attendance import AttendanceRepository
from monitor.store.base import Database

BELIEVED = 60.0
"""For how many seconds what was last read stands when the database is away."""

RollOf = Callable[[str, float], RollCall | None]
"""Gives the roll call of an institution at a POSIX time, ``None`` where none is known."""


def no_roll(_institution_id: str, _time: float) -> RollCall | None:
    """Return ``None``: nothing is known of who is signed in."""
    return None


@dataclass(frozen=True, slots=True)
class _Reading:
    at: float = 0.0
    midnight: float = 0.0
    next_midnight: float = 0.0
    calls: Mapping[str, RollCall] = field(default_factory=dict)


class Roll:
    """What was last read of today. Read by one thread, asked by another: replaced as a whole."""

    def __init__(
        self, database: Database, institution_ids: Iterable[str], zone: tzinfo, clock: Clock
    ) -> None:
        """``zone`` is where the institutions are: their day ends at its midnight."""
        self._attendance = AttendanceRepository(database)
        self._zone = zone
        self._clock = clock
        self._reading = _Reading()
        self.expect(institution_ids)

    def expect(self, institution_ids: Iterable[str]) -> None:
        """Read who is signed in to these from the next time on."""
        self._institutions = tuple(sorted(institution_ids))

    def read(self) -> None:
        """Read again.

        Raises:
            SQLAlchemyError: the database is away; what was known stands for a minute.
        """
        now = self._clock.now()
        midnight, next_midnight = _day(now, self._zone)
        calls = self._attendance.roll_calls(self._institutions, midnight, to_datetime(now))
        self._reading = _Reading(now, midnight.timestamp(), next_midnight.timestamp(), calls)

    def of(self, institution_id: str, time: float) -> RollCall | None:
        """Return who is signed in at ``time``; ``None`` if that was not read just now and today."""
        reading = self._reading
        of_today = reading.midnight <= time < reading.next_midnight
        if not of_today or abs(time - reading.at) > BELIEVED:
            return None
        return reading.calls.get(institution_id)


def _day(now: float, zone: tzinfo) -> tuple[datetime, datetime]:
    """Return the midnights between which ``now`` lies."""
    midnight = datetime.fromtimestamp(now, zone).replace(hour=0, minute=0, second=0, microsecond=0)
    following = (midnight + timedelta(days=1)).astimezone(UTC)
    return midnight.astimezone(UTC), following
