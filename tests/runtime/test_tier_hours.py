from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from monitor.domain.hours import DayTime, Span, WeekHours
from monitor.domain.places import District, Institution, Room, RoomType
from monitor.domain.registers import DayException
from monitor.domain.text import Text
from monitor.runtime.tier_hours import StoreHours
from monitor.store.base import Database
from monitor.store.place_repository import PlaceRepository
from monitor.store.register_repository import RegisterRepository

SHANGHAI = ZoneInfo("Asia/Shanghai")
MONDAY = datetime(2026, 11, 2, 10, 0, tzinfo=SHANGHAI)
DAY = (Span.parse("07:30-17:30"),)
WEEK = WeekHours((*(DAY,) * 5, (), ()))
ROOM = Room(
    "room",
    "sun",
    Text(zh="室", en="Room"),
    RoomType.ACTIVITY,
    opening_hours=WEEK,
    nap_times=(Span.parse("12:00-14:00"),),
)
SUN = Institution("sun", Text(zh="阳光", en="Sun"), "")
DISTRICT = District("d", Text(zh="区", en="D"), institutions=(SUN,), rooms=(ROOM,))


def test_days_off_and_working_weekends_count_once_they_are_read(database: Database) -> None:
    PlaceRepository(database).sync(DISTRICT, MONDAY)
    registers = RegisterRepository(database)
    hours = StoreHours(database, DISTRICT)
    saturday = MONDAY + timedelta(days=5)
    assert hours("room", MONDAY) == DayTime(open=True)
    assert hours("room", MONDAY + timedelta(hours=3)) == DayTime(open=True, nap=True)
    assert hours("room", MONDAY + timedelta(hours=9)) == DayTime(open=False)
    assert hours("room", saturday) == DayTime(open=False)
    assert hours("nowhere", MONDAY) == DayTime()
    days = [DayException(date(2026, 11, 2), False), DayException(date(2026, 11, 7), True)]
    registers.put("sun", days, MONDAY)
    later = MONDAY + timedelta(minutes=6)  # the registers are read again every five minutes
    assert hours("room", later) == DayTime(open=False)
    assert hours("room", saturday + timedelta(hours=3)) == DayTime(open=True, nap=True)


def test_what_was_known_stays_while_the_database_is_away(database: Database) -> None:
    PlaceRepository(database).sync(DISTRICT, MONDAY)
    RegisterRepository(database).put("sun", [DayException(date(2026, 11, 2), False)], MONDAY)
    hours = StoreHours(database, DISTRICT)
    assert hours("room", MONDAY).open is False
    with database.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE register_day_exception RENAME TO away")
    assert hours("room", MONDAY + timedelta(minutes=30)).open is False
