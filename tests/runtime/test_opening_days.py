from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from monitor.domain.places import District, Institution
from monitor.domain.registers import DayException
from monitor.domain.text import Text
from monitor.runtime.opening_days import OpeningDays
from monitor.store.base import Database
from monitor.store.place_repository import PlaceRepository
from monitor.store.register_repository import RegisterRepository

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
HOLIDAY = date(2026, 10, 1)


@pytest.fixture
def registers(database: Database) -> RegisterRepository:
    institutions = tuple(Institution(name, Text(zh=name, en=name), "") for name in ("sun", "moon"))
    PlaceRepository(database).sync(
        District("d", Text(zh="区", en="D"), institutions=institutions), NOW
    )
    return RegisterRepository(database)


def test_exceptions_are_known_once_read_and_read_again(
    database: Database, registers: RegisterRepository
) -> None:
    days = OpeningDays(database, ["sun"])
    registers.put("sun", [DayException(HOLIDAY, False)], NOW)
    assert days.exception("sun", HOLIDAY) is None
    days.read()
    assert days.exception("sun", HOLIDAY) is False
    assert days.exception("moon", HOLIDAY) is None
    registers.put("sun", [DayException(HOLIDAY, True)], NOW)
    days.read()
    assert days.exception("sun", HOLIDAY) is True
