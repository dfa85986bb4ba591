"""What institutions report about themselves: papers, staff, classes, drills, logs, hazards.

Children appear only as counts: nothing here can name a child. An entry is identified by its
:func:`entry_key` within its institution, so that loading the same file twice changes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum

from monitor.domain.places import ClassType, NoticeState
from monitor.domain.text import Text
from monitor.domain.workdays import PUBLIC


class PaperKind(StrEnum):
    """A paper that an institution must hold."""

    NOTICE = "notice"
    REGISTRATION = "registration"
    FILING = "filing"
    FIRE_CERTIFICATE = "fire_certificate"
    FOOD_LICENCE = "food_licence"
    INSURANCE = "insurance"


class StaffRole(StrEnum):
    """What a member of staff is employed for."""

    MANAGER = "manager"
    CARER = "carer"
    HEALTH_WORKER = "health_worker"
    COOK = "cook"
    GUARD = "guard"
    OTHER = "other"


class PlanKind(StrEnum):
    """An emergency that a plan is for (management code, article 31)."""

    PUBLIC_HEALTH = "public_health"
    FIRE = "fire"
    FIRST_AID = "first_aid"
    DISASTER = "disaster"
    FOOD_POISONING = "food_poisoning"
    STAMPEDE = "stampede"
    VIOLENCE = "violence"


class DrillKind(StrEnum):
    """What was practised."""

    FIRE = "fire"
    INTRUDER = "intruder"
    FIRST_AID = "first_aid"
    INFECTION = "infection"
    EARTHQUAKE = "earthquake"
    OTHER = "other"


class FireCheckKind(StrEnum):
    """A check of fire equipment; ``SYSTEM_TEST`` is the yearly test of the whole building."""

    EXTINGUISHERS = "extinguishers"
    LIGHTING = "lighting"
    DETECTORS = "detectors"
    SYSTEM_TEST = "system_test"


class FireEquipmentKind(StrEnum):
    """A piece of fire equipment."""

    EXTINGUISHER = "extinguisher"
    HYDRANT = "hydrant"
    SMOKE_DETECTOR = "smoke_detector"
    GAS_ALARM = "gas_alarm"
    EMERGENCY_LIGHT = "emergency_light"
    ESCAPE_MASK = "escape_mask"
    OTHER = "other"


class LogKind(StrEnum):
    """A record made on every day of operation."""

    HEALTH_CHECK = "health_check"
    DISINFECTION = "disinfection"
    FOOD_SAMPLE = "food_sample"
    FIRE_PATROL = "fire_patrol"
    OUTDOOR = "outdoor"
    FACILITY_CHECK = "facility_check"


class IncidentKind(StrEnum):
    """What went wrong."""

    INJURY = "injury"
    ILLNESS = "illness"
    CHOKING = "choking"
    STRAY = "stray"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Paper:
    """A paper on file; ``expires`` is its last valid day, ``None`` for one without an end."""

    kind: PaperKind
    number: str
    issued: date | None = None
    expires: date | None = None


@dataclass(frozen=True, slots=True)
class NoticeStep:
    """A decision of the district about the Notice; it holds from the day ``decided`` on.

    ``nth`` orders the decisions of one day.
    """

    decided: date
    state: NoticeState
    reason: str = ""
    nth: int = 1


@dataclass(frozen=True, slots=True)
class ClassGroup:
    """One class: how many children are enrolled, never who; ``carers`` are those on duty."""

    id: str
    name: Text
    class_type: ClassType
    enrolled: int
    room_id: str | None = None
    capacity: int | None = None
    carers: int | None = None


@dataclass(frozen=True, slots=True)
class StaffMember:
    """One employee. ``number`` is the institution's own; dates are last valid days or last done.

    ``certificate_number`` is empty where none is on file; ``certificate_expires`` is ``None``
    for a certificate without an end. ``ban_check`` is when the list of people banned from the
    profession for life was last looked at, ``banned`` whether that check or the criminal-record
    check says that the person may not work with children.
    """

    number: str
    name: str
    role: StaffRole
    certificate_number: str = ""
    certificate_expires: date | None = None
    health_certificate_expires: date | None = None
    criminal_check: date | None = None
    first_aid_training: date | None = None
    handles_food: bool = False
    left: date | None = None
    ban_check: date | None = None
    banned: bool = False

    def employed(self, on: date) -> bool:
        """Say whether the person still works here on that day."""
        return self.left is None or self.left >= on


@dataclass(frozen=True, slots=True)
class EmergencyPlan:
    """An emergency plan in its newest wording, of the day ``version``."""

    kind: PlanKind
    version: date
    review_due: date | None = None


@dataclass(frozen=True, slots=True)
class Drill:
    """A drill that took place; ``nth`` tells those of one kind and day from one another."""

    kind: DrillKind
    held: date
    attended: int
    note: str = ""
    nth: int = 1


@dataclass(frozen=True, slots=True)
class FireCheck:
    """A check of fire equipment."""

    kind: FireCheckKind
    done: date
    passed: bool
    note: str = ""


@dataclass(frozen=True, slots=True)
class FireEquipment:
    """A piece of fire equipment; ``expires`` is when it is to be replaced or serviced at last."""

    number: str
    kind: FireEquipmentKind
    place: str
    expires: date | None = None
    checked: date | None = None
    removed: date | None = None


@dataclass(frozen=True, slots=True)
class PanicTest:
    """A test of the panic button; ``connected`` says whether the other end answered.

    ``nth`` tells the tests of one day from one another.
    """

    done: date
    connected: bool
    note: str = ""
    nth: int = 1


@dataclass(frozen=True, slots=True)
class DailyLog:
    """One day's record. ``amount`` is minutes for ``OUTDOOR``, else a count where one was kept."""

    kind: LogKind
    day: date
    done_by: str
    amount: int | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Incident:
    """An injury or another incident, without names."""

    number: str
    kind: IncidentKind
    day: date
    summary: str
    guardian_told: bool
    reported: bool


