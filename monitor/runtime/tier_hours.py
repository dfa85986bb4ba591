"""Which time of day it is in a room: opening hours, nap times, days off and working weekends."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import structlog
from sqlalchemy.exc import SQLAlchemyError

from monitor.domain.hours import Calendar, DayTime
from monitor.domain.places import District
from monitor.store.base import Database
from monitor.store.register_repository import RegisterRepository

log = structlog.get_logger(__name__)

_READ_EVERY = timedelta(minutes=5)


class StoreHours:
    """Asks the configuration and the registers; the registers are read again now and then.

    Safe for many threads. While the database is away, what was known stays.
    """

    def __init__(self, database: Database, district: District) -> None:
        self._registers = RegisterRepository(database)
        self._institutions = tuple(item.id for item in district.institutions)
        self._rooms = {room.id: room for room in district.rooms}
        self._zone = ZoneInfo(district.timezone)
        self._exceptions: Mapping[str, Mapping[date, bool]] = {}
        self._read: datetime | None = None
        self._lock = threading.Lock()

    def __call__(self, room_id: str, moment: datetime) -> DayTime:
        """Return what time of day it is in a room; nothing is known of a room that is gone."""
        room = self._rooms.get(room_id)
        if room is None:
            return DayTime()
        exceptions = self._days(moment).get(room.institution_id, {})
        calendar = Calendar(room.opening_hours, room.nap_times, self._zone, exceptions.get)
        return calendar.at(moment.timestamp())

    def _days(self, moment: datetime) -> Mapping[str, Mapping[date, bool]]:
        with self._lock:
            if self._read is None or abs(moment - self._read) >= _READ_EVERY:
                try:
                    self._exceptions = self._registers.day_exceptions(self._institutions)
                    self._read = moment
                except SQLAlchemyError as error:
                    log.warning("days_not_read", error=type(error).__name__)
            return self._exceptions
