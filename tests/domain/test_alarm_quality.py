from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.domain.alarm_quality import Alarm, Load, measure, spread
from monitor.domain.alarm_relief import reliefs
from monitor.domain.alerts import AlertState
from monitor.domain.events import Severity

START = datetime(2026, 11, 1, tzinfo=UTC)
END = START + timedelta(days=30)


def alarm(minutes: float = 0.0, number: int = 1, lasted: float | None = 90.0) -> Alarm:
    raised = START + timedelta(minutes=minutes)
    onset = raised - timedelta(seconds=62)
    return Alarm(
        id=number,
        rule="unattended_child",
        institution_id="sun",
        room_id="sun-toddler",
        camera_id="sun-toddler-1",
        severity=Severity.HIGH,
        state=AlertState.RESOLVED,
        onset=onset,
        raised=raised,
        cleared=None if lasted is None else onset + timedelta(seconds=lasted),
        acknowledged=raised + timedelta(seconds=30),
        wait=60.0,
    )


def test_nothing_happened() -> None:
    quality = measure([], START, END, 300, 1)
    assert (quality.total, quality.per_hour, quality.busiest, quality.flood_share) == (0, 0, 0, 0)
    assert (quality.busiest_at, quality.acknowledged_in_time) == (None, None)
    assert quality.overall.false_share is None
    assert quality.load is Load.ACCEPTABLE
    assert measure([], START, END, 0, 1).per_hour is None


def test_rates_are_for_one_operator() -> None:
    alarms = [alarm(minutes=20 * number) for number in range(60)]
    one = measure(alarms, START, END, 4, 1)
    assert (one.per_hour, one.per_ten_minutes, one.load) == (15, 2.5, Load.TOO_MUCH)
    two = measure(alarms, START, END, 4, 2)
    assert (two.operator_hours, two.per_hour, two.load) == (8, 7.5, Load.HEAVY)
    assert measure(alarms, START, END, 4, 3).load is Load.ACCEPTABLE


def test_a_flood_is_more_than_ten_in_ten_minutes() -> None:
    ten = [alarm(minutes=5)] * 10
    assert measure(ten, START, END, 10, 1).flood_share == 0
    eleven = [*ten, alarm(minutes=9.9), alarm(minutes=10)]
    quality = measure(eleven, START, END, 10, 1)
    assert (quality.busiest, quality.busiest_at) == (11, START)
    assert quality.flood_share == pytest.approx(1 / 60)
    assert quality.load is Load.TOO_MUCH


def test_what_asks_nobody_to_act_is_not_an_alarm() -> None:
    alarms = [
        alarm(),
        replace(alarm(), shelved=True),
        replace(alarm(), severity=Severity.TECHNICAL),
        replace(alarm(), raised=END),
    ]
    quality = measure(alarms, START, END, 10, 1)
    assert (quality.total, quality.shelved, quality.technical) == (1, 1, 1)


def test_false_share_counts_only_what_was_judged() -> None:
    states = [AlertState.FALSE] * 3 + [AlertState.RESOLVED, AlertState.DRILL, AlertState.OPEN]
    alarms = [replace(alarm(), state=state) for state in states]
    alarms.append(replace(alarm(), rule="crowding", camera_id=None))
    quality = measure(alarms, START, END, 10, 1)
    worst = quality.by_rule[0]
    assert (worst.key, worst.total, worst.false_share) == ("unattended_child", 6, 0.75)
    assert (worst.drill, worst.undecided) == (1, 1)
    assert [item.key for item in quality.by_camera] == ["sun-toddler-1"]
    assert quality.overall.total == 7


def test_times_to_detect_and_to_answer() -> None:
    late = replace(alarm(), acknowledged=START + timedelta(seconds=300))
    quality = measure([alarm(), late, replace(alarm(), acknowledged=None)], START, END, 1, 1)
    assert (quality.to_detect.median, quality.beyond_wait.median) == (62, 2)
    assert (quality.to_acknowledge.count, quality.to_acknowledge.high) == (2, 300)
    assert quality.acknowledged_in_time == pytest.approx(1 / 3)


def test_the_wait_that_halves_a_loud_rule() -> None:
    lengths = [70.0, 80, 90, 120, 400, None]
    alarms = [alarm(number, number, length) for number, length in enumerate(lengths)]
    alarms[0] = replace(alarms[0], state=AlertState.FALSE)
    quality = measure(alarms, START, END, 10, 1)
    (relief,) = reliefs(quality, alarms, frozenset({"unattended_child"}))
    assert (relief.after, relief.avoided, relief.lost, relief.false) == (95, 3, 2, 1)
    assert reliefs(quality, alarms, frozenset()) == ()
    assert reliefs(measure(alarms[:5], START, END, 10, 1), alarms[:5], frozenset()) == ()
    endless = [replace(item, cleared=None) for item in alarms]
    (none,) = reliefs(quality, endless, frozenset({"unattended_child"}))
    assert none.after is None


_alarms = st.builds(
    alarm,
    st.floats(0, 40000),
    st.integers(1, 99),
    st.none() | st.floats(1, 4000),
)


@given(st.lists(_alarms, max_size=40), st.integers(1, 5))
def test_shares_and_counts_always_add_up(alarms: list[Alarm], people: int) -> None:
    quality = measure(alarms, START, END, 250, people)
    assert quality.total == len(alarms) == sum(quality.severities.values())
    assert quality.top_share == pytest.approx(1 if alarms else 0)
    assert quality.flood_share is not None
    assert 0 <= quality.flood_share <= 1
    for relief in reliefs(quality, alarms, frozenset({"unattended_child"})):
        if relief.after is not None:
            assert relief.avoided * 2 >= relief.alarms
            assert relief.lost <= relief.avoided


@given(st.lists(st.floats(0, 1e6), min_size=1))
def test_ranks_are_times_that_were_measured(seconds: list[float]) -> None:
    found = spread(seconds)
    assert found.median in seconds
    assert found.high in seconds
    assert found.median is not None
    assert found.high is not None
    assert found.median <= found.high
