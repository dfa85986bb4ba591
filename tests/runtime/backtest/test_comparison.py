from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.domain.alerts import AlertState
from monitor.domain.events import Event, Provenance, Severity, event_id
from monitor.domain.text import Text
from monitor.runtime.backtest.comparison import Comparison, Fate, Verdict, compare, joined
from monitor.runtime.backtest.replay import Span
from monitor.runtime.backtest.words import summary
from monitor.store.fired_events import FiredEvent

DAY = Span(0.0, 86400.0)
RULE = "unattended_child"


def event(onset: float, cleared: float | None, after: float = 60.0, zone: str = "") -> Event:
    return Event(
        id=event_id(RULE, "room", zone or None, onset),
        rule=RULE,
        institution_id="sun",
        room_id="room",
        zone_id=zone or None,
        camera_id="east",
        onset=onset,
        raised=onset + after,
        cleared=cleared,
        severity=Severity.HIGH,
        confidence=0.8,
        evidence={},
        explain=Text("", ""),
        provenance=Provenance("1"),
    )


def fired(*events: Event, state: AlertState = AlertState.OPEN) -> list[FiredEvent]:
    return [FiredEvent(item, number, state) for number, item in enumerate(events, 1)]


def fates(comparison: Comparison) -> list[Fate]:
    return [item.fate for item in comparison.fired]


def test_the_same_event_later_is_kept_with_its_shift() -> None:
    found = compare(fired(event(100, 400)), [event(100, 400, after=90)], [DAY], DAY)
    assert fates(found) == [Fate.KEPT]
    assert found.fired[0].later == 30
    assert found.later == 30
    assert [item.new for item in found.would] == [False]


def test_what_does_not_come_is_gone_and_what_comes_otherwise_is_new() -> None:
    found = compare(fired(event(100, 400)), [event(1000, 1400)], [DAY], DAY)
    assert fates(found) == [Fate.GONE]
    assert [item.new for item in found.would] == [True]
    assert found.new == 1


def test_places_are_kept_apart() -> None:
    found = compare(fired(event(100, 400, zone="mat")), [event(100, 400)], [DAY], DAY)
    assert fates(found) == [Fate.GONE]
    assert found.new == 1


def test_one_may_stand_for_several() -> None:
    found = compare(fired(event(100, 200), event(220, 400)), [event(90, 500)], [DAY], DAY)
    assert fates(found) == [Fate.KEPT, Fate.KEPT]
    assert found.new == 0


def test_what_fired_without_tracks_is_neither_kept_nor_gone() -> None:
    spans = [Span(0, 120), Span(900, 86400)]
    found = compare(fired(event(100, 400), event(1000, 1200)), [], spans, DAY)
    assert fates(found) == [Fate.UNTOLD, Fate.GONE]
    assert found.untold == 1


def test_what_was_never_cleared_ended_when_the_next_one_began() -> None:
    dead = event(100, None)  # the service died before it could be cleared
    found = compare(fired(dead, event(1000, 1300)), [event(500, 700)], [DAY], DAY)
    assert fates(found) == [Fate.KEPT, Fate.GONE]
    found = compare(fired(dead, event(400, 450)), [event(500, 700)], [DAY], DAY)
    assert fates(found) == [Fate.GONE, Fate.GONE]
    assert found.new == 1


def test_only_raises_within_the_window_count() -> None:
    window = Span(300, 1000)
    sides = [event(100, 800), event(500, 700, zone="mat")]
    found = compare(fired(*sides), sides, [DAY], window)
    assert [item.event.zone_id for item in found.fired] == ["mat"]
    assert [item.event.zone_id for item in found.would] == ["mat"]


@pytest.mark.parametrize(
    ("state", "verdict"),
    [
        (AlertState.RESOLVED, Verdict.CONFIRMED),
        (AlertState.FALSE, Verdict.FALSE),
        (AlertState.DRILL, Verdict.DRILL),
        (AlertState.OPEN, Verdict.NONE),
        (AlertState.ACKNOWLEDGED, Verdict.NONE),
    ],
)
def test_how_an_alert_ended_is_the_verdict(state: AlertState, verdict: Verdict) -> None:
    found = compare(fired(event(100, 400), state=state), [], [DAY], DAY)
    assert found.fired[0].verdict is verdict
    assert found.counts[verdict].gone == 1


def test_the_sentence_counts_by_verdict() -> None:
    false = [event(1000.0 * n, 1000.0 * n + 100) for n in range(1, 16)]
    confirmed = [event(20000 + 1000.0 * n, 20000 + 1000.0 * n + 300) for n in range(6)]
    live = fired(*false, state=AlertState.FALSE) + fired(*confirmed, state=AlertState.RESOLVED)
    would = [event(item.onset, item.cleared, 90) for item in (false[3], *confirmed)]
    said = summary(compare(live, would, [DAY], DAY))
    assert said.en == (
        "Would have dropped 14 of 15 false and none of 6 confirmed alerts; "
        "those kept would come 30 s later."
    )
    assert said.zh == "会去掉 15 条误报中的 14 条、6 条属实中的 0 条；保留的通常晚 30 秒报出。"


def test_the_sentence_says_what_is_new_and_what_cannot_be_told() -> None:
    found = compare(fired(event(100, 400)), [event(1000, 1400)], [Span(900, 2000)], DAY)
    assert summary(found).en == (
        "Nothing of this rule fired that can be compared; raised 1 new; "
        "1 fired while no tracks were kept."
    )


@st.composite
def lists(draw: st.DrawFn) -> list[Event]:
    found, time = [], 0.0
    for _ in range(draw(st.integers(0, 8))):
        time += draw(st.integers(1, 500))
        after, lasted = draw(st.integers(0, 90)), draw(st.integers(0, 300))
        cleared = draw(st.sampled_from((None, time + after + lasted)))
        found.append(event(time, cleared, after))
        time += after + lasted
    return found


@given(lists())
def test_compared_with_itself_everything_is_kept_in_time(events: list[Event]) -> None:
    found = compare(fired(*events), events, [DAY], DAY)
    assert all(item.fate is Fate.KEPT for item in found.fired)
    assert all(item.later is not None and item.later <= 0 for item in found.fired)
    assert found.new == 0


@given(lists(), lists())
def test_every_event_is_told_of_once(live: list[Event], would: list[Event]) -> None:
    found = compare(fired(*live), would, [DAY], DAY)
    assert [item.event for item in found.fired] == live
    assert [item.event for item in found.would] == would
    assert sum(count.total for count in found.counts.values()) + found.untold == len(live)
    assert found.untold == 0
    whole = joined([found, compare([], [], [], DAY)])
    assert whole == found
