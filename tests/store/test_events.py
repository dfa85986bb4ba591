from __future__ import annotations

import random
import threading
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from monitor.domain.access import DISTRICT
from monitor.domain.alerts import Actor, AlertAction, AlertState
from monitor.domain.errors import ConflictError, NotFoundError
from monitor.domain.events import Event, Severity
from monitor.domain.evidence import EvidenceKind, NewEvidence
from monitor.domain.notices import AlertChange, ChangeKind, Decision, NoticeKind, Reason
from monitor.store.alert_repository import AlertRepository
from monitor.store.alert_views import AlertDetail
from monitor.store.base import Database
from monitor.store.event_repository import EventRepository
from monitor.store.feed import FeedRepository

MakeEvent = Callable[..., Event]
WANG = Actor(user_id=1, name="王", address="10.0.0.7")


def detail(database: Database, alert_id: int) -> AlertDetail:
    return AlertRepository(database).get(DISTRICT, alert_id)


def test_a_raise_makes_an_alert_with_its_step_and_feed_line(
    database: Database, make_event: MakeEvent, now: datetime
) -> None:
    change = EventRepository(database).record(make_event(), now)

    assert change.kind is ChangeKind.RAISED
    found = detail(database, change.alert_id)
    assert found.alert.state is AlertState.OPEN
    assert found.alert.cleared is None
    assert found.alert.explain.zh == "一名儿童无人看护"
    assert found.alert.provenance.thresholds == {"after": 60.0}
    assert found.events == (make_event(),)
    assert [(step.action, step.actor_name) for step in found.steps] == [
        (AlertAction.RAISE, "system")
    ]
    feed = FeedRepository(database).after(DISTRICT, 0)
    assert [(entry.kind, entry.subject, entry.payload["what"]) for entry in feed] == [
        ("alert", str(change.alert_id), "raised")
    ]


def test_a_repeat_merges_into_the_open_alert_and_reopens_its_condition(
    database: Database, make_event: MakeEvent, now: datetime
) -> None:
    events = EventRepository(database)
    first = events.record(make_event(onset=0), now)
    events.record(make_event(onset=0, cleared=90), now)
    assert detail(database, first.alert_id).alert.cleared is not None

    second = events.record(make_event(onset=500), now)

    assert (second.kind, second.alert_id) == (ChangeKind.REPEATED, first.alert_id)
    alert = detail(database, first.alert_id).alert
    assert alert.repeats == 1
    assert alert.cleared is None
    assert alert.onset == now


def test_places_are_apart(database: Database, make_event: MakeEvent, now: datetime) -> None:
    events = EventRepository(database)
    ids = {
        events.record(event, now).alert_id
        for event in (
            make_event(),
            make_event(room_id="sun-nap"),
            make_event(zone_id="mat"),
            make_event(rule="crowding"),
        )
    }
    assert len(ids) == 4


def test_an_event_of_a_dead_worker_does_not_keep_the_alert_from_clearing(
    database: Database, make_event: MakeEvent, now: datetime
) -> None:
    events = EventRepository(database)
    change = events.record(make_event(onset=0), now)
    events.record(make_event(onset=300), now)
    events.record(make_event(onset=300, cleared=70), now)
    cleared = detail(database, change.alert_id).alert.cleared
    assert cleared == now + timedelta(seconds=370)


def test_after_the_alert_ended_the_next_occurrence_is_a_new_alert(
    database: Database, make_event: MakeEvent, now: datetime
) -> None:
    events, alerts = EventRepository(database), AlertRepository(database)
    first = events.record(make_event(onset=0), now)
    alerts.act(DISTRICT, first.alert_id, AlertAction.RESOLVE, WANG, now)

    late_clear = events.record(make_event(onset=0, cleared=80), now)
    second = events.record(make_event(onset=900), now)

    assert (late_clear.kind, late_clear.alert_id) == (ChangeKind.CLEARED, first.alert_id)
    assert detail(database, first.alert_id).alert.state is AlertState.RESOLVED
    assert (second.kind, second.alert_id != first.alert_id) == (ChangeKind.RAISED, True)
    with pytest.raises(ConflictError, match="newer alert"):
        alerts.act(DISTRICT, first.alert_id, AlertAction.REOPEN, WANG, now, reason="again")


