from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.domain.access import DISTRICT, Scope, ScopeKind
from monitor.domain.alerts import Actor, AlertAction, AlertState
from monitor.domain.clock import to_datetime
from monitor.domain.errors import ConflictError, InputError, NotFoundError
from monitor.domain.events import Event, Severity
from monitor.domain.evidence import EvidenceKind, NewEvidence
from monitor.domain.places import District
from monitor.store.alert_repository import AlertFilter, AlertRepository
from monitor.store.alert_views import AlertCount
from monitor.store.base import Database
from monitor.store.cursors import decode_cursor, encode_cursor
from monitor.store.event_repository import EventRepository
from monitor.store.evidence import EvidenceRepository
from monitor.store.feed import FeedRepository
from monitor.store.holds import HoldRepository
from monitor.store.place_repository import PlaceRepository

MakeEvent = Callable[..., Event]
WANG = Actor(user_id=7, name="王老师", address="10.0.0.7")
SUN = Scope(ScopeKind.INSTITUTION, "sun")
MOON = Scope(ScopeKind.INSTITUTION, "moon")
BAMBOO = Scope(ScopeKind.COMMUNITY, "竹园")


@pytest.fixture
def alerts(database: Database) -> AlertRepository:
    return AlertRepository(database)


@pytest.fixture
def alert_id(database: Database, make_event: MakeEvent, now: datetime) -> int:
    return EventRepository(database).record(make_event(), now).alert_id


def test_every_step_keeps_who_when_from_where_and_why(
    alerts: AlertRepository, alert_id: int, now: datetime
) -> None:
    later = now + timedelta(minutes=3)
    seen = alerts.act(DISTRICT, alert_id, AlertAction.ACKNOWLEDGE, WANG, later)
    assert seen.state is AlertState.ACKNOWLEDGED
    alerts.act(DISTRICT, alert_id, AlertAction.COMMENT, WANG, later, reason="  calling\x00 them ")
    alerts.act(DISTRICT, alert_id, AlertAction.MARK_FALSE, WANG, later, reason="教师在柜后")
    alerts.act(DISTRICT, alert_id, AlertAction.REOPEN, WANG, later, reason="wrong one")
    ended = alerts.act(DISTRICT, alert_id, AlertAction.RESOLVE, WANG, later)
    assert ended.state is AlertState.RESOLVED

    steps = alerts.get(DISTRICT, alert_id).steps
    assert [(step.action, step.from_state, step.to_state, step.reason) for step in steps] == [
        ("raise", None, "open", ""),
        ("acknowledge", "open", "acknowledged", ""),
        ("comment", "acknowledged", "acknowledged", "calling them"),
        ("mark_false", "acknowledged", "false", "教师在柜后"),
        ("reopen", "false", "open", "wrong one"),
        ("resolve", "open", "resolved", ""),
    ]
    assert {(step.actor_user_id, step.actor_name, step.address, step.at) for step in steps[1:]} == {
        (7, "王老师", "10.0.0.7", later)
    }


@pytest.mark.parametrize("action", [AlertAction.MARK_FALSE, AlertAction.COMMENT])
def test_some_actions_need_a_reason(
    alerts: AlertRepository, alert_id: int, now: datetime, action: AlertAction
) -> None:
    with pytest.raises(InputError, match="reason"):
        alerts.act(DISTRICT, alert_id, action, WANG, now, reason=" \n\x00")


def test_what_a_person_may_not_do(alerts: AlertRepository, alert_id: int, now: datetime) -> None:
    for action in (AlertAction.RAISE, AlertAction.REPEAT, AlertAction.CLEAR):
        with pytest.raises(InputError, match="not for people"):
            alerts.act(DISTRICT, alert_id, action, WANG, now)
    with pytest.raises(ConflictError):
        alerts.act(DISTRICT, alert_id, AlertAction.REOPEN, WANG, now, reason="again")
    assert len(alerts.get(DISTRICT, alert_id).steps) == 1


