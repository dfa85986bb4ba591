from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.domain.errors import InputError
from monitor.inspections.period import Period, period_of, shifted
from monitor.inspections.schedule import (
    due_months,
    month_at,
    next_slot,
    parse_month,
    slot_of,
)

ZONE = "Asia/Shanghai"
moments = st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
zones = st.sampled_from([ZONE, "UTC", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe"])


def local(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=ZoneInfo(ZONE))  # type: ignore[arg-type, misc]


def days(period: Period) -> tuple[date, date, date]:
    return period.first_day, period.last_day, period.last_full_day


@pytest.mark.parametrize(
    ("month", "now", "expected"),
    [
        (11, local(2026, 11, 1, 0, 5), ("2026-10-01", "2026-11-01", "2026-10-31")),
        (11, local(2026, 11, 23, 21), ("2026-10-23", "2026-11-23", "2026-11-22")),
        (11, local(2026, 12, 5, 9), ("2026-11-01", "2026-11-30", "2026-11-30")),
        (2, local(2026, 3, 9), ("2026-02-01", "2026-02-28", "2026-02-28")),
        (3, local(2026, 3, 31, 12), ("2026-02-28", "2026-03-31", "2026-03-30")),
    ],
)
def test_the_period_ends_with_the_month_or_now(
    month: int, now: datetime, expected: tuple[str, ...]
) -> None:
    period = period_of(date(2026, month, 1), now, ZONE)
    assert tuple(str(day) for day in days(period)) == expected


def test_a_month_to_come_has_no_period() -> None:
    with pytest.raises(InputError, match="2026-12 has not begun"):
        period_of(date(2026, 12, 1), local(2026, 11, 30, 23, 59), ZONE)
    assert period_of(date(2026, 12, 1), local(2026, 12, 1), ZONE).last_day == date(2026, 11, 30)


@settings(deadline=None)
@given(moments, zones, st.integers(0, 30))
def test_a_period_is_about_a_month_and_never_in_the_future(
    now: datetime, zone: str, back: int
) -> None:
    month = shifted(month_at(now, zone), -back)
    period = period_of(month, now, zone)
    assert period.end <= now
    assert timedelta(days=27) <= period.end - period.start <= timedelta(days=32)
    assert period.first_day <= period.last_full_day <= period.last_day


@settings(deadline=None)
@given(moments, zones, st.lists(st.integers(-5, 1)))
def test_what_is_due_becomes_done_exactly_once(now: datetime, zone: str, done: list[int]) -> None:
    this = month_at(now, zone)
    finished = {slot_of(shifted(this, offset)) for offset in done}
    due = due_months(now, zone, finished)
    assert due == tuple(sorted(due))
    assert {slot_of(month) for month in due}.isdisjoint(finished)
    assert this in due or slot_of(this) in finished
    assert due_months(now, zone, finished | {slot_of(month) for month in due}) == ()


def test_months_slept_through_are_caught_up_but_none_from_before_the_service() -> None:
    now = local(2026, 11, 3)
    assert [slot_of(m) for m in due_months(now, ZONE, ())] == ["2026-09", "2026-10", "2026-11"]
    since = local(2026, 10, 9)
    assert [slot_of(m) for m in due_months(now, ZONE, (), since)] == ["2026-10", "2026-11"]
    assert due_months(now, ZONE, ["2026-10", "2026-11"], since) == ()
    assert len(due_months(now, ZONE, (), most=12)) == 12


@settings(deadline=None)
@given(moments, zones)
def test_the_next_slot_is_the_first_moment_of_the_next_month(now: datetime, zone: str) -> None:
    slot = next_slot(now, zone)
    assert slot > now
    assert month_at(slot, zone) == shifted(month_at(now, zone), 1)
    assert month_at(slot - timedelta(seconds=1), zone) == month_at(now, zone)


@given(st.dates(date(2000, 1, 1)))
def test_a_slot_s_name_is_read_back(day: date) -> None:
    month = day.replace(day=1)
    assert parse_month(slot_of(month)) == month


@pytest.mark.parametrize(
    "text", ["", "2026-13", "2026-00", "26-01", "2026-1", "2026-01-01", "１２"]
)
def test_what_is_no_month_is_refused(text: str) -> None:
    with pytest.raises(InputError, match="is not a month"):
        parse_month(text)
