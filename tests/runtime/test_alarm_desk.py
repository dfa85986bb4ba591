"""How long somebody watches in a month, by the opening hours of what they see."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

from monitor.domain.access import DISTRICT, Scope, ScopeKind
from monitor.domain.clock import ManualClock
from monitor.domain.hours import Span, WeekHours
from monitor.domain.places import District, Institution, Room, RoomType
from monitor.domain.text import Text
from monitor.runtime.alarm_desk import AlarmDesk
from monitor.store.base import Database

DECEMBER = datetime(2026, 12, 5, tzinfo=UTC).timestamp()
NOVEMBER = date(2026, 11, 1)


def _week(*spans: Span) -> WeekHours:
    return WeekHours((*((spans,) * 5), (), ()))


def _district(first: WeekHours | None, second: WeekHours | None) -> District:
    name = Text("园", "Nursery")
    rooms = tuple(
        Room(f"{home}-room", home, name, RoomType.ACTIVITY, opening_hours=hours)
        for home, hours in (("sun", first), ("moon", second))
    )
    homes = (Institution("sun", name, "east"), Institution("moon", name, "west"))
    return District("d", name, institutions=homes, rooms=rooms)


def test_somebody_watches_while_any_room_is_open(database: Database) -> None:
    early, late = _week(Span(480, 720), Span(780, 960)), _week(Span(600, 1080))
    desk = AlarmDesk(database, _district(early, late), ManualClock(DECEMBER))
    workdays = 21
    assert desk.month(DISTRICT, NOVEMBER).watched_hours == workdays * 10
    sun = Scope(ScopeKind.INSTITUTION, "sun")
    assert desk.month(sun, NOVEMBER).watched_hours == workdays * 7
    west = Scope(ScopeKind.COMMUNITY, "west")
    assert desk.month(west, NOVEMBER, people=3).quality.operator_hours == workdays * 8 * 3


def test_without_hours_somebody_watches_always(database: Database) -> None:
    district = _district(_week(Span(480, 720)), None)
    desk = AlarmDesk(database, district, ManualClock(DECEMBER))
    assert desk.month(DISTRICT, NOVEMBER).watched_hours == 30 * 24


def test_a_month_counts_as_far_as_it_has_passed(database: Database) -> None:
    noon = datetime(2026, 11, 2, 4, tzinfo=UTC).timestamp()  # Monday, 12:00 in Shanghai
    district = _district(_week(Span(480, 720), Span(780, 960)), _week(Span(600, 1080)))
    desk = AlarmDesk(database, district, ManualClock(noon))
    assert desk.month(DISTRICT, NOVEMBER).watched_hours == 4
    nothing = replace(district, rooms=(), institutions=())
    assert AlarmDesk(database, nothing, ManualClock(noon)).rush(DISTRICT).too_much is False
