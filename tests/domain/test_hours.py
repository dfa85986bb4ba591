from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.domain.hours import Calendar, DayTime, Span, WeekHours, no_exceptions

ZONE = ZoneInfo("Asia/Shanghai")
WORKDAY = (Span(450, 1050),)
WEEK = WeekHours((WORKDAY,) * 5 + ((), ()))
NAPS = (Span(720, 840),)


def at(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE).timestamp()


def test_spans_are_read() -> None:
    assert Span.parse("07:30-17:30") == Span(450, 1050)
    assert Span.parse(" 7:05 – 24:00 ") == Span(425, 1440)


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("7-17", "not a time span"),
        ("07:30", "not a time span"),
        ("07:60-08:00", "no day has"),
        ("07:00-24:01", "no day has"),
        ("17:30-07:30", "end after it begins"),
        ("08:00-08:00", "end after it begins"),
    ],
)
def test_what_is_no_span_is_named(text: str, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        Span.parse(text)


@given(st.integers(0, 1439), st.integers(1, 1440))
def test_every_span_is_read_as_it_is_written(start: int, end: int) -> None:
    if start >= end:
        with pytest.raises(ValueError, match="end after"):
            Span(start, end)
        return
    text = f"{start // 60:02}:{start % 60:02}-{end // 60:02}:{end % 60:02}"
    assert Span.parse(text) == Span(start, end)


def test_a_week_has_seven_days() -> None:
    with pytest.raises(ValueError, match="seven"):
        WeekHours((WORKDAY,))


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        ("2026-11-23T07:29:59", DayTime(open=False)),
        ("2026-11-23T07:30", DayTime(open=True)),
        ("2026-11-23T12:00", DayTime(open=True, nap=True)),
        ("2026-11-23T13:59:59", DayTime(open=True, nap=True)),
        ("2026-11-23T14:00", DayTime(open=True)),
        ("2026-11-23T17:30", DayTime(open=False)),
        ("2026-11-28T12:30", DayTime(open=False)),
    ],
)
def test_hours_are_local(moment: str, expected: DayTime) -> None:
    assert Calendar(WEEK, NAPS, ZONE).at(at(moment)) == expected


def test_exceptions_turn_days_round() -> None:
    days = {date(2026, 11, 23): False, date(2026, 11, 28): True}
    calendar = Calendar(WEEK, NAPS, ZONE, days.get)
    assert calendar.at(at("2026-11-23T12:30")) == DayTime(open=False)
    assert calendar.at(at("2026-11-28T12:30")) == DayTime(open=True, nap=True)
    days.clear()
    assert calendar.at(at("2026-11-28T12:31")) == DayTime(open=False)


def test_without_hours_naps_are_known_and_opening_is_not() -> None:
    calendar = Calendar(None, NAPS, ZONE)
    assert calendar.at(at("2026-11-28T12:30")) == DayTime(open=None, nap=True)
    closed = Calendar(None, NAPS, ZONE, lambda _day: False)
    assert closed.at(at("2026-11-28T12:30")) == DayTime(open=None, nap=False)


def test_a_recording_begins_when_it_is_said_to() -> None:
    calendar = Calendar(WEEK, NAPS, ZONE, no_exceptions, start=at("2026-11-23T11:59:30"))
    assert [calendar.at(seconds).nap for seconds in (0.0, 29.9, 30.0)] == [False, False, True]


@given(st.floats(0, 4e9), st.sampled_from([0.0, 60.0, 3600.0]))
def test_asking_before_changes_nothing(time: float, earlier: float) -> None:
    asked = Calendar(WEEK, NAPS, ZONE)
    asked.at(time - earlier)
    assert asked.at(time) == Calendar(WEEK, NAPS, ZONE).at(time)
