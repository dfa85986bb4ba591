"""An acknowledged alert that nobody ends is told again: when, to whom, how often, and why not."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from monitor.domain.alert_life import LifePolicy, Reminders
from monitor.domain.alerts import AlertAction, AlertState
from monitor.domain.errors import ConflictError
from monitor.domain.escalation import StepKind, StepState
from monitor.domain.events import Event, Severity
from monitor.domain.places import District
from monitor.store.alert_care import Assignee
from monitor.store.base import Database
from monitor.store.escalation_repository import EscalationRepository
from monitor.store.place_repository import PlaceRepository
from tests.store.test_escalations import MINUTE, Desk

MakeEvent = Callable[..., Event]
WHY = "acknowledged_and_not_ended"
LI = Assignee(9, "李老师")


@pytest.fixture
def desk(database: Database, district: District, now: datetime, places: PlaceRepository) -> Desk:
    assert places
    return Desk(database, district, now)


def reminders(desk: Desk, alert: int) -> list[str]:
    return [channel for channel, reason in desk.told(alert) if reason == WHY]


def why_not(desk: Desk, alert: int) -> set[str]:
    """Return the reasons in the delivery log for which nobody was reminded."""
    deliveries = desk.detail(alert).deliveries
    return {
        item.reason for item in deliveries if item.kind == "unresolved" and item.state == "held"
    }


def next_one(desk: Desk, alert: int) -> timedelta | None:
    """Return how long until the reminder that waits."""
    waiting = [
        step.due
        for step in desk.detail(alert).escalation
        if step.kind is StepKind.REMIND and step.state is StepState.WAITING
    ]
    assert len(waiting) < 2
    return waiting[0] - desk.now if waiting else None


@pytest.mark.parametrize(("severity", "minutes"), [(Severity.CRITICAL, 10), (Severity.HIGH, 30)])
def test_those_who_were_told_are_told_again_by_severity(
    desk: Desk, make_event: MakeEvent, severity: Severity, minutes: int
) -> None:
    alert = desk.record(make_event(severity=severity))
    told = [channel for channel, _ in desk.told(alert)]
    desk.act(alert, AlertAction.ACKNOWLEDGE)
    assert next_one(desk, alert) == minutes * MINUTE
    desk.later(minutes - 0.1)
    assert reminders(desk, alert) == []
    desk.later(0.1)
    assert sorted(reminders(desk, alert)) == sorted(told)
    assert desk.detail(alert).steps[-1].action is AlertAction.REMIND
    assert next_one(desk, alert) == minutes * MINUTE


def test_an_alert_that_nobody_acknowledged_climbs_and_is_not_reminded_of(
    desk: Desk, make_event: MakeEvent
) -> None:
    alert = desk.record(make_event())
    desk.later(600)
    assert next_one(desk, alert) is None
    assert reminders(desk, alert) == []


def test_reminders_are_bounded_and_say_so(desk: Desk, make_event: MakeEvent) -> None:
    desk.life = LifePolicy(reminders=Reminders({Severity.HIGH: 5 * MINUTE}, most=2))
    alert = desk.record(make_event())
    desk.act(alert, AlertAction.ACKNOWLEDGE)
    for _ in range(5):
        desk.later(5)
    assert reminders(desk, alert) == ["head", "head"]
    assert why_not(desk, alert) == {"reminded_often_enough"}
    assert next_one(desk, alert) is None


@pytest.mark.parametrize(
    ("action", "reason"),
    [
        (AlertAction.RESOLVE, "alert_was_handled"),
        (AlertAction.MARK_FALSE, "alert_was_handled"),
        (AlertAction.MARK_DRILL, "alert_was_handled"),
    ],
)
def test_whoever_ends_the_alert_stops_its_reminders(
    desk: Desk, make_event: MakeEvent, action: AlertAction, reason: str
) -> None:
    alert = desk.record(make_event())
    desk.act(alert, AlertAction.ACKNOWLEDGE)
    desk.act(alert, action, "done")
    assert why_not(desk, alert) == {reason}
    desk.later(600)
    assert reminders(desk, alert) == []


def test_a_snooze_stops_them_and_its_end_begins_them_anew(
    desk: Desk, make_event: MakeEvent
) -> None:
    alert = desk.record(make_event())
    desk.act(alert, AlertAction.ACKNOWLEDGE)
    desk.act(alert, AlertAction.SNOOZE, "at lunch", until=desk.now + 60 * MINUTE)
    assert why_not(desk, alert) == {"alert_is_snoozed"}
    desk.later(59)
    assert reminders(desk, alert) == []
    desk.later(1)
    assert desk.told(alert)[-1] == ("head", "snooze_is_over")
    assert next_one(desk, alert) == 30 * MINUTE
    desk.later(30)
    assert reminders(desk, alert) == ["head"]


def test_an_alert_acknowledged_while_snoozed_is_reminded_of_after_the_snooze(
    desk: Desk, make_event: MakeEvent
) -> None:
    alert = desk.record(make_event())
    desk.act(alert, AlertAction.SNOOZE, "at lunch", until=desk.now + 60 * MINUTE)
    desk.act(alert, AlertAction.ACKNOWLEDGE)
    assert next_one(desk, alert) is None
    desk.record(make_event(cleared=70))  # whether it lasts or not, nobody has ended it
    desk.later(60)
    assert next_one(desk, alert) == 30 * MINUTE


def test_whoever_it_is_handed_over_to_has_the_whole_time(desk: Desk, make_event: MakeEvent) -> None:
    alert = desk.record(make_event())
    desk.act(alert, AlertAction.ACKNOWLEDGE)
    desk.later(20)
    desk.act(alert, AlertAction.ASSIGN, assignee=LI)
    assert why_not(desk, alert) == {"alert_was_handed_over"}
    desk.later(29)
    assert reminders(desk, alert) == []
    desk.later(1)
    assert reminders(desk, alert) == ["head"]


def test_a_reminder_nobody_has_sent_yet_is_taken_back(desk: Desk, make_event: MakeEvent) -> None:
    alert = desk.record(make_event())
    desk.act(alert, AlertAction.ACKNOWLEDGE)
    desk.later(30)
    assert reminders(desk, alert) == ["head"]
    desk.act(alert, AlertAction.RESOLVE)
    assert reminders(desk, alert) == []
    held = [item for item in desk.detail(alert).deliveries if item.kind == "unresolved"]
    assert [(item.channel_id, item.reason) for item in held] == [("head", "alert_was_handled")]


def test_a_reopened_alert_is_reminded_of_once_acknowledged_again(
    desk: Desk, make_event: MakeEvent
) -> None:
    alert = desk.record(make_event())
    desk.act(alert, AlertAction.ACKNOWLEDGE)
    desk.act(alert, AlertAction.RESOLVE)
    desk.act(alert, AlertAction.REOPEN, "still alone")
    assert next_one(desk, alert) is None
    desk.act(alert, AlertAction.ACKNOWLEDGE)
    desk.later(30)
    assert reminders(desk, alert) == ["head"]


def test_on_a_shelf_it_waits_for_the_end_of_the_shelf(desk: Desk, make_event: MakeEvent) -> None:
    alert = desk.record(make_event())
    desk.act(alert, AlertAction.ACKNOWLEDGE)
    desk.shelve(hours=2, room_id="sun-toddler", supervisor=True)
    desk.later(30)
    assert (reminders(desk, alert), why_not(desk, alert)) == ([], {"alert_is_shelved"})
    desk.later(90)
    assert reminders(desk, alert) == ["head"]


def test_one_that_becomes_worse_is_reminded_of_sooner(desk: Desk, make_event: MakeEvent) -> None:
    alert = desk.record(make_event(onset=0))
    desk.act(alert, AlertAction.ACKNOWLEDGE)
    desk.later(5)
    desk.record(make_event(onset=0, severity=Severity.CRITICAL))
    assert next_one(desk, alert) == 10 * MINUTE


def test_an_institution_has_reminders_of_its_own(desk: Desk, make_event: MakeEvent) -> None:
    own = {"sun": Reminders({Severity.HIGH: 2 * MINUTE})}
    desk.life = LifePolicy(reminders_at=own)
    alert = desk.record(make_event())
    desk.act(alert, AlertAction.ACKNOWLEDGE)
    assert next_one(desk, alert) == 2 * MINUTE


def test_what_was_missed_is_one_reminder_not_many(desk: Desk, make_event: MakeEvent) -> None:
    alert = desk.record(make_event(severity=Severity.CRITICAL))
    desk.act(alert, AlertAction.ACKNOWLEDGE)
    desk.later(300)  # nobody ran for five hours
    assert reminders(desk, alert) == ["centre", "head"]
    assert next_one(desk, alert) == 10 * MINUTE


def test_of_many_who_look_at_once_one_reminds(desk: Desk, make_event: MakeEvent) -> None:
    alert = desk.record(make_event())
    desk.act(alert, AlertAction.ACKNOWLEDGE)
    desk.now += 30 * MINUTE
    start = threading.Barrier(4)

    def climb() -> None:
        escalations = EscalationRepository(desk.database, desk.ladder, desk.life)
        start.wait()
        escalations.climb_due(desk.now)

    threads = [threading.Thread(target=climb) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert reminders(desk, alert) == ["head"]
    assert next_one(desk, alert) == 30 * MINUTE


@settings(
    max_examples=6,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    deeds=st.lists(
        st.sampled_from(["acknowledge", "resolve", "reopen", "snooze", "assign", "wait"]),
        max_size=10,
    )
)
def test_a_reminder_waits_exactly_while_somebody_owes_an_end(
    desk: Desk, make_event: MakeEvent, deeds: list[str]
) -> None:
    if desk.database.dialect != "sqlite":
        return  # so many rounds show nothing more on another database
    desk.life = LifePolicy(reminders=Reminders({Severity.HIGH: 2 * MINUTE}, most=50))
    desk.now += timedelta(days=1)
    alert = desk.record(make_event(onset=desk.now.timestamp()))
    for deed in deeds:
        if deed == "wait":
            desk.later(2)
        else:
            values: dict[str, dict[str, Any]] = {
                "snooze": {"until": desk.now + MINUTE},
                "assign": {"assignee": LI},
            }
            with contextlib.suppress(ConflictError):
                desk.act(alert, AlertAction(deed), "why", **values.get(deed, {}))
        view = desk.detail(alert).alert
        snoozed = view.snoozed_until is not None and view.snoozed_until > desk.now
        owed = view.state is AlertState.ACKNOWLEDGED and not snoozed
        assert (next_one(desk, alert) is not None) == owed
    with contextlib.suppress(ConflictError):
        desk.act(alert, AlertAction.RESOLVE)  # the next example has the place to itself
