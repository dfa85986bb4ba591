"""Who is told when: tiers that become due, and everything that holds them back."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from monitor.alerts.channels import ChannelSpec
from monitor.alerts.ladder import OnCall, TierLadder
from monitor.alerts.rota import Person, Rota
from monitor.alerts.routing import RoutePolicy, Router
from monitor.alerts.templates import MessageWriter
from monitor.alerts.tiers import EscalationPolicy, Tier, TierHours
from monitor.domain.access import DISTRICT, Scope, ScopeKind
from monitor.domain.alert_life import LifePolicy
from monitor.domain.alerts import Actor, AlertAction
from monitor.domain.errors import (
    ConflictError,
    InputError,
    NotFoundError,
    PermissionDeniedError,
)
from monitor.domain.events import Event, Severity
from monitor.domain.hours import DayTime
from monitor.domain.places import District
from monitor.domain.shelves import NewShelf
from monitor.domain.text import Text
from monitor.store.alert_care import Assignee
from monitor.store.alert_repository import AlertRepository
from monitor.store.alert_views import AlertDetail
from monitor.store.base import Database
from monitor.store.escalation_repository import EscalationRepository
from monitor.store.event_repository import EventRepository
from monitor.store.outbox import OutboxRow
from monitor.store.place_repository import PlaceRepository
from monitor.store.shelves import ShelfRepository

MakeEvent = Callable[..., Event]
WANG = Actor(user_id=7, name="王老师", address="10.0.0.7", via="page")
MINUTE = timedelta(minutes=1)
CHANNELS = tuple(ChannelSpec(name, "json://x") for name in ("head", "centre", "phone", "boss"))
NAMED = Text(zh="层", en="tier")


def tier(name: str, *channels: str, high: int, critical: int = 0, **options: Any) -> Tier:
    after = {Severity.CRITICAL: critical * MINUTE, Severity.HIGH: high * MINUTE}
    return Tier(name, NAMED, after, channels, **options)


TIERS = (
    tier("institution", "head", high=0),
    tier("district", "centre", high=3),
    tier("duty", rota="duty", high=10, critical=3),
    tier("supervisor", "boss", high=30, critical=10),
)


@dataclass
class Desk:
    """An escalation on a real database, at a time that the test moves."""

    database: Database
    district: District
    now: datetime
    tiers: tuple[Tier, ...] = TIERS
    hours: Callable[[str, datetime], DayTime] = field(default=lambda _room, _now: DayTime())
    life: LifePolicy = field(default_factory=LifePolicy)

    @property
    def ladder(self) -> TierLadder:
        people = {"li": Person("li", "李", ("phone",))}
        rotas = {"duty": Rota("duty", self.now.date(), ("li",))}
        policies = (EscalationPolicy("usual", self.tiers),) if self.tiers else ()
        writer = MessageWriter(self.district)
        return TierLadder(CHANNELS, writer, policies, OnCall(people, rotas), self.hours)

    def record(self, event: Event) -> int:
        router = Router(CHANNELS, MessageWriter(self.district), RoutePolicy(tiers=True))
        events = EventRepository(self.database, router, self.ladder, self.life)
        return events.record(event, self.now).alert_id

    def later(self, minutes: float) -> None:
        self.now += minutes * MINUTE
        EscalationRepository(self.database, self.ladder, self.life).climb_due(self.now)

    def act(self, alert_id: int, action: AlertAction, reason: str = "", **values: Any) -> None:
        alerts = AlertRepository(self.database, self.life)
        alerts.act(DISTRICT, alert_id, action, WANG, self.now, reason=reason, **values)

    def shelve(self, hours: float = 2, *, supervisor: bool = False, **scope: str) -> int:
        new = NewShelf("sun", "camera shakes", self.now + hours * 60 * MINUTE, **scope)
        shelves = ShelfRepository(self.database)
        return shelves.put(DISTRICT, new, WANG, self.now, supervisor=supervisor)

    def detail(self, alert_id: int) -> AlertDetail:
        return AlertRepository(self.database).get(DISTRICT, alert_id)

    def told(self, alert_id: int) -> list[tuple[str, str]]:
        deliveries = self.detail(alert_id).deliveries
        return [(item.channel_id, item.reason) for item in deliveries if item.state != "held"]

    def held(self, alert_id: int) -> set[tuple[str, str]]:
        deliveries = self.detail(alert_id).deliveries
        return {(item.channel_id, item.reason) for item in deliveries if item.state == "held"}

    def steps(self, alert_id: int) -> list[tuple[str, str, str | None]]:
        return [(step.tier, step.state, step.reason) for step in self.detail(alert_id).escalation]


@pytest.fixture
def desk(database: Database, district: District, now: datetime, places: PlaceRepository) -> Desk:
    assert places
    return Desk(database, district, now)


def test_the_institution_first_then_one_tier_after_the_other(
    desk: Desk, make_event: MakeEvent
) -> None:
    alert = desk.record(make_event())
    assert desk.told(alert) == [("head", "told")]
    desk.later(2.9)
    assert len(desk.told(alert)) == 1
    desk.later(0.1)
    assert desk.told(alert)[1:] == [("centre", "nobody_answered")]
    desk.later(60)  # nobody ran for an hour: what was due is still due
    assert desk.told(alert)[2:] == [("phone", "nobody_answered"), ("boss", "nobody_answered")]
    detail = desk.detail(alert)
    assert detail.alert.tier == 4
    assert [step.reason for step in detail.steps if step.action is AlertAction.ESCALATE] == [
        "district",
        "duty",
        "supervisor",
    ]
    assert [item.addressee for item in detail.deliveries] == ["", "", "李", ""]
    desk.later(600)
    assert len(desk.told(alert)) == 4


def test_how_long_nobody_answered_is_counted_from_the_first_occurrence(
    desk: Desk, make_event: MakeEvent
) -> None:
    alert = desk.record(make_event())
    desk.later(2.5)
    assert desk.record(make_event(onset=1140.0)) == alert
    desk.later(0.5)
    with desk.database.reading() as session:
        wanted = select(OutboxRow.body).where(OutboxRow.reason == "nobody_answered")
        (body,) = session.scalars(wanted)
    assert body.startswith("3分内无人确认")


def test_institution_and_district_at_once_when_it_is_critical(
    desk: Desk, make_event: MakeEvent
) -> None:
    alert = desk.record(make_event(severity=Severity.CRITICAL))
    assert desk.told(alert) == [("head", "told"), ("centre", "told")]
    desk.later(3)
    assert [channel for channel, _ in desk.told(alert)] == ["head", "centre", "phone"]


def test_an_acknowledgement_cancels_what_was_to_come(desk: Desk, make_event: MakeEvent) -> None:
    alert = desk.record(make_event())
    desk.later(3)
    desk.act(alert, AlertAction.ACKNOWLEDGE)
    desk.later(29)
    assert [channel for channel, _ in desk.told(alert)] == ["head"]  # the second was taken back
    assert ("centre", "alert_was_acknowledged") in desk.held(alert)
    assert [step for step in desk.steps(alert) if step[0]][1:] == [
        ("district", "cancelled", "alert_was_acknowledged"),
        ("duty", "cancelled", "alert_was_acknowledged"),
        ("supervisor", "cancelled", "alert_was_acknowledged"),
    ]


def test_a_person_escalates_by_hand_even_after_acknowledging(
    desk: Desk, make_event: MakeEvent
) -> None:
    alert = desk.record(make_event())
    desk.act(alert, AlertAction.ACKNOWLEDGE)
    for expected in ("centre", "phone", "boss"):
        desk.act(alert, AlertAction.ESCALATE, "nobody answers the phone")
        desk.later(0)
        assert desk.told(alert)[-1] == (expected, "asked_for_by_a_person")
    with pytest.raises(ConflictError, match="everybody"):
        desk.act(alert, AlertAction.ESCALATE)


def test_what_was_taken_back_is_told_after_all_when_asked_for_or_when_it_is_worse(
    desk: Desk, make_event: MakeEvent
) -> None:
    for room_id in ("sun-toddler", "sun-nap"):
        alert = desk.record(make_event(room_id, onset=0))
        desk.later(3)
        desk.act(alert, AlertAction.ACKNOWLEDGE)
        assert desk.told(alert) == [("head", "told")]
        assert ("district", "cancelled", "alert_was_acknowledged") in desk.steps(alert)
        if room_id == "sun-nap":
            desk.act(alert, AlertAction.ESCALATE)
            desk.later(0)
            assert desk.told(alert)[1:] == [("centre", "asked_for_by_a_person")]
        else:
            desk.record(make_event(room_id, onset=0, severity=Severity.CRITICAL))
            assert desk.told(alert)[1:] == [("centre", "told")]
        assert desk.detail(alert).deliveries[-1].step == "district"


def test_a_reopened_alert_begins_anew_within_its_window(desk: Desk, make_event: MakeEvent) -> None:
    alert = desk.record(make_event())
    desk.act(alert, AlertAction.RESOLVE)
    with pytest.raises(InputError):
        desk.act(alert, AlertAction.REOPEN)
    desk.act(alert, AlertAction.REOPEN, "the child is still alone")
    desk.later(0)
    assert desk.told(alert) == [("head", "told"), ("head", "alert_was_reopened")]
    desk.later(3)
    assert desk.told(alert)[-1] == ("centre", "nobody_answered")
    desk.act(alert, AlertAction.RESOLVE)
    desk.now += timedelta(hours=25)
    with pytest.raises(ConflictError, match="24 hours"):
        desk.act(alert, AlertAction.REOPEN, "too late")


def test_an_alert_that_worsens_is_told_faster(desk: Desk, make_event: MakeEvent) -> None:
    alert = desk.record(make_event(onset=0))
    desk.now += MINUTE
    desk.record(make_event(onset=0, severity=Severity.CRITICAL))
    assert [channel for channel, _ in desk.told(alert)] == ["head", "centre"]
    desk.later(3)
    assert [channel for channel, _ in desk.told(alert)] == ["head", "centre", "phone"]


def test_who_acknowledged_or_snoozed_the_milder_alert_does_not_silence_the_worse_one(
    desk: Desk, make_event: MakeEvent
) -> None:
    alert = desk.record(make_event(onset=0))
    desk.act(alert, AlertAction.SNOOZE, "carer is coming", until=desk.now + 60 * MINUTE)
    desk.act(alert, AlertAction.ACKNOWLEDGE)
    desk.later(1)
    desk.record(make_event(onset=0, severity=Severity.CRITICAL))
    assert [channel for channel, _ in desk.told(alert)] == ["head", "centre"]
    assert desk.detail(alert).alert.snoozed_until is None
    desk.later(9)
    assert [channel for channel, _ in desk.told(alert)] == ["head", "centre"]


def test_an_alert_that_is_over_does_not_climb_unless_it_was_critical(
    desk: Desk, make_event: MakeEvent
) -> None:
    alert = desk.record(make_event(onset=0))
    desk.record(make_event(onset=0, cleared=70))
    desk.later(30)
    assert {channel for channel, _ in desk.told(alert)} == {"head"}
    assert desk.steps(alert)[1] == ("district", "cancelled", "condition_has_ended")
    desk.record(make_event(onset=2000))  # the same alert, which nobody has ended, happens again
    desk.later(3)
    assert ("centre", "nobody_answered") in desk.told(alert)

    grave = desk.record(make_event("sun-nap", severity=Severity.CRITICAL))
    desk.record(make_event("sun-nap", severity=Severity.CRITICAL, cleared=70))
    desk.later(30)
    assert {channel for channel, _ in desk.told(grave)} == {"head", "centre", "phone", "boss"}


def test_a_snooze_waits_and_then_reminds(desk: Desk, make_event: MakeEvent) -> None:
    alert = desk.record(make_event())
    with pytest.raises(InputError, match="reason"):
        desk.act(alert, AlertAction.SNOOZE, until=desk.now + 10 * MINUTE)
    with pytest.raises(InputError, match="240 minutes"):
        desk.act(alert, AlertAction.SNOOZE, "wait", until=desk.now + 241 * MINUTE)
    desk.act(alert, AlertAction.SNOOZE, "carer is coming", until=desk.now + 20 * MINUTE)
    desk.later(15)
    assert desk.told(alert) == [("head", "told")]
    assert ("centre", "alert_is_snoozed") in desk.held(alert)
    desk.later(5)
    assert ("head", "snooze_is_over") in desk.told(alert)
    assert ("centre", "told_after_waiting") in desk.told(alert)
    detail = desk.detail(alert)
    assert detail.alert.snoozed_until is None
    assert AlertAction.WAKE in [step.action for step in detail.steps]


def test_a_critical_alert_is_snoozed_for_minutes_only(desk: Desk, make_event: MakeEvent) -> None:
    alert = desk.record(make_event(severity=Severity.CRITICAL))
    with pytest.raises(InputError, match="15 minutes"):
        desk.act(alert, AlertAction.SNOOZE, "wait", until=desk.now + 16 * MINUTE)


def test_a_longer_snooze_replaces_a_shorter_one(desk: Desk, make_event: MakeEvent) -> None:
    alert = desk.record(make_event())
    desk.act(alert, AlertAction.SNOOZE, "a", until=desk.now + 10 * MINUTE)
    desk.act(alert, AlertAction.SNOOZE, "b", until=desk.now + 20 * MINUTE)
    desk.later(11)
    assert desk.told(alert) == [("head", "told")]
    desk.later(10)
    assert [reason for _, reason in desk.told(alert)].count("snooze_is_over") == 1


def test_handing_over_is_put_down_with_who_when_where_and_why(
    desk: Desk, make_event: MakeEvent
) -> None:
    alert = desk.record(make_event())
    desk.act(alert, AlertAction.ASSIGN, "end of shift", assignee=Assignee(9, "李老师"))
    detail = desk.detail(alert)
    assert (detail.alert.assignee_id, detail.alert.assignee) == (9, "李老师")
    step = detail.steps[-1]
    assert (step.actor_name, step.address, step.via, step.at) == (
        "王老师",
        "10.0.0.7",
        "page",
        desk.now,
    )
    assert step.reason == "→ 李老师\nend of shift"


def test_after_its_end_an_alert_cools_down_unless_it_lasts(
    desk: Desk, make_event: MakeEvent
) -> None:
    first = desk.record(make_event(onset=0))
    desk.act(first, AlertAction.RESOLVE)
    desk.now += MINUTE
    short = desk.record(make_event(onset=60))
    assert desk.told(short) == []
    assert ("head", "cools_down_after_its_end") in desk.held(short)
    desk.record(make_event(onset=60, cleared=65))
    desk.later(10)
    assert desk.told(short) == []
    desk.act(short, AlertAction.RESOLVE)

    lasting = desk.record(make_event(onset=700))
    desk.later(1.9)
    assert desk.told(lasting) == []
    desk.later(0.1)
    assert desk.told(lasting) == [("head", "told_after_waiting")]


def test_a_critical_alert_never_cools_down(desk: Desk, make_event: MakeEvent) -> None:
    first = desk.record(make_event(onset=0))
    desk.act(first, AlertAction.RESOLVE)
    second = desk.record(make_event(onset=60, severity=Severity.CRITICAL))
    assert desk.told(second)[0] == ("head", "told")


def test_coming_and_going_is_noticed_said_once_and_then_quiet(
    desk: Desk, make_event: MakeEvent
) -> None:
    for number in range(8):
        alert = desk.record(make_event(onset=60.0 * number, cleared=20))
    detail = desk.detail(alert)
    assert detail.alert.flapping
    assert [step.action for step in detail.steps].count(AlertAction.FLAPPING) == 1
    notices = [item for item in detail.deliveries if item.kind == "flapping"]
    assert [(item.channel_id, item.reason) for item in notices] == [("head", "told")]
    assert ("head", "comes_and_goes") in desk.held(alert)


def test_outside_its_hours_a_tier_is_passed_over_and_the_next_one_told(
    desk: Desk, make_event: MakeEvent
) -> None:
    desk.hours = lambda _room, _now: DayTime(open=False)
    desk.tiers = (tier("institution", "head", high=0, hours=TierHours.OPEN), *TIERS[1:])
    alert = desk.record(make_event())
    assert desk.told(alert) == [("centre", "told")]
    assert desk.held(alert) == {("head", "outside_the_tier_s_hours")}
    assert desk.steps(alert)[0] == ("institution", "skipped", "outside_the_tier_s_hours")


def test_a_tier_that_waits_is_told_when_its_hours_come(desk: Desk, make_event: MakeEvent) -> None:
    opens = desk.now + 90 * MINUTE
    desk.hours = lambda _room, now: DayTime(open=now >= opens, nap=now < opens)
    desk.tiers = (
        tier("institution", "head", high=0, hours=TierHours.AWAKE, wait=True),
        tier("district", "centre", high=300),
    )
    alert = desk.record(make_event())
    for _ in range(8):
        desk.later(11)
    assert "head" not in [channel for channel, _ in desk.told(alert)]
    desk.later(2)
    assert ("head", "told_after_waiting") in desk.told(alert)


def test_channels_in_no_tier_are_told_at_once_and_so_are_all_without_policies(
    desk: Desk, make_event: MakeEvent
) -> None:
    desk.tiers = TIERS[:2]
    alert = desk.record(make_event())
    assert {channel for channel, _ in desk.told(alert)} == {"head", "phone", "boss"}
    desk.tiers = ()
    other = desk.record(make_event("sun-nap"))
    assert {channel for channel, _ in desk.told(other)} == {"head", "centre", "phone", "boss"}


def test_a_shelved_alert_is_recorded_and_nobody_is_told_until_the_shelf_ends(
    desk: Desk, make_event: MakeEvent
) -> None:
    shelf = desk.shelve(room_id="sun-toddler", rule="crowding")
    alert = desk.record(make_event(rule="crowding"))
    assert desk.told(alert) == []
    assert ("head", "alert_is_shelved") in desk.held(alert)
    assert desk.detail(alert).alert.shelf_id == shelf
    other = desk.record(make_event(rule="view_lost"))
    assert desk.told(other) != []
    ShelfRepository(desk.database).end(DISTRICT, shelf, WANG, desk.now)
    desk.later(0)
    assert desk.told(alert) == [("head", "told_after_waiting")]
    with pytest.raises(ConflictError):
        ShelfRepository(desk.database).end(DISTRICT, shelf, WANG, desk.now)


def test_a_shelf_that_runs_out_tells_what_still_lasts(desk: Desk, make_event: MakeEvent) -> None:
    desk.shelve(1, rule="crowding")
    lasting = desk.record(make_event(rule="crowding", severity=Severity.MEDIUM))
    desk.tiers = ()
    over = desk.record(make_event("sun-nap", rule="crowding", onset=0))
    desk.record(make_event("sun-nap", rule="crowding", onset=0, cleared=70))
    desk.later(61)
    assert desk.told(over) == []
    assert desk.steps(over)[0][1:] == ("cancelled", "condition_has_ended")
    assert desk.told(lasting) == []  # no tier wants it


def test_only_a_supervisor_shelves_children_left_alone_and_for_a_day(
    desk: Desk, make_event: MakeEvent
) -> None:
    for rule in ("unattended_child", ""):
        with pytest.raises(PermissionDeniedError):
            desk.shelve(2, rule=rule)
        with pytest.raises(InputError, match="24 hours"):
            desk.shelve(25, supervisor=True, rule=rule)
    desk.shelve(24, supervisor=True, rule="unattended_child")
    quiet = desk.record(make_event(severity=Severity.CRITICAL))
    assert desk.told(quiet) == []


def test_a_shelf_of_an_operator_never_keeps_a_critical_alert_quiet(
    desk: Desk, make_event: MakeEvent
) -> None:
    desk.shelve(2, rule="exit_alone")
    desk.shelve(48, supervisor=True, rule="exit_alone")
    alert = desk.record(make_event(rule="exit_alone", severity=Severity.CRITICAL))
    assert desk.told(alert) != []


def test_a_shelf_must_be_somewhere_in_sight(desk: Desk) -> None:
    shelves, expires = ShelfRepository(desk.database), desk.now + 60 * MINUTE
    moon = Scope(ScopeKind.INSTITUTION, "moon")
    new = NewShelf("sun", "why", expires, rule="crowding")
    with pytest.raises(NotFoundError):
        shelves.put(moon, new, WANG, desk.now, supervisor=False)
    for room_id, camera_id in (("moon-hall", ""), ("", "moon-hall-1"), ("nowhere", "")):
        with pytest.raises(InputError):
            desk.shelve(rule="crowding", room_id=room_id, camera_id=camera_id)
    shelf = desk.shelve(rule="crowding")
    assert shelves.list(moon, desk.now, active=True) == ()
    with pytest.raises(NotFoundError):
        shelves.end(moon, shelf, WANG, desk.now)
    (shown,) = shelves.list(DISTRICT, desk.now, active=True)
    assert (shown.reason, shown.created_by, shown.active(desk.now)) == (
        "camera shakes",
        "王老师",
        True,
    )
    assert shelves.list(DISTRICT, desk.now + timedelta(days=1), active=False) == (shown,)


def test_many_who_climb_at_once_tell_once(desk: Desk, make_event: MakeEvent) -> None:
    alerts = [desk.record(make_event(onset=0, rule=f"rule-{n}")) for n in range(6)]
    desk.now += 3 * MINUTE
    threads = [
        threading.Thread(
            target=EscalationRepository(desk.database, desk.ladder).climb_due, args=[desk.now]
        )
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for alert in alerts:
        assert [channel for channel, _ in desk.told(alert)] == ["head", "centre"]


ACTIONS = st.lists(
    st.sampled_from(["ack", "resolve", "reopen", "snooze", "escalate", "again", "clear", "wait"]),
    max_size=12,
)


@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(actions=ACTIONS)
def test_whatever_happens_nobody_is_told_twice_for_one_step(
    desk: Desk, make_event: MakeEvent, actions: list[str]
) -> None:
    place = f"rule-{desk.now.timestamp()}"
    onset = 0.0
    alert = desk.record(make_event(onset=onset, rule=place))
    for name in actions:
        try:
            match name:
                case "ack":
                    desk.act(alert, AlertAction.ACKNOWLEDGE)
                case "resolve":
                    desk.act(alert, AlertAction.RESOLVE)
                case "reopen":
                    desk.act(alert, AlertAction.REOPEN, "again")
                case "snooze":
                    desk.act(alert, AlertAction.SNOOZE, "wait", until=desk.now + 10 * MINUTE)
                case "escalate":
                    desk.act(alert, AlertAction.ESCALATE)
                case "again":
                    onset += 1
                    desk.record(make_event(onset=onset, rule=place))
                case "clear":
                    desk.record(make_event(onset=onset, cleared=1, rule=place))
        except ConflictError:
            pass
        desk.later(4)
    for _ in range(8):  # the escalation first, then every reminder that there may be
        desk.later(6000)
    detail = desk.detail(alert)
    assert not [step for step in detail.escalation if step.state == "waiting"]
    tiers = [
        (item.channel_id, item.step, item.reason)
        for item in detail.deliveries
        if item.state != "held" and item.kind in ("raise", "escalate")
    ]
    episodes = 1 + actions.count("reopen")
    assert all(tiers.count(one) <= episodes for one in tiers)
