from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from monitor.domain.access import DISTRICT, Scope, ScopeKind
from monitor.domain.alerts import Actor, AlertAction
from monitor.domain.errors import ConflictError, InputError, NotFoundError
from monitor.domain.events import Event, Severity
from monitor.domain.places import District
from monitor.store.alert_repository import AlertRepository
from monitor.store.base import Database
from monitor.store.event_repository import EventRepository
from monitor.store.handovers import HandoverRepository
from monitor.store.place_repository import PlaceRepository

EARLY = Actor(1, "Wang", "10.0.0.1", "page")
LATE = Actor(2, "Li", "10.0.0.2", "page")
SUN = Scope(ScopeKind.INSTITUTION, "sun")
MakeEvent = Callable[..., Event]


@pytest.fixture
def desk(
    database: Database, district: District, make_event: MakeEvent, now: datetime
) -> HandoverRepository:
    PlaceRepository(database).sync(district, now)
    events = EventRepository(database)
    first = events.record(make_event(), now).alert_id
    events.record(make_event(rule="crowding", severity=Severity.MEDIUM), now)
    events.record(make_event(rule="view_lost", severity=Severity.TECHNICAL), now)
    AlertRepository(database).act(DISTRICT, first, AlertAction.ACKNOWLEDGE, EARLY, now)
    return HandoverRepository(database)


def test_a_shift_hands_over_what_is_open_and_the_next_one_takes_it(
    desk: HandoverRepository, now: datetime
) -> None:
    number = desk.write(DISTRICT, "  Sunshine has no power since noon\x00 ", EARLY, now)
    waiting = desk.waiting(DISTRICT)
    assert waiting is not None
    assert (waiting.id, waiting.by, waiting.note) == (
        number,
        "Wang",
        "Sunshine has no power since noon",
    )
    assert (waiting.open_count, waiting.acknowledged_count) == (1, 1)
    assert [item.rule for item in waiting.waiting] == ["unattended_child", "crowding"]

    with pytest.raises(ConflictError, match="who hands over"):
        desk.take(DISTRICT, number, EARLY, now)
    desk.take(DISTRICT, number, LATE, now + timedelta(minutes=3))
    with pytest.raises(ConflictError, match="already"):
        desk.take(DISTRICT, number, LATE, now)
    assert desk.waiting(DISTRICT) is None
    (kept,) = desk.list(DISTRICT)
    assert (kept.taken, kept.taken_by) == (now + timedelta(minutes=3), "Li")


def test_each_desk_has_its_own(desk: HandoverRepository, now: datetime) -> None:
    number = desk.write(DISTRICT, "all quiet", EARLY, now)
    assert desk.list(SUN) == ()
    assert desk.waiting(SUN) is None
    with pytest.raises(NotFoundError):
        desk.take(SUN, number, LATE, now)
    desk.write(SUN, "ours", EARLY, now)
    assert [item.note for item in desk.list(SUN)] == ["ours"]


def test_a_hand_over_says_something(desk: HandoverRepository, now: datetime) -> None:
    with pytest.raises(InputError, match="needs a note"):
        desk.write(DISTRICT, " \n ", EARLY, now)
    assert desk.list(DISTRICT) == ()
