"""Days off and working weekends of some institutions, read from their registers now and then."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from zoneinfo import ZoneInfo

from monitor.domain.hours import Calendar
from monitor.domain.places import Room
from monitor.store.base import Database
from monitor.store.register_repository import RegisterRepository


@dataclass(frozen=True, slots=True)
class KnownDays:
    """Days off and working weekends as they stand, by institution; can go to another process."""

    timezone: str = "Asia/Shanghai"
    exceptions: Mapping[str, Mapping[date, bool]] = field(default_factory=dict)

    @classmethod
    def read(cls, database: Database, timezone: str, rooms: Iterable[Room]) -> KnownDays:
        """Return what the registers say of the institutions of ``rooms``."""
        institutions = sorted({room.institution_id for room in rooms})
        return cls(timezone, RegisterRepository(database).day_exceptions(institutions))

    def calendar(self, room: Room) -> Calendar:
        """Return the calendar of a room."""
        exceptions = self.exceptions.get(room.institution_id, {})
        return Calendar(room.opening_hours, room.nap_times, ZoneInfo(self.timezone), exceptions.get)


class OpeningDays:
    """What the registers last said. Read by one thread, asked by another: replaced as a whole."""

    def __init__(self, database: Database, institution_ids: Iterable[str]) -> None:
        self._registers = RegisterRepository(database)
        self._exceptions: Mapping[str, Mapping[date, bool]] = {}
        self.expect(institution_ids)

    def expect(self, institution_ids: Iterable[str]) -> None:
        """Read what the registers say of these from the next time on."""
        self._institutions = tuple(sorted(institution_ids))

    def read(self) -> None:
        """Read them again.

        Raises:
            SQLAlchemyError: the database is away; what was known stays.
        """
        self._exceptions = self._registers.day_exceptions(self._institutions)

    def exception(self, institution_id: str, day: date) -> bool | None:
        """Say whether ``day`` is open or closed against its weekday, ``None`` if it is ordinary."""
        return self._exceptions.get(institution_id, {}).get(day)
