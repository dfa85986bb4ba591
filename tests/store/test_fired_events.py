from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from monitor.domain.access import DISTRICT
from monitor.domain.alerts import SYSTEM, AlertAction, AlertState
from monitor.store.alert_repository import AlertRepository
from monitor.store.base import Database
from monitor.store.event_repository import EventRepository
from monitor.store.fired_events import FiredEvent, FiredEventRepository

if TYPE_CHECKING:
    from tests.store.conftest import MakeEvent


def fired(database: Database, now: datetime, since: float, until: float) -> list[FiredEvent]:
    start, end = now + timedelta(seconds=since), now + timedelta(seconds=until)
    return list(
        FiredEventRepository(database).fired(["sun-toddler"], "unattended_child", start, end)
    )


@pytest.fixture
def events(database: Database) -> EventRepository:
    return EventRepository(database)


def test_events_come_with_what_became_of_their_alerts(
    database: Database, now: datetime, make_event: MakeEvent, events: EventRepository
) -> None:
    first, second = make_event(onset=0, cleared=100), make_event(onset=500, cleared=100)
    change = events.record(first, now)
    AlertRepository(database).act(
        DISTRICT, change.alert_id, AlertAction.MARK_FALSE, SYSTEM, now, reason="a shadow"
    )
    again = events.record(second, now)
    found = fired(database, now, -10, 1000)
    assert [(item.event, item.alert_id, item.state) for item in found] == [
        (first, change.alert_id, AlertState.FALSE),
        (second, again.alert_id, AlertState.OPEN),
    ]


def test_only_what_lasted_in_the_window_of_this_rule_and_room_is_found(
    database: Database, now: datetime, make_event: MakeEvent, events: EventRepository
) -> None:
    over, going, later = (
        make_event(onset=0, cleared=100),
        make_event(onset=200),
        make_event(onset=5000, cleared=100),
    )
    for event in (
        over,
        going,
        later,
        make_event("sun-nap", onset=300),
        make_event(onset=300, rule="crowding"),
    ):
        events.record(event, now)
    assert [item.event for item in fired(database, now, 150, 4000)] == [going]
    assert [item.event for item in fired(database, now, 50, 4000)] == [over, going]
