from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from monitor.domain.access import DISTRICT, Scope, ScopeKind
from monitor.domain.alerts import SYSTEM, Actor, AlertAction, AlertState
from monitor.domain.events import Event
from monitor.domain.places import District
from monitor.store.alarms import AlarmRepository
from monitor.store.alert_repository import AlertRepository
from monitor.store.base import Database
from monitor.store.event_repository import EventRepository
from monitor.store.place_repository import PlaceRepository

MakeEvent = Callable[..., Event]


def test_alarms_carry_what_is_measured(
    database: Database, district: District, make_event: MakeEvent, now: datetime
) -> None:
    PlaceRepository(database).sync(district, now)
    event = make_event()
    alert = EventRepository(database).record(event, now).alert_id
    alerts, wang = AlertRepository(database), Actor(1, "Wang")
    answered = now + timedelta(seconds=2000)
    alerts.act(DISTRICT, alert, AlertAction.COMMENT, wang, now, reason="on my way")
    alerts.act(DISTRICT, alert, AlertAction.ACKNOWLEDGE, wang, answered)
    later = answered + timedelta(hours=1)
    alerts.act(DISTRICT, alert, AlertAction.MARK_FALSE, wang, later, reason="a doll")
    alerts.act(DISTRICT, alert, AlertAction.REOPEN, SYSTEM, later, reason="again")

    found = AlarmRepository(database)
    start = now + timedelta(seconds=1060)
    (alarm,) = found.raised(DISTRICT, start, start + timedelta(seconds=1))
    assert (alarm.id, alarm.state, alarm.acknowledged) == (alert, AlertState.OPEN, answered)
    assert (alarm.wait, alarm.shelved, alarm.announced) == (60.0, False, True)
    assert (alarm.raised - alarm.onset).total_seconds() == 60
    assert found.raised(DISTRICT, now, start) == ()
    elsewhere = Scope(ScopeKind.INSTITUTION, "moon")
    assert found.raised(elsewhere, now, now + timedelta(days=1)) == ()
