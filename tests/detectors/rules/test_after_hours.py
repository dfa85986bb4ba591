from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import pytest

from monitor.detectors.rules import rules_for
from monitor.domain.events import Event, Severity
from monitor.domain.hours import DayTime, Span, WeekHours
from monitor.domain.places import Camera, Room
from monitor.domain.room_state import RoomState, View

HOURS = WeekHours(((Span(450, 1050),),) * 5 + ((), ()))
OPEN, CLOSED = DayTime(open=True), DayTime(open=False)


@pytest.fixture
def play(
    make_room: Callable[..., Room],
    make_state: Callable[..., RoomState],
    events_of: Callable[..., list[Event]],
) -> Callable[..., list[Event]]:
    def run(*parts: tuple[int, DayTime | None, int], **others: Any) -> list[Event]:
        """Run through ``(seconds, time of day, children)``."""

        def states() -> Iterable[RoomState]:
            time = 0.0
            for seconds, day, children in parts:
                for _ in range(seconds):
                    yield make_state(time, children=children, day=day, **others)
                    time += 1.0

        return events_of("after_hours", make_room(opening_hours=HOURS), [], states())

    return run


def test_a_child_outside_opening_hours_is_told(play: Callable[..., list[Event]]) -> None:
    (event,) = play((60, CLOSED, 0), (40, CLOSED, 2))
    assert (event.onset, event.raised, event.severity) == (60.0, 90.0, Severity.CRITICAL)
    assert event.explain.en == "2 children in Toddler room outside opening hours for 30 s."
    assert event.explain.zh == "非开放时间托小班有 2 名儿童，已持续 30 秒。"


def test_a_carer_who_waits_with_the_child_changes_nothing(play: Callable[..., list[Event]]) -> None:
    assert play((60, CLOSED, 1), adults=1)


def test_in_opening_hours_and_without_children_there_is_nothing(
    play: Callable[..., list[Event]],
) -> None:
    assert play((200, OPEN, 9)) == []
    assert play((200, CLOSED, 0), adults=2) == []


def test_it_is_over_when_the_child_has_gone_or_the_doors_open(
    play: Callable[..., list[Event]],
) -> None:
    assert play((60, CLOSED, 1), (301, CLOSED, 0))[-1].cleared == 60.0
    assert play((60, CLOSED, 1), (290, CLOSED, 0))[-1].cleared is None
    assert play((60, CLOSED, 1), (301, OPEN, 1))[-1].cleared == 60.0


def test_without_a_clock_nothing_is_judged(play: Callable[..., list[Event]]) -> None:
    assert play((200, None, 3)) == []
    assert play((200, DayTime(open=None), 3)) == []


def test_a_lost_view_does_not_clear(play: Callable[..., list[Event]]) -> None:
    (event,) = play((60, CLOSED, 1), view=View.PARTIAL)
    assert event.cleared is None
    assert len(play((60, CLOSED, 1), (400, CLOSED, 0), view=View.PARTIAL)) == 1


def test_it_needs_opening_hours(
    make_room: Callable[..., Room], make_camera: Callable[..., Camera]
) -> None:
    rules = rules_for(make_room(), [make_camera()])
    assert "after_hours" not in {rule.name for rule in rules}