def test_two_people_do_not_overwrite_each_other(
    alerts: AlertRepository, alert_id: int, now: datetime
) -> None:
    seen = alerts.get(DISTRICT, alert_id).alert.version
    alerts.act(DISTRICT, alert_id, AlertAction.ACKNOWLEDGE, WANG, now, expected_version=seen)
    with pytest.raises(ConflictError, match="changed"):
        alerts.act(DISTRICT, alert_id, AlertAction.RESOLVE, WANG, now, expected_version=seen)
    assert alerts.get(DISTRICT, alert_id).alert.state is AlertState.ACKNOWLEDGED


def test_outside_the_scope_an_alert_does_not_exist(
    places: PlaceRepository,
    database: Database,
    alerts: AlertRepository,
    make_event: MakeEvent,
    now: datetime,
) -> None:
    snapshot = NewEvidence(EvidenceKind.SNAPSHOT, "s/1.jpg", "image/jpeg", "0" * 64, 9, 0.0, 0.0)
    alert_id = EventRepository(database).record(make_event(), now, [snapshot]).alert_id
    evidence_id = alerts.get(SUN, alert_id).evidence[0].id
    evidence = EvidenceRepository(database)
    assert evidence.get(SUN, evidence_id).path == "s/1.jpg"
    for scope in (MOON, BAMBOO, Scope(ScopeKind.COMMUNITY, "nowhere")):
        with pytest.raises(NotFoundError):
            alerts.get(scope, alert_id)
        with pytest.raises(NotFoundError):
            alerts.act(scope, alert_id, AlertAction.ACKNOWLEDGE, WANG, now)
        with pytest.raises(NotFoundError):
            evidence.get(scope, evidence_id)
        assert alerts.queue(scope) == ()
        assert alerts.list(scope).alerts == ()
        assert alerts.counts(scope, now, now + timedelta(days=1)) == ()
        assert FeedRepository(database).after(scope, 0) == ()
    plum = Scope(ScopeKind.COMMUNITY, "梅园")
    assert [alert.id for alert in alerts.queue(plum)] == [alert_id]
    assert len(FeedRepository(database).after(plum, 0)) == 1


def test_a_scope_is_never_empty_by_accident() -> None:
    with pytest.raises(ValueError, match="scope"):
        Scope(ScopeKind.INSTITUTION)
    with pytest.raises(ValueError, match="scope"):
        Scope(ScopeKind.DISTRICT, "sun")


def test_the_queue_shows_the_most_urgent_then_the_longest_waiting(
    database: Database, alerts: AlertRepository, make_event: MakeEvent, now: datetime
) -> None:
    events = EventRepository(database)
    for name, severity, onset in [
        ("a", Severity.HIGH, 300),
        ("b", Severity.TECHNICAL, 0),
        ("c", Severity.CRITICAL, 400),
        ("d", Severity.HIGH, 100),
        ("e", Severity.HIGH, 50),
    ]:
        events.record(make_event(rule=name, severity=severity, onset=onset), now)
    done = next(alert for alert in alerts.queue(DISTRICT) if alert.rule == "e")
    alerts.act(DISTRICT, done.id, AlertAction.MARK_DRILL, WANG, now)
    assert [alert.rule for alert in alerts.queue(DISTRICT)] == ["c", "d", "a", "b"]
    assert [alert.rule for alert in alerts.queue(DISTRICT, limit=2)] == ["c", "d"]


