"""Composes what an institution reports about itself."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from random import Random

from benchmarks.district_year.year import YearPlan
from monitor.domain.places import CLASS_CAPACITY, NoticeState, Room, RoomType
from monitor.domain.registers import (
    ChildMonth,
    ClassGroup,
    DailyLog,
    DayException,
    Drill,
    DrillKind,
    EmergencyPlan,
    FireCheck,
    FireCheckKind,
    Hazard,
    LogKind,
    NoticeStep,
    PanicTest,
    Paper,
    PaperKind,
    PlanKind,
    Register,
    StaffMember,
    StaffRole,
    log_starts,
)
from monitor.inspections.period import shifted

_STAFF = (
    (StaffRole.MANAGER, 1),
    (StaffRole.CARER, 5),
    (StaffRole.HEALTH_WORKER, 1),
    (StaffRole.COOK, 2),
    (StaffRole.GUARD, 2),
    (StaffRole.OTHER, 1),
)


def compose_register(
    institution: str, rooms: list[Room], care: float, random: Random, plan: YearPlan
) -> Register:
    """Return the register of one institution at the end of the year."""
    end = plan.now.date()
    logs = tuple(_logs(care, random, plan))
    return Register(
        institution_id=institution,
        papers=tuple(_papers(care, random, end)),
        classes=tuple(_classes(rooms, random)),
        staff=tuple(_staff(care, random, end)),
        plans=tuple(
            EmergencyPlan(kind, end - timedelta(days=random.randint(1, round(500 - 200 * care))))
            for kind in PlanKind
            if random.random() < 0.9 + 0.1 * care
        ),
        drills=tuple(_drills(care, random, plan)),
        fire_checks=tuple(
            FireCheck(
                FireCheckKind.SYSTEM_TEST,
                end - timedelta(days=random.randint(5, 420)) - timedelta(days=400 * back),
                random.random() < 0.95,
            )
            for back in range(random.choice((0, 1, 2)))
        ),
        panic_tests=tuple(
            PanicTest(month + timedelta(days=random.randint(0, 26)), random.random() < 0.97)
            for month in plan.each_month
            if random.random() < care
        ),
        logs=logs,
        hazards=tuple(_hazards(care, random, plan)),
        child_months=tuple(
            _child_month(month, care, random) for month in plan.each_month if random.random() < 0.95
        ),
        day_exceptions=(
            DayException(plan.last + timedelta(days=random.randint(3, 20)), open=False),
        ),
        notice_steps=(NoticeStep(end - timedelta(days=500), NoticeState.GRANTED),)
        if random.random() < 0.5
        else (),
        log_starts=log_starts(logs),
    )


def _papers(care: float, random: Random, end: date) -> Iterator[Paper]:
    for kind in PaperKind:
        if random.random() > 0.93 + 0.07 * care:
            continue
        ends = end + timedelta(days=random.randint(-20, 900))
        lasting = kind is PaperKind.REGISTRATION and random.random() < 0.5
        yield Paper(kind, f"{kind}-1", ends - timedelta(days=1000), None if lasting else ends)
        if random.random() < 0.2:  # an older one, which does not count
            yield Paper(kind, f"{kind}-0", None, ends - timedelta(days=400))


def _classes(rooms: list[Room], random: Random) -> Iterator[ClassGroup]:
    for room in rooms:
        if room.class_type is None or room.type is not RoomType.ACTIVITY:
            continue
        most = CLASS_CAPACITY[room.class_type]
        capacity = random.choice((None, most, most - 2))
        enrolled = most - random.randint(-1, 6)
        yield ClassGroup(room.id, room.name, room.class_type, enrolled, room.id, capacity, 2)


def _staff(care: float, random: Random, end: date) -> Iterator[StaffMember]:
    for role, count in _STAFF:
        for number in range(1, count + 1):
            careless = random.random() > 0.9 + 0.1 * care
            member = StaffMember(
                number=f"{role}-{number}",
                name=f"{role.value} {number}",
                role=role,
                certificate_number="" if careless else f"C{random.randint(1000, 9999)}",
                certificate_expires=_later(random, end, 700) if random.random() < 0.8 else None,
                health_certificate_expires=_later(random, end, 360),
                criminal_check=end - timedelta(days=random.randint(1, round(460 - 120 * care))),
                first_aid_training=None
                if random.random() > 0.97
                else end - timedelta(days=random.randint(1, round(420 - 60 * care))),
                handles_food=role is StaffRole.COOK and number == 1,
                left=end - timedelta(days=40) if random.random() < 0.04 else None,
                banned=random.random() < 0.002,
            )
            looked_up = None if careless else member.criminal_check
            yield replace(member, ban_check=looked_up)


def _later(random: Random, end: date, most: int) -> date:
    return end + timedelta(days=random.randint(-4, most))


def _drills(care: float, random: Random, plan: YearPlan) -> Iterator[Drill]:
    for month in plan.each_month:
        if random.random() < 0.15 + 0.2 * care:
            yield Drill(DrillKind.FIRE, month + timedelta(days=random.randint(0, 27)), 40)
        if random.random() < 0.15 + 0.1 * care:
            kind = random.choice((DrillKind.INTRUDER, DrillKind.FIRST_AID, DrillKind.EARTHQUAKE))
            yield Drill(kind, month + timedelta(days=random.randint(0, 27)), 35)


def _logs(care: float, random: Random, plan: YearPlan) -> Iterator[DailyLog]:
    months = plan.each_month[len(plan.each_month) - plan.logged_months :]
    for kind in LogKind:
        if not months or random.random() > 0.8 + 0.2 * care:
            continue
        late = random.randint(0, 5) if random.random() < 0.1 else 0
        day = months[0] + timedelta(days=late)
        while day < shifted(plan.last, 1):
            if random.random() < 0.97 + 0.03 * care:
                minutes = random.randint(60, 180) if kind is LogKind.OUTDOOR else None
                yield DailyLog(kind, day, "carer 1", minutes)
            day += timedelta(days=1)


def _hazards(care: float, random: Random, plan: YearPlan) -> Iterator[Hazard]:
    for number, month in enumerate(plan.each_month):
        if random.random() < 0.5:
            opened = month + timedelta(days=random.randint(0, 27))
            due = opened + timedelta(days=15)
            closed = opened + timedelta(days=random.randint(1, 20))
            done = random.random() < 0.8 + 0.2 * care
            yield Hazard(
                f"H-{number}", f"松动的插座 {number}", opened, due, closed if done else None
            )


def _child_month(month: date, care: float, random: Random) -> ChildMonth:
    entered, absences = random.randint(0, 6), random.randint(0, 40)
    careful = random.random() < 0.7 + 0.3 * care
    return ChildMonth(
        month,
        entered,
        entered if careful else max(0, entered - 1),
        absences,
        absences if careful else max(0, absences - 2),
    )
