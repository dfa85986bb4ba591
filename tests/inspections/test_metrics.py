"""Every metric on a few facts written by hand: once met, once not met, once unknown."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from monitor.domain.alerts import AlertState
from monitor.domain.checklists import Auto, MetricStatus, MetricValue
from monitor.domain.events import Severity
from monitor.domain.places import ClassType, Institution, NoticeState, Room, RoomType
from monitor.domain.registers import (
    ChildMonth,
    ClassGroup,
    DailyLog,
    Drill,
    DrillKind,
    EmergencyPlan,
    FireCheck,
    FireCheckKind,
    Hazard,
    LogKind,
    PanicTest,
    Paper,
    PaperKind,
    PlanKind,
    Register,
    StaffMember,
    StaffRole,
    log_starts,
)
from monitor.domain.room_state import View, ViewFault
from monitor.domain.text import Text
from monitor.inspections.facts import (
    AlertFact,
    CameraFact,
    CameraState,
    ChannelAudit,
    Facts,
    FindingFact,
    Recordings,
    RoomCount,
    Uptime,
    Viewing,
)
from monitor.inspections.metrics import metric_named, metrics
from monitor.inspections.template import Template

NOW = datetime(2026, 12, 1, 0, 0, tzinfo=UTC)  # the period is the whole of November
START = datetime(2026, 10, 31, 16, 0, tzinfo=UTC)
MONTH = 30 * 86400.0
LAST = date(2026, 11, 30)
P, F, U = MetricStatus.PASS, MetricStatus.FAIL, MetricStatus.UNKNOWN


def ago(days: int) -> date:
    return LAST - timedelta(days=days)


def t(text: str) -> Text:
    return Text(zh=text, en=text)


TODDLERS = Room("toddlers", "i", t("Toddlers"), RoomType.ACTIVITY, ClassType.TODDLER)
NAP = Room("nap", "i", t("Nap"), RoomType.NAP, ClassType.TODDLER)
KITCHEN = Room("kitchen", "i", t("Kitchen"), RoomType.KITCHEN)
ROOMS = (TODDLERS, NAP, KITCHEN)


def camera(key: str, room: str = "toddlers", known_days: int = 400) -> CameraFact:
    return CameraFact(key, room, t(key), True, NOW - timedelta(days=known_days))


CAMERAS = (camera("one"), camera("two", "nap"))
SEEN = {
    "rooms": ROOMS,
    "cameras": CAMERAS,
    "times": (Uptime("one", MONTH, MONTH, 0), Uptime("two", MONTH, MONTH * 0.98, 3600)),
}


def register(**parts: Any) -> dict[str, Any]:
    return {"reported": Register("i", **parts)}


def papers(*items: tuple[PaperKind, date | None]) -> dict[str, Any]:
    return register(papers=tuple(Paper(kind, kind.value, None, end) for kind, end in items))


def person(role: StaffRole = StaffRole.CARER, **parts: Any) -> StaffMember:
    whole = {
        "certificate_number": "C-1",
        "health_certificate_expires": ago(-100),
        "criminal_check": ago(30),
        "first_aid_training": ago(30),
        **parts,
    }
    return StaffMember(whole.pop("number", "1"), whole.pop("name", "陈静"), role, **whole)


def staff(*people: StaffMember) -> dict[str, Any]:
    return register(staff=people)


def group(enrolled: int, capacity: int | None = None) -> dict[str, Any]:
    item = ClassGroup("c", t("Class"), ClassType.TODDLER, enrolled, capacity=capacity)
    return register(classes=(item,))


def count(adults: int, children: int, unknown: int = 0, **parts: Any) -> dict[str, Any]:
    view = parts.pop("view", View.FULL)
    found = RoomCount("toddlers", view, adults, children, unknown, parts.pop("at", NOW))
    return {"rooms": ROOMS, "counts": (found,)}


def alert(state: AlertState, rule: str, **parts: Any) -> AlertFact:
    whole: dict[str, Any] = {
        "id": 1,
        "room_id": "toddlers",
        "zone_id": None,
        "severity": Severity.HIGH,
        "raised": START + timedelta(days=3),
        "acknowledged": None,
        **parts,
    }
    return AlertFact(rule=rule, state=state, **whole)


def alerts(rule: str, *states: AlertState, room: str = "toddlers") -> dict[str, Any]:
    raised = tuple(alert(state, rule, room_id=room) for state in states)
    return {**SEEN, "rules": {rule: frozenset({"toddlers", "nap"})}, "raised": raised}


def unseen(rule: str) -> dict[str, Any]:
    return {**alerts(rule), "times": (Uptime("one", MONTH, MONTH / 10, 0),)}


def answered(*seconds: int | None) -> dict[str, Any]:
    raised = START + timedelta(days=1)
    return {
        "raised": tuple(
            alert(
                AlertState.RESOLVED,
                "unattended_child",
                id=number,
                raised=raised,
                acknowledged=None if after is None else raised + timedelta(seconds=after),
            )
            for number, after in enumerate(seconds)
        )
    }


def logs(
    kind: LogKind, first: int = 60, without: int | None = None, **parts: Any
) -> dict[str, Any]:
    days = [ago(back) for back in range(first, -1, -1)]
    kept = tuple(
        DailyLog(kind, day, "x", parts.get("amount"))
        for day in days
        if day.weekday() < 5 and (without is None or day != ago(without))
    )
    return register(logs=kept, log_starts=log_starts(kept))


def recorded(days: int, known_days: int = 400) -> dict[str, Any]:
    kept = frozenset(ago(back) for back in range(days))
    cameras = (camera("one", known_days=known_days),)
    return {"cameras": cameras, "footage": (Recordings("one", kept),)}


def states(*faults: ViewFault | None, online: bool = True, age: int = 5) -> dict[str, Any]:
    updated = NOW - timedelta(seconds=age)
    keys = ("one", "two")
    found = (CameraState(k, online, f, updated) for k, f in zip(keys, faults, strict=False))
    return {"cameras": CAMERAS, "states": tuple(found)}


def kitchen(share: float) -> dict[str, Any]:
    return {
        "rooms": ROOMS,
        "cameras": (camera("k", "kitchen"),),
        "times": (Uptime("k", MONTH, MONTH * share, 60),),
    }


def plans(*kinds: PlanKind, age: int = 100) -> dict[str, Any]:
    return register(plans=tuple(EmergencyPlan(kind, ago(age)) for kind in kinds))


def found(*lines: tuple[str, int, bool]) -> dict[str, Any]:
    text = Text(zh="食谱未公示", en="menu not posted")
    return {
        "unclosed": tuple(
            FindingFact(number, item, text, ago(40), ago(due), is_open)
            for number, (item, due, is_open) in enumerate(lines)
        )
    }


def hazard(due: int, checked: bool = True, item: str | None = None) -> dict[str, Any]:
    checks = (DailyLog(LogKind.FACILITY_CHECK, ago(3), "x"),) if checked else ()
    loose = Hazard("1", "窗户松动", ago(40), ago(due), None, item)
    return register(hazards=(loose,), logs=checks, log_starts=log_starts(checks))


def months(*numbers: int) -> dict[str, Any]:
    return register(child_months=(ChildMonth(date(2026, 11, 1), *numbers),))


THREE = (PaperKind.NOTICE, PaperKind.REGISTRATION, PaperKind.FILING)
SUSPENDED = Institution("i", t("I"), "", notice_state=NoticeState.SUSPENDED)
APPLYING = Institution("i", t("I"), "", notice_state=NoticeState.APPLYING)
RESOLVED, FALSE = AlertState.RESOLVED, AlertState.FALSE
OPEN, TAKEN = AlertState.OPEN, AlertState.ACKNOWLEDGED


@dataclass(frozen=True)
class Case:
    """One metric on some facts, and what must come out."""

    metric: str
    status: MetricStatus
    facts: dict[str, Any]
    value: float | None = None

    def __str__(self) -> str:
        return f"{self.metric}-{self.status}"


def paper_cases() -> Iterator[Case]:
    yield Case("licence_days_to_expiry_min", P, papers(*((k, ago(-9)) for k in THREE)), 9)
    yield Case("licence_days_to_expiry_min", P, papers(*((k, None) for k in THREE)))
    yield Case("licence_days_to_expiry_min", F, papers((PaperKind.NOTICE, ago(2))), -2)
    yield Case("licence_days_to_expiry_min", F, {"institution": SUSPENDED})
    own_word = {**papers(*((k, ago(-9)) for k in THREE)), "institution": APPLYING}
    yield Case("licence_days_to_expiry_min", U, own_word)
    yield Case("licence_days_to_expiry_min", U, papers((PaperKind.NOTICE, ago(-9))), 9)
    for name, kind in (
        ("fire_cert_days_to_expiry", PaperKind.FIRE_CERTIFICATE),
        ("insurance_days_to_expiry", PaperKind.INSURANCE),
        ("food_licence_days_to_expiry", PaperKind.FOOD_LICENCE),
    ):
        yield Case(name, P, papers((kind, ago(-1))), 1)
        yield Case(name, F, papers((kind, ago(0))), 0)
        yield Case(name, U, papers())


def staff_cases() -> Iterator[Case]:
    name = "staff_cert_invalid_count"
    yield Case(name, P, staff(person()), 0)
    yield Case(name, P, staff(person(), person(number="2", certificate_number="", left=ago(9))), 0)
    yield Case(name, F, staff(person(certificate_number="")), 1)
    yield Case(name, F, staff(person(certificate_expires=ago(1))), 1)
    yield Case(name, U, staff())
    name = "staff_health_cert_invalid_count"
    yield Case(name, P, staff(person(health_certificate_expires=LAST)), 0)
    yield Case(name, F, staff(person(health_certificate_expires=ago(1))), 1)
    yield Case(name, F, staff(person(health_certificate_expires=None)), 1)
    yield Case(name, U, {})
    name = "food_handler_cert_invalid_count"
    yield Case(name, P, staff(person(StaffRole.COOK)), 0)
    yield Case(name, F, staff(person(handles_food=True, health_certificate_expires=None)), 1)
    yield Case(name, U, staff(person()))
    name = "criminal_check_age_days_max"
    yield Case(name, P, staff(person(criminal_check=ago(365))), 365)
    yield Case(name, F, staff(person(criminal_check=ago(366))), 366)
    yield Case(name, F, staff(person(criminal_check=None)))
    yield Case(name, U, {})
    name = "ban_check_age_days_max"
    yield Case(name, P, staff(person(ban_check=ago(365))), 365)
    yield Case(name, F, staff(person(ban_check=ago(366))), 366)
    yield Case(name, F, staff(person(ban_check=ago(1)), person(banned=True)))
    yield Case(name, U, {})
    name = "first_aid_training_age_days_max"
    yield Case(name, P, staff(person(), person(StaffRole.COOK, first_aid_training=None)), 30)
    yield Case(name, F, staff(person(first_aid_training=ago(400))), 400)
    yield Case(name, U, staff(person(StaffRole.COOK)))
    for name, role in (
        ("guard_cert_days_to_expiry", StaffRole.GUARD),
        ("health_worker_cert_days_to_expiry", StaffRole.HEALTH_WORKER),
    ):
        yield Case(name, P, staff(person(role, certificate_expires=ago(-5))), 5)
        yield Case(name, P, staff(person(role)))
        yield Case(name, F, staff(person(role, certificate_expires=ago(5))), -5)
        yield Case(name, F, staff(person(role, certificate_number="")))
        yield Case(name, U, staff(person()))


def room_cases() -> Iterator[Case]:
    name = "class_enrolled_over_cap_count"
    yield Case(name, P, group(15), 0)
    yield Case(name, F, group(16, capacity=20), 1)
    yield Case(name, F, group(13, capacity=12), 1)
    yield Case(name, U, register())
    name = "live_ratio_ok_rooms_share"
    yield Case(name, P, count(2, 10), 1.0)
    yield Case(name, F, count(1, 10), 0.0)
    yield Case(name, U, count(2, 10, unknown=1), 0.0)
    yield Case(name, U, count(0, 5, unknown=1), 0.0)
    yield Case(name, U, count(2, 10, view=View.PARTIAL), 0.0)
    yield Case(name, U, count(1, 0))
    yield Case(name, U, count(2, 10, at=NOW - timedelta(hours=1)))
    yield Case(name, U, {})
    name = "required_zones_without_camera"
    yield Case(name, P, SEEN, 0)
    yield Case(name, F, {**SEEN, "cameras": (CAMERAS[0], replace(CAMERAS[1], enabled=False))}, 1)
    yield Case(name, U, {"rooms": (KITCHEN,)})


def camera_cases() -> Iterator[Case]:
    name = "camera_online_ratio_month"
    yield Case(name, P, SEEN, 0.99)
    yield Case(name, F, {**SEEN, "times": (*SEEN["times"][:1], Uptime("two", MONTH, 0, 9))}, 0.5)
    long = (*SEEN["times"][:1], Uptime("two", MONTH, MONTH * 0.95, 25 * 3600.0))
    yield Case(name, F, {**SEEN, "times": long}, 0.975)
    short = (Uptime("one", 60, 60, 0), Uptime("two", 60, 60, 0))
    yield Case(name, U, {**SEEN, "times": short}, 1.0)
    yield Case(name, U, {**SEEN, "times": SEEN["times"][:1]})
    name = "kitchen_camera_online_ratio_month"
    yield Case(name, P, kitchen(0.97), 0.97)
    yield Case(name, F, kitchen(0.5), 0.5)
    yield Case(name, U, SEEN)
    name = "required_channels_registered_share"
    yield Case(name, P, states(None, None), 1.0)
    yield Case(name, F, states(None), 0.5)
    yield Case(name, F, states(None, None, online=False), 0.0)
    yield Case(name, U, states(None, None, age=3600))
    name = "camera_health_open_faults"
    yield Case(name, P, states(None, None), 0)
    yield Case(name, F, states(ViewFault.COVERED), 1)
    yield Case(name, U, states(None))
    yield Case(name, U, {"cameras": CAMERAS})
    name = "recording_days_available_min"
    yield Case(name, P, recorded(90), 90)
    yield Case(name, F, recorded(89), 89)
    yield Case(name, U, recorded(10, known_days=10), 10)
    yield Case(name, P, audited(90), 90)
    yield Case(name, F, audited(89), 89)
    yield Case(name, F, audited(90, playable=False), 90)
    yield Case(name, U, audited(20, young=True), 20)
    yield Case(name, U, {**audited(0, days_ago=40), "footage": None})
    yield Case(name, P, {**audited(3, days_ago=40), **recorded(90)}, 90)
    yield Case(name, U, {"cameras": CAMERAS})
    name = "access_without_reason_count"
    yield Case(name, P, {"seen": (Viewing(NOW, "王", "核实告警", True),)}, 0)
    yield Case(
        name, F, {"seen": (Viewing(NOW, "王", " ", True), Viewing(NOW, "王", "x", False))}, 2
    )
    yield Case(name, U, {})


def audited(
    days: int, *, playable: bool = True, young: bool = False, days_ago: int = 1
) -> dict[str, object]:
    """Return the parts of facts in which every camera was audited."""
    at = NOW - timedelta(days=days_ago)
    audits = tuple(
        ChannelAudit(camera.id, at, 90, days, reachable=True, playable=playable, young=young)
        for camera in CAMERAS
    )
    return {"cameras": CAMERAS, "audit": audits}


def alert_cases() -> Iterator[Case]:
    for name, rule in (
        ("unattended_confirmed_open", "unattended_child"),
        ("ratio_breach_confirmed_open", "ratio_breach"),
        ("exit_alone_confirmed_open", "exit_alone"),
        ("attendance_headcount_mismatch_open", "headcount_mismatch"),
    ):
        yield Case(name, P, alerts(rule, RESOLVED, FALSE), 0)
        yield Case(name, F, alerts(rule, RESOLVED, OPEN, TAKEN), 2)
        yield Case(name, U, unseen(rule), 0)
        yield Case(name, U, {**SEEN, "raised": ()})
        yield Case(name, U, SEEN)
    name = "nap_unattended_confirmed_open"
    yield Case(name, P, alerts("unattended_child", OPEN), 0)
    yield Case(name, F, alerts("unattended_child", OPEN, room="nap"), 1)
    yield Case(name, U, {**alerts("unattended_child", OPEN), "rooms": (TODDLERS,)})
    name = "crowding_confirmed_same_zone_max"
    yield Case(name, P, alerts("crowding", RESOLVED, FALSE, FALSE), 1)
    yield Case(name, F, alerts("crowding", RESOLVED, TAKEN), 2)
    yield Case(name, U, alerts("crowding", RESOLVED, OPEN), 1)
    yield Case(name, U, unseen("crowding"), 0)
    name = "critical_ack_within_120s_share"
    yield Case(name, P, answered(3, 120), 1.0)
    yield Case(name, F, answered(3, 121, None), 0.3333)
    yield Case(name, U, {"raised": ()})
    yield Case(name, U, {})


def drill_cases() -> Iterator[Case]:
    for name, kind, other in (
        ("fire_drill_age_days", DrillKind.FIRE, DrillKind.INTRUDER),
        ("other_drill_age_days", DrillKind.INTRUDER, DrillKind.FIRE),
    ):
        yield Case(name, P, register(drills=(Drill(kind, ago(183), 9),)), 183)
        yield Case(name, F, register(drills=(Drill(kind, ago(184), 9),)), 184)
        yield Case(name, F, register(drills=(Drill(other, ago(1), 9),)))
        yield Case(name, U, register())
    name = "fire_system_test_age_days"
    test = FireCheck(FireCheckKind.SYSTEM_TEST, ago(10), True)
    yield Case(name, P, register(fire_checks=(test,)), 10)
    yield Case(name, F, register(fire_checks=(replace(test, passed=False),)), 10)
    yield Case(name, U, register(fire_checks=(replace(test, kind=FireCheckKind.LIGHTING),)))
    name = "panic_test_age_days"
    yield Case(name, P, register(panic_tests=(PanicTest(ago(31), True),)), 31)
    yield Case(name, F, register(panic_tests=(PanicTest(ago(32), True),)), 32)
    yield Case(name, F, register(panic_tests=(PanicTest(ago(1), False),)), 1)
    yield Case(name, U, register())
    name = "emergency_plan_age_days_max"
    yield Case(name, P, plans(*PlanKind), 100)
    yield Case(name, F, plans(*PlanKind, age=366), 366)
    yield Case(name, F, plans(PlanKind.FIRE), 100)
    yield Case(name, U, register())
    name = "overdue_hazards"
    yield Case(name, P, hazard(0), 0)
    yield Case(name, F, hazard(1), 1)
    yield Case(name, P, {**hazard(0), **found(("S-03", 0, True), ("S-05", 9, False))}, 0)
    yield Case(name, F, {**hazard(1), **found(("S-03", 1, True), ("S-05", 2, True))}, 3)
    yield Case(name, F, {**hazard(1, item="S-03"), **found(("S-03", 1, True))}, 1)
    yield Case(name, F, found(("S-03", 1, True)), 1)
    yield Case(name, U, found(("S-03", 0, True)))
    yield Case(name, U, hazard(0, checked=False), 0)


def log_cases() -> Iterator[Case]:
    for name, kind in (
        ("health_check_days_missing", LogKind.HEALTH_CHECK),
        ("disinfection_log_days_missing", LogKind.DISINFECTION),
        ("food_sample_days_missing", LogKind.FOOD_SAMPLE),
        ("fire_patrol_days_missing", LogKind.FIRE_PATROL),
    ):
        yield Case(name, P, logs(kind), 0)
        yield Case(name, F, logs(kind, without=4), 1)
        yield Case(name, U, logs(kind, first=12), 0)
        yield Case(name, U, register())
    name = "outdoor_minutes_median"
    yield Case(name, P, logs(LogKind.OUTDOOR, amount=120), 120)
    yield Case(name, F, logs(LogKind.OUTDOOR, amount=90), 90)
    yield Case(name, U, logs(LogKind.OUTDOOR, first=5, amount=120), 120)
    name = "child_entry_record_missing_count"
    yield Case(name, P, months(3, 3, 0, 0), 0)
    yield Case(name, F, months(3, 1, 0, 0), 2)
    yield Case(name, U, register())
    name = "absence_without_reason_count"
    yield Case(name, P, months(0, 0, 4, 4), 0)
    yield Case(name, F, months(0, 0, 4, 3), 1)
    yield Case(name, U, {})


CASES = [
    *paper_cases(),
    *staff_cases(),
    *room_cases(),
    *camera_cases(),
    *alert_cases(),
    *drill_cases(),
    *log_cases(),
]


def target_of(template: Template, metric: str) -> Auto:
    return next(item.auto for item in template.items if item.auto and item.auto.metric == metric)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_metric(case: Case, make_facts: Callable[..., Facts], template: Template) -> None:
    target = target_of(template, case.metric)
    reading = metric_named(case.metric).read(make_facts(**case.facts), target)
    assert (reading.status, reading.value) == (case.status, case.value), reading.explain.en
    assert_explained(reading)


def assert_explained(reading: MetricValue) -> None:
    for text in (reading.explain, reading.query):
        assert text.zh
        assert text.en[0] == text.en[0].upper()


def test_every_metric_is_tried_met_not_met_and_unknown() -> None:
    tried = {(case.metric, case.status) for case in CASES}
    assert tried == {(name, status) for name in metrics() for status in MetricStatus}


def test_nothing_known_is_never_a_pass(
    make_facts: Callable[..., Facts], template: Template
) -> None:
    for name, metric in metrics().items():
        reading = metric.read(make_facts(), target_of(template, name))
        assert reading.status is U, name
