"""Who is signed in, as a worker knows it: read now and then, believed for a minute, for a day."""

from __future__ import annotations

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy.exc import SQLAlchemyError

from monitor.domain.alerts import Actor
from monitor.domain.attendance import Direction, Movement, RollCall
from monitor.domain.clock import ManualClock, utc_now
from monitor.domain.places import ClassType, District, Institution
from monitor.domain.registers import ClassGroup
from monitor.domain.text import Text
from monitor.runtime.roll import BELIEVED, Roll
from monitor.store.attendance import AttendanceRepository
from monitor.store.base import Database
from monitor.store.place_repository import PlaceRepository
from monitor.store.register_repository import RegisterRepository
from monitor.store.tables import load_tables

ZONE = ZoneInfo("Asia/Shanghai")
EIGHT = RollCall(8, {"room-t": 8})


@pytest.fixture
def roll(database: Database, clock: ManualClock) -> Roll:
    name = Text("园", "Sun")
    now = utc_now(clock)
    PlaceRepository(database).sync(
        District("d", name, institutions=(Institution("sun", name, ""),)), now
    )
    group = ClassGroup("t", name, ClassType.TODDLER, 12, "room-t")
    RegisterRepository(database).put("sun", [group], now)
    return Roll(database, ["sun"], ZONE, clock)


def arrive(database: Database, clock: ManualClock, children: int) -> None:
    now = utc_now(clock)
    movement = Movement("t", now, Direction.ARRIVAL, children)
    midnight = now - timedelta(hours=12)
    AttendanceRepository(database).record("sun", movement, midnight, now, Actor(None, "赵敏"))


def test_arrivals_are_known_once_read(database: Database, clock: ManualClock, roll: Roll) -> None:
    roll.read()
    assert roll.of("sun", clock.now()) is None
    arrive(database, clock, 8)
    roll.read()
    assert roll.of("sun", clock.now() + 10) == EIGHT
    assert roll.of("moon", clock.now() + 10) is None


def test_what_was_read_outlives_a_database_that_is_away_for_a_minute(
    database: Database, clock: ManualClock, roll: Roll
) -> None:
    arrive(database, clock, 8)
    roll.read()
    load_tables().tables["attendance_movement"].drop(database.engine)
    with pytest.raises(SQLAlchemyError):
        roll.read()
    assert roll.of("sun", clock.now() + BELIEVED) == EIGHT
    assert roll.of("sun", clock.now() + BELIEVED + 1) is None


def test_with_the_local_day_ends_what_was_known(
    database: Database, clock: ManualClock, roll: Roll
) -> None:
    clock.advance((14 * 60 + 29) * 60 + 40)  # 23:59:40 in Shanghai
    arrive(database, clock, 8)
    roll.read()
    assert roll.of("sun", clock.now() + 19) == EIGHT
    assert roll.of("sun", clock.now() + 20) is None
    clock.advance(30)
    roll.read()
    assert roll.of("sun", clock.now()) is None