def test_pages_neither_skip_nor_repeat_while_more_arrive(
    database: Database, alerts: AlertRepository, make_event: MakeEvent, now: datetime
) -> None:
    events = EventRepository(database)
    for number in range(7):
        # two of them raised at the very same moment
        events.record(make_event(rule=f"r{number}", onset=number // 2 * 10), now)
    seen: list[str] = []
    page = alerts.list(DISTRICT, limit=3)
    seen.extend(alert.rule for alert in page.alerts)
    events.record(make_event(rule="newcomer", onset=1000), now)
    while page.next is not None:
        page = alerts.list(DISTRICT, cursor=page.next, limit=3)
        seen.extend(alert.rule for alert in page.alerts)
    assert seen == ["r6", "r5", "r4", "r3", "r2", "r1", "r0"]


def test_lists_are_filtered(
    database: Database, alerts: AlertRepository, make_event: MakeEvent, now: datetime
) -> None:
    events = EventRepository(database)
    events.record(make_event(rule="a", severity=Severity.HIGH), now)
    events.record(make_event(rule="b", severity=Severity.MEDIUM, onset=3600), now)
    events.record(make_event(rule="b", room_id="moon-hall", institution_id="moon"), now)

    def rules(wanted: AlertFilter) -> set[str]:
        return {f"{alert.rule}@{alert.room_id}" for alert in alerts.list(DISTRICT, wanted).alerts}

    assert rules(AlertFilter(rules=frozenset({"b"}), room_id="moon-hall")) == {"b@moon-hall"}
    assert rules(AlertFilter(severities=frozenset({Severity.MEDIUM}))) == {"b@sun-toddler"}
    assert rules(AlertFilter(institution_id="moon")) == {"b@moon-hall"}
    assert rules(AlertFilter(states=frozenset({AlertState.RESOLVED}))) == set()
    hour = now + timedelta(hours=1)
    assert rules(AlertFilter(since=hour)) == {"b@sun-toddler"}
    assert rules(AlertFilter(until=hour)) == {"a@sun-toddler", "b@moon-hall"}


def test_counts_for_an_inspection(
    database: Database,
    alerts: AlertRepository,
    make_event: MakeEvent,
    now: datetime,
    district: District,
) -> None:
    events = EventRepository(database)
    actions = [AlertAction.RESOLVE, AlertAction.MARK_FALSE, AlertAction.MARK_DRILL, None]
    for number, action in enumerate(actions):
        change = events.record(make_event(zone_id=f"z{number}", onset=number), now)
        if action is not None:
            alerts.act(DISTRICT, change.alert_id, action, WANG, now, reason="why")
    events.record(make_event(rule="crowding", institution_id="moon"), now)
    events.record(make_event(rule="crowding", zone_id="later", onset=90_000), now)
    assert alerts.counts(DISTRICT, now, now + timedelta(days=1)) == (
        AlertCount("moon", "crowding", 1, 1, 0, 0, 0),
        AlertCount("sun", "unattended_child", 4, 1, 1, 1, 1),
    )


@pytest.mark.usefixtures("places")
def test_evidence_of_ended_alerts_expires(
    database: Database, alerts: AlertRepository, make_event: MakeEvent, now: datetime
) -> None:
    pieces = [
        NewEvidence(EvidenceKind.CLIP, f"s/{number}.mp4", "video/mp4", "0" * 64, 5, 0.0, 1.0)
        for number in range(2)
    ]
    events, evidence = EventRepository(database), EvidenceRepository(database)
    change = events.record(make_event(), now, pieces)
    later = now + timedelta(days=200)
    assert evidence.total_size() == 10
    assert evidence.expired(later, later) == (), "an open alert keeps its evidence"
    alerts.act(DISTRICT, change.alert_id, AlertAction.RESOLVE, WANG, now)
    assert evidence.expired(now, now) == ()
    HoldRepository(database).place(
        DISTRICT,
        "sun-toddler-2",
        to_datetime(0.5),
        to_datetime(9.0),
        reason="案件",
        by="王督导",
        expires=later,
        now=now,
    )
    assert evidence.expired(later, now) == (), "its room and time are on hold"
    expired = evidence.expired(later, later)
    assert [piece.path for piece in expired] == ["s/0.mp4", "s/1.mp4"]
    assert evidence.forget([piece.id for piece in expired], now) == 2
    assert evidence.total_size() == 0


@pytest.mark.parametrize("cursor", ["", "?", "YWJj", "a" * 500, "é", encode_cursor.__name__])
def test_marks_of_pages_that_are_none(alerts: AlertRepository, cursor: str) -> None:
    with pytest.raises(InputError, match="mark of a page"):
        alerts.list(DISTRICT, cursor=cursor)


@given(moment=st.datetimes(timezones=st.just(UTC)), row_id=st.integers(0, 2**63 - 1))
def test_cursors_come_back_as_they_were(moment: datetime, row_id: int) -> None:
    assert decode_cursor(encode_cursor(moment, row_id)) == (moment, row_id)


@given(cursor=st.text(max_size=60))
def test_any_text_is_a_cursor_or_refused(cursor: str) -> None:
    try:
        decode_cursor(cursor)
    except InputError:
        return