def test_a_worse_message_makes_the_alert_worse_and_a_better_one_does_not_mend_it(
    database: Database, make_event: MakeEvent, now: datetime
) -> None:
    events = EventRepository(database)
    change = events.record(make_event(severity=Severity.MEDIUM, explain="16 of 15"), now)
    worse = events.record(make_event(severity=Severity.HIGH, explain="20 of 15"), now)
    events.record(make_event(severity=Severity.MEDIUM, explain="16 of 15"), now)

    assert worse.kind is ChangeKind.WORSENED
    alert = detail(database, change.alert_id).alert
    assert (alert.severity, alert.explain.en) == (Severity.HIGH, "20 of 15")


def test_what_no_database_can_store_does_not_lose_the_event(
    database: Database, make_event: MakeEvent, now: datetime
) -> None:
    event = make_event(explain="nul \x00 and \ud800")
    event.evidence.update(score=float("nan"), nested={1: {2}}, big=2**80)
    change = EventRepository(database).record(event, now)
    alert = detail(database, change.alert_id).alert
    assert alert.evidence["score"] is None
    assert alert.evidence["nested"] == {"1": [2]}
    assert alert.explain.en == "nul  and ?"


def tell(change: AlertChange) -> list[Decision]:
    kinds = {
        ChangeKind.RAISED: NoticeKind.RAISE,
        ChangeKind.CLEARED: NoticeKind.CLEAR,
        ChangeKind.EVIDENCE: NoticeKind.CLIP,
        ChangeKind.REPEATED: NoticeKind.REPEAT,
    }
    if change.kind not in kinds:
        return []
    kind = kinds[change.kind]
    quiet = kind is NoticeKind.REPEAT
    reason = Reason.REPEAT if quiet else Reason.TOLD
    return [Decision("duty", kind, reason, title="t", body="b", attach=True)]


def piece(kind: EvidenceKind, path: str) -> NewEvidence:
    media_type = "image/jpeg" if kind is EvidenceKind.SNAPSHOT else "video/mp4"
    return NewEvidence(kind, path, media_type, "00" * 32, 10, 1.0, 1.0)


def test_evidence_is_filed_once_and_the_clip_told_about(
    database: Database, make_event: MakeEvent, now: datetime
) -> None:
    events = EventRepository(database, tell)
    snapshot = piece(EvidenceKind.SNAPSHOT, "a/1.jpg")
    clip = piece(EvidenceKind.CLIP, "a/1.mp4")
    change = events.record(make_event(), now, [snapshot])
    events.record(make_event(), now, [snapshot])
    assert len(events.attach(make_event().id, [clip], now)) == 1
    assert events.attach(make_event().id, [clip], now) == ()

    found = detail(database, change.alert_id)
    assert [item.path for item in found.evidence] == ["a/1.jpg", "a/1.mp4"]
    assert [item.kind for item in found.deliveries] == [NoticeKind.RAISE, NoticeKind.CLIP]
    with pytest.raises(NotFoundError):
        events.attach("no-such-event", [clip], now)


def test_quiet_repeats_leave_one_row_that_says_why(
    database: Database, make_event: MakeEvent, now: datetime
) -> None:
    events = EventRepository(database, tell)
    change = events.record(make_event(onset=0), now)
    for onset in (100, 200, 300):
        events.record(make_event(onset=onset), now)
    deliveries = detail(database, change.alert_id).deliveries
    assert [(item.kind, item.reason, item.state) for item in deliveries] == [
        ("raise", "told", "pending"),
        ("repeat", "repeat_is_quiet", "held"),
    ]


def test_a_failing_decision_leaves_nothing_behind(
    database: Database, make_event: MakeEvent, now: datetime
) -> None:
    def broken(change: AlertChange) -> list[Decision]:
        raise RuntimeError("template is broken")

    with pytest.raises(RuntimeError):
        EventRepository(database, broken).record(make_event(), now)
    assert AlertRepository(database).queue(DISTRICT) == ()
    assert FeedRepository(database).latest_id() == 0