@dataclass(frozen=True, slots=True)
class Hazard:
    """A hazard or a finding to be corrected; ``item_id`` names the checklist item behind it."""

    number: str
    summary: str
    opened: date
    due: date
    closed: date | None = None
    item_id: str | None = None


@dataclass(frozen=True, slots=True)
class ChildMonth:
    """Counts of one month (its first day) about children, for checks that need no names.

    ``entered`` children came or came back after three months, ``entry_complete`` of them with
    examination and vaccination checked; ``absences`` were counted, ``absences_explained`` of
    them followed up.
    """

    month: date
    entered: int
    entry_complete: int
    absences: int
    absences_explained: int


@dataclass(frozen=True, slots=True)
class DayException:
    """A weekday on which the institution is closed, or a weekend day on which it is open."""

    day: date
    open: bool
    note: str = ""


Entry = (
    Paper
    | ClassGroup
    | StaffMember
    | EmergencyPlan
    | Drill
    | FireCheck
    | FireEquipment
    | NoticeStep
    | PanicTest
    | DailyLog
    | Incident
    | Hazard
    | ChildMonth
    | DayException
)
"""Anything that stands in a register."""


@dataclass(frozen=True, slots=True)
class Register:
    """All that one institution has reported.

    ``logs`` may be limited to a period; ``log_starts`` then still says since when each kind of
    daily log has been kept at all.
    """

    institution_id: str
    papers: tuple[Paper, ...] = ()
    classes: tuple[ClassGroup, ...] = ()
    staff: tuple[StaffMember, ...] = ()
    plans: tuple[EmergencyPlan, ...] = ()
    drills: tuple[Drill, ...] = ()
    fire_checks: tuple[FireCheck, ...] = ()
    fire_equipment: tuple[FireEquipment, ...] = ()
    panic_tests: tuple[PanicTest, ...] = ()
    logs: tuple[DailyLog, ...] = ()
    incidents: tuple[Incident, ...] = ()
    hazards: tuple[Hazard, ...] = ()
    child_months: tuple[ChildMonth, ...] = ()
    day_exceptions: tuple[DayException, ...] = ()
    notice_steps: tuple[NoticeStep, ...] = ()
    log_starts: Mapping[LogKind, date] = field(default_factory=dict)

    def entries(self) -> tuple[Entry, ...]:
        """Return every entry of every kind."""
        return (
            *self.papers,
            *self.classes,
            *self.staff,
            *self.plans,
            *self.drills,
            *self.fire_checks,
            *self.fire_equipment,
            *self.panic_tests,
            *self.logs,
            *self.incidents,
            *self.hazards,
            *self.child_months,
            *self.day_exceptions,
            *self.notice_steps,
        )

    def operating_days(self, first: date, last: date) -> tuple[date, ...]:
        """Return the days of operation from ``first`` to ``last``: working days and exceptions."""
        exceptions = {item.day: item.open for item in self.day_exceptions}
        days = (first + timedelta(days=offset) for offset in range((last - first).days + 1))
        return tuple(day for day in days if exceptions.get(day, PUBLIC.is_working(day)))

    def notice_state(self, on: date) -> NoticeState | None:
        """Return how the Notice stands by the last decision up to a day, if there is one."""
        steps = [step for step in self.notice_steps if step.decided <= on]
        return max(steps, key=lambda step: (step.decided, step.nth)).state if steps else None


_KEYS: dict[type[Entry], tuple[str, ...]] = {
    Paper: ("kind", "number"),
    ClassGroup: ("id",),
    StaffMember: ("number",),
    EmergencyPlan: ("kind",),
    Drill: ("kind", "held", "nth"),
    FireCheck: ("kind", "done"),
    FireEquipment: ("number",),
    NoticeStep: ("decided", "nth"),
    PanicTest: ("done", "nth"),
    DailyLog: ("kind", "day"),
    Incident: ("number",),
    Hazard: ("number",),
    ChildMonth: ("month",),
    DayException: ("day",),
}


def key_fields(kind: type[Entry]) -> tuple[str, ...]:
    """Return the fields that identify an entry of this kind within its institution."""
    return _KEYS[kind]


def entry_key(entry: Entry) -> tuple[object, ...]:
    """Return what identifies this entry among those of its kind in its institution."""
    return tuple(getattr(entry, name) for name in key_fields(type(entry)))


def key_text(entry: Entry) -> str:
    """Return an entry's key as one line, for addresses and histories.

    The first of a day is named without its number.
    """
    names, values = key_fields(type(entry)), entry_key(entry)
    if names[-1] == "nth" and values[-1] == 1:
        values = values[:-1]
    return "|".join(str(value) for value in values)


def log_starts(logs: tuple[DailyLog, ...]) -> dict[LogKind, date]:
    """Return the first day on which each kind of log was kept."""
    starts: dict[LogKind, date] = {}
    for log in logs:
        starts[log.kind] = min(log.day, starts.get(log.kind, log.day))
    return starts
