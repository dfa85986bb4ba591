"""Days off and working weekends of some institutions, read from their registers now and then."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from monitor.store.base import Database
from monitor.store.register_repository import RegisterRepository


class OpeningDays:
    """What the registers last said. Read by one thread, asked by another: replaced as a whole."""

    def __init__(self, database: Database, institution_ids: Iterable[str]) -> None:
        self._registers = RegisterRepository(database)
        self._institutions = tuple(sorted(institution_ids))
        self._exceptions: Mapping[str, Mapping[date, bool]] = {}

    def read(self) -> None:
        """Read them again.

        Raises:
            SQLAlchemyError: the database is away; what was known stays.
        """
        self._exceptions = self._registers.day_exceptions(self._institutions)

    def exception(self, institution_id: str, day: date) -> bool | None:
        """Say whether ``day`` is open or closed against its weekday, ``None`` if it is ordinary."""
        return self._exceptions.get(institution_id, {}).get(day)