def test_going_on_finds_what_a_restarted_worker_must_take_over(
    database: Database, make_event: MakeEvent, now: datetime
) -> None:
    events = EventRepository(database)
    events.record(make_event(onset=0), now)
    events.record(make_event(onset=50), now)
    events.record(make_event(room_id="sun-nap", onset=0, cleared=70), now)
    assert events.going_on(["sun-toddler", "sun-nap"]) == (make_event(onset=50),)
    assert events.going_on(["moon-hall"]) == ()


@st.composite
def deliveries(draw: st.DrawFn) -> list[tuple[int, bool]]:
    """Messages (occurrence, is it the clear?) duplicated and shuffled; each at least once."""
    occurrences = draw(st.integers(1, 4))
    cleared = draw(st.lists(st.booleans(), min_size=occurrences, max_size=occurrences))
    needed = [(number, over) for number, over in enumerate(cleared)]
    possible = [*needed, *((number, False) for number in range(occurrences))]
    extra = draw(st.lists(st.sampled_from(possible), max_size=6))
    return draw(st.permutations([*needed, *extra]))


def outcome(database: Database, alert_id: int) -> dict[str, object]:
    found = detail(database, alert_id)
    alert = found.alert
    return {
        "times": (alert.onset, alert.raised, alert.cleared),
        "says": (alert.severity, alert.explain, alert.repeats, alert.state),
        "events": found.events,
        "steps": Counter(step.action for step in found.steps),
        "raises": Counter(item.kind for item in found.deliveries)[NoticeKind.RAISE],
    }


@settings(
    max_examples=40,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(messages=deliveries(), seed=st.integers(0, 2))
def test_any_order_and_any_duplicates_end_the_same(
    database: Database,
    make_event: MakeEvent,
    now: datetime,
    messages: list[tuple[int, bool]],
    seed: int,
) -> None:
    severities = [Severity.CRITICAL, Severity.HIGH, Severity.MEDIUM]
    events = EventRepository(database, tell)

    def play(room_id: str, order: list[tuple[int, bool]]) -> dict[str, object]:
        alert_ids = set()
        for number, over in order:
            event = make_event(
                room_id=room_id,
                onset=number * 200,
                cleared=100 if over else None,
                severity=severities[(number * 7 + seed) % 3],
                explain=f"{number} {'over' if over else 'on'}",
            )
            alert_ids.add(events.record(event, now).alert_id)
        assert len(alert_ids) == 1
        return outcome(database, alert_ids.pop())

    token = f"{len(AlertRepository(database).list(DISTRICT, limit=500).alerts)}"
    plain_order = sorted(set(messages), key=lambda message: (message[0], message[1]))
    expected = play(f"p{token}", plain_order)
    actual = play(f"s{token}", messages)

    assert _without_room(actual) == _without_room(expected)


def _without_room(outcome: dict[str, object]) -> dict[str, object]:
    events = outcome["events"]
    assert isinstance(events, tuple)
    told = tuple(
        (event.onset, event.raised, event.cleared, event.severity, event.explain)
        for event in events
    )
    return {**outcome, "events": told}


def test_many_processes_at_once_open_one_alert(
    database: Database, make_event: MakeEvent, now: datetime
) -> None:
    events = EventRepository(database, tell)
    barrier = threading.Barrier(6)
    changes: list[AlertChange] = []

    def send(number: int) -> None:
        messages = [make_event(onset=onset) for onset in range(0, 500, 100)]
        random.Random(number).shuffle(messages)
        barrier.wait(30)
        changes.extend(events.record(message, now) for message in messages)

    threads = [threading.Thread(target=send, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert len(changes) == 30
    assert len({change.alert_id for change in changes}) == 1
    kinds = Counter(change.kind for change in changes)
    assert kinds == {ChangeKind.RAISED: 1, ChangeKind.REPEATED: 4, ChangeKind.UNCHANGED: 25}
    found = detail(database, changes[0].alert_id)
    told = Counter(step.action for step in found.steps)
    assert told == {"raise": 1, "repeat": 4, "flapping": 1}
    assert Counter(item.kind for item in found.deliveries) == {"raise": 1, "repeat": 1}
