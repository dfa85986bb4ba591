"""Every metric of the checklist a second time: from rows of tables, by other means.

Nothing of :mod:`monitor.inspections` is used, nor any repository: what they say is to be checked.
A reading is a value and whether it may be judged; ``broken`` fails whatever the value says.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import median
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import select

from monitor.detectors.rules import rules_for
from monitor.domain.places import CHILDREN_PER_CARER, CLASS_CAPACITY, ClassType, District
from monitor.domain.workdays import PUBLIC
from monitor.store.base import Base, Database

Row = Mapping[str, Any]
_ZONE = ZoneInfo("Asia/Shanghai")
_COVERED = {"activity", "nap", "dining", "outdoor"}
_ACTIVE = ("open", "acknowledged")


class Reading(NamedTuple):
    """A value, and ``judged``: by its threshold, as ``broken``, or not at all (``unknown``)."""

    value: float | None
    judged: str = "yes"


UNKNOWN = Reading(None, "unknown")


@dataclass(frozen=True)
class Books:
    """All rows about one institution, and the month that is looked at."""

    rows: Mapping[str, list[Row]]
    district: District
    institution: str
    first: date
    last: date
    start: datetime
    end: datetime

    def of(self, table: str, **wanted: Any) -> list[Row]:
        """Return rows whose columns have the wanted values."""
        return [
            row
            for row in self.rows[table]
            if all(row[name] == value for name, value in wanted.items())
        ]

    @property
    def reported(self) -> bool:
        """Whether the institution has reported anything at all."""
        return any(rows for name, rows in self.rows.items() if name.startswith("register_"))

    @property
    def cameras(self) -> list[Row]:
        """The cameras in use."""
        return self.of("camera", enabled=True)

    def operating(self) -> list[date]:
        """Return the days of operation."""
        odd = {row["day"]: row["open"] for row in self.rows["register_day_exception"]}
        days = [self.first + timedelta(days=n) for n in range((self.last - self.first).days + 1)]
        return [day for day in days if odd.get(day, PUBLIC.is_working(day))]


def read_books(
    database: Database, district: District, institution: str, first: date, last: date
) -> Books:
    """Read everything about an institution from the tables themselves."""
    tables = Base.metadata.tables
    found: dict[str, list[Row]] = {}
    with database.reading() as session:
        for name, table in tables.items():
            if "institution_id" in table.c or name == "institution":
                column = table.c.id if name == "institution" else table.c.institution_id
                rows = session.execute(select(table).where(column == institution))
                found[name] = [dict(row) for row in rows.mappings()]
        rooms = [row["id"] for row in found["room"]]
        cameras = session.execute(
            select(tables["camera"]).where(tables["camera"].c.room_id.in_(rooms))
        )
        found["camera"] = [dict(row) for row in cameras.mappings()]
        ids = [row["id"] for row in found["camera"]]
        for name in ("camera_interval", "camera_status", "recording_segment"):
            table = tables[name]
            of_camera = session.execute(select(table).where(table.c.camera_id.in_(ids)))
            found[name] = [dict(row) for row in of_camera.mappings()]
        status = tables["room_status"]
        found["room_status"] = [
            dict(row)
            for row in session.execute(select(status).where(status.c.room_id.in_(rooms))).mappings()
        ]
        steps = tables["alert_step"]
        alerts = [row["id"] for row in found["alert"]]
        found["alert_step"] = [
            dict(row)
            for row in session.execute(select(steps).where(steps.c.alert_id.in_(alerts))).mappings()
        ]
    start = datetime(first.year, first.month, first.day, tzinfo=_ZONE)
    following = last + timedelta(days=1)
    end = datetime(following.year, following.month, following.day, tzinfo=_ZONE)
    return Books(found, district, institution, first, last, start, end)


def _unexplained(books: Books) -> Reading:
    if not books.cameras:
        return UNKNOWN
    looked = [
        json.loads(row["content"])
        for row in books.rows["access_entry"]
        if row["kind"] in ("viewed", "export_downloaded") and books.start <= row["at"] < books.end
    ]
    return Reading(sum(not str(entry["reason"]).strip() for entry in looked))


def _days_left(books: Books, *kinds: str) -> Reading:
    if not books.reported:
        return UNKNOWN
    left: list[int] = []
    missing = 0
    for kind in kinds:
        ends = [row["expires"] for row in books.of("register_paper", kind=kind)]
        if not ends:
            missing += 1
        elif None not in ends:
            left.append((max(ends) - books.last).days)
    soonest = min(left, default=None)
    if missing and (soonest is None or soonest > 0):
        return Reading(soonest, "unknown")
    return Reading(soonest)


def _licence(books: Books) -> Reading:
    decided = [row for row in books.rows["register_notice_step"] if row["decided"] <= books.last]
    decided.sort(key=lambda row: row["decided"])
    state = decided[-1]["state"] if decided else books.rows["institution"][0]["notice_state"]
    if state in ("rectification", "suspended", "closed"):
        return Reading(None, "broken")
    if state == "applying":
        return Reading(None, "unknown")
    return _days_left(books, "notice", "registration", "filing")


def _staff(books: Books, *roles: str) -> list[Row]:
    return [
        row
        for row in books.rows["register_staff"]
        if (row["left"] is None or row["left"] >= books.last)
        and (not roles or row["role"] in roles)
    ]


def _count(books: Books, people: list[Row], bad: Callable[[Row], bool]) -> Reading:
    return Reading(sum(map(bad, people))) if books.reported and people else UNKNOWN


def _unhealthy(books: Books) -> Callable[[Row], bool]:
    return lambda row: (row["health_certificate_expires"] or date.min) < books.last


def _uncertified(books: Books) -> Callable[[Row], bool]:
    return lambda row: (
        not row["certificate_number"] or (row["certificate_expires"] or date.max) < books.last
    )


def _oldest(books: Books, people: list[Row], column: str) -> Reading:
    if not books.reported or not people:
        return UNKNOWN
    known = [row[column] for row in people if row[column] is not None]
    age = (books.last - min(known)).days if known else None
    return Reading(age, "yes" if len(known) == len(people) else "broken")


def _criminal(books: Books) -> Reading:
    if any(row["banned"] for row in _staff(books)):
        return Reading(None, "broken")
    return _oldest(books, _staff(books), "criminal_check")


def _ban(books: Books) -> Reading:
    if any(row["banned"] for row in _staff(books)):
        return Reading(None, "broken")
    return _oldest(books, _staff(books), "ban_check")


def _longest_certificate(books: Books, role: str) -> Reading:
    people = _staff(books, role)
    if not books.reported or not people:
        return UNKNOWN
    ends = [row["certificate_expires"] or date.max for row in people if row["certificate_number"]]
    if not ends:
        return Reading(None, "broken")
    return Reading(None if max(ends) == date.max else (max(ends) - books.last).days)


def _age(books: Books, rows: Iterable[Row], column: str, good: str | None = None) -> Reading:
    rows = sorted(rows, key=lambda row: row[column])
    if not books.reported or not rows:
        return UNKNOWN
    failed = good is not None and not rows[-1][good]
    return Reading((books.last - rows[-1][column]).days, "broken" if failed else "yes")


def _drill(books: Books, *, fire: bool) -> Reading:
    drills = books.rows["register_drill"]
    if not books.reported or not drills:
        return UNKNOWN
    held = [row for row in drills if (row["kind"] == "fire") is fire and row["held"] <= books.last]
    return _age(books, held, "held") if held else Reading(None, "broken")


def _plans(books: Books) -> Reading:
    plans = books.rows["register_plan"]
    if not books.reported or not plans:
        return UNKNOWN
    newest: dict[str, date] = {}
    for row in sorted(plans, key=lambda row: row["version"]):
        newest[row["kind"]] = row["version"]
    age = (books.last - min(newest.values())).days
    return Reading(age, "yes" if len(newest) == 7 else "broken")


def _log_missing(books: Books, kind: str) -> Reading:
    days = {row["day"] for row in books.of("register_log", kind=kind)}
    if not books.reported or not days or min(days) > books.last:
        return UNKNOWN
    due = books.operating()
    missing = [day for day in due if day >= min(days) and day not in days]
    if not missing and (not due or due[0] < min(days)):
        return Reading(0, "unknown")
    return Reading(len(missing))


def _outdoor(books: Books) -> Reading:
    due = books.operating()
    minutes = [
        row["amount"]
        for row in books.of("register_log", kind="outdoor")
        if row["day"] in due and row["amount"] is not None
    ]
    if not books.reported or not minutes:
        return UNKNOWN
    return Reading(median(minutes), "yes" if 2 * len(minutes) >= len(due) else "unknown")


def _hazards(books: Books) -> Reading:
    end = books.last + timedelta(days=1)
    left = datetime(end.year, end.month, end.day, tzinfo=_ZONE)
    found = Counter(
        row["item_id"]
        for row in books.of("finding", state="open")
        if row["raised"] < left and row["due"] < books.last
    )
    late = list(found.elements())
    late += [
        row["number"]
        for row in books.of("register_hazard", closed=None)
        if row["opened"] <= books.last and row["due"] < books.last and not found[row["item_id"]]
    ]
    if not books.reported:
        return Reading(len(late)) if late else UNKNOWN
    looked = [
        row
        for row in books.of("register_log", kind="facility_check")
        if books.first <= row["day"] <= books.last
    ]
    return Reading(len(late), "yes" if late or looked else "unknown")


def _child_months(books: Books, whole: str, part: str) -> Reading:
    rows = [row for row in books.rows["register_child_month"] if row["month"] == books.first]
    if not books.reported or not rows:
        return UNKNOWN
    return Reading(sum(row[whole] - row[part] for row in rows))


def _over_capacity(books: Books) -> Reading:
    classes = books.rows["register_class"]
    if not books.reported or not classes:
        return UNKNOWN
    over = [
        row
        for row in classes
        if row["enrolled"] > CLASS_CAPACITY[ClassType(row["class_type"])]
        or (row["capacity"] is not None and row["enrolled"] > row["capacity"])
    ]
    return Reading(len(over))


def _live_ratio(books: Books) -> Reading:
    classes = {row["id"]: row["class_type"] for row in books.of("room") if row["class_type"]}
    verdicts = []
    for row in books.rows["room_status"]:
        if row["room_id"] not in classes or row["children"] == 0:
            continue
        most = CHILDREN_PER_CARER[ClassType(classes[row["room_id"]])]
        if most is None or row["view"] != "full":
            verdicts.append("unsure")
        elif row["adults"] * most >= row["children"] + row["unknown"]:
            verdicts.append("met")
        else:
            might = (row["adults"] + row["unknown"]) * most >= row["children"]
            verdicts.append("unsure" if might else "short")
    if not verdicts:
        return UNKNOWN
    counts = Counter(verdicts)
    judged = counts["short"] or not counts["unsure"]
    return Reading(counts["met"] / len(verdicts), "yes" if judged else "unknown")


def _bare_rooms(books: Books) -> Reading:
    needed = [row["id"] for row in books.of("room") if row["type"] in _COVERED]
    seen = {row["room_id"] for row in books.cameras}
    return Reading(len(set(needed) - seen)) if needed else UNKNOWN


def _seconds(books: Books, camera: str, *, online: bool) -> list[float]:
    return [
        max(0.0, (min(row["end"], books.end) - max(row["start"], books.start)).total_seconds())
        for row in books.of("camera_interval", camera_id=camera, online=online)
    ]


def _online(books: Books, cameras: list[Row], most_hours: float) -> Reading:
    if not cameras:
        return UNKNOWN
    up = [sum(_seconds(books, row["id"], online=True)) for row in cameras]
    off = [_seconds(books, row["id"], online=False) for row in cameras]
    known = [here + sum(away) for here, away in zip(up, off, strict=True)]
    if min(known) == 0:
        return UNKNOWN
    share = sum(here / whole for here, whole in zip(up, known, strict=True)) / len(cameras)
    longest = max((max(away, default=0.0) for away in off), default=0.0)
    if min(known) < 24 * 3600:
        return Reading(round(share, 4), "unknown")
    return Reading(round(share, 4), "broken" if longest > most_hours * 3600 else "yes")


def _kitchen(books: Books) -> Reading:
    kitchens = {row["id"] for row in books.of("room", type="kitchen")}
    return _online(books, [row for row in books.cameras if row["room_id"] in kitchens], 24 * 31)


def _connected(books: Books) -> Reading:
    cameras = {row["id"] for row in books.cameras}
    if not cameras or not books.rows["camera_status"]:
        return UNKNOWN
    up = {row["camera_id"] for row in books.of("camera_status", state="online")}
    return Reading(round(len(cameras & up) / len(cameras), 4))


def _faults(books: Books) -> Reading:
    cameras = {row["id"] for row in books.cameras}
    if not cameras or not books.rows["camera_status"]:
        return UNKNOWN
    return Reading(sum(row["fault"] is not None for row in books.rows["camera_status"]))


def _footage(books: Books) -> Reading:
    runs, young = [], []
    for camera in books.cameras:
        kept = {
            row["start"].astimezone(_ZONE).date()
            for row in books.of("recording_segment", camera_id=camera["id"])
        }
        gap = books.last
        while gap in kept:
            gap -= timedelta(days=1)
        runs.append((books.last - gap).days)
        since = books.of("camera_status", camera_id=camera["id"])[0]["since"]
        young.append(runs[-1] >= (books.last - since.astimezone(_ZONE).date()).days)
    if not runs:
        return UNKNOWN
    return Reading(min(runs), "unknown" if min(runs) < 90 and all(young) else "yes")


def _raised(books: Books, rule: str, rooms: set[str]) -> list[Row]:
    return [
        row
        for row in books.of("alert", rule=rule)
        if row["room_id"] in rooms
        and row["raised"] < books.end
        and (row["raised"] >= books.start or row["state"] in _ACTIVE)
    ]


def _watched(books: Books, rule: str, rooms: set[str]) -> set[str]:
    found = set()
    for room in books.district.rooms_of(books.institution):
        cameras = [one for one in books.district.cameras_of(room.id) if one.enabled]
        if cameras and rule in {one.name for one in rules_for(room, cameras)}:
            found.add(room.id)
    return found & rooms


def _seen_enough(books: Books, rooms: set[str]) -> bool:
    cameras = [row["id"] for row in books.cameras if row["room_id"] in rooms]
    up = sum(sum(_seconds(books, camera, online=True)) for camera in cameras)
    whole = (books.end - books.start).total_seconds() * len(cameras)
    return whole > 0 and up / whole >= 0.5


def _not_closed(books: Books, rule: str, kind: str | None = None) -> Reading:
    rooms = {row["id"] for row in books.of("room") if kind is None or row["type"] == kind}
    alerts, watched = _raised(books, rule, rooms), _watched(books, rule, rooms)
    if not rooms or (not watched and not alerts):
        return UNKNOWN
    still = sum(row["state"] in _ACTIVE for row in alerts)
    return Reading(still, "yes" if still or _seen_enough(books, watched) else "unknown")


def _crowding(books: Books) -> Reading:
    rooms = {row["id"] for row in books.of("room")}
    alerts, watched = _raised(books, "crowding", rooms), _watched(books, "crowding", rooms)
    if not watched and not alerts:
        return UNKNOWN
    sure: Counter[tuple[str, str | None]] = Counter()
    perhaps: Counter[tuple[str, str | None]] = Counter()
    for row in alerts:
        where = (row["room_id"], row["zone_id"])
        sure[where] += row["state"] in ("acknowledged", "resolved")
        perhaps[where] += row["state"] in ("acknowledged", "resolved", "open")
    most, might = max(sure.values(), default=0), max(perhaps.values(), default=0)
    doubt = most <= 1 and (might > 1 or not _seen_enough(books, watched))
    return Reading(most, "unknown" if doubt else "yes")


def _acknowledged(books: Books) -> Reading:
    first: dict[int, datetime] = {}
    for row in sorted(books.rows["alert_step"], key=lambda row: row["at"], reverse=True):
        if row["action"] == "acknowledge":
            first[row["alert_id"]] = row["at"]
    limit = timedelta(seconds=120)
    counted = [
        first[row["id"]] - row["raised"] <= limit if row["id"] in first else False
        for row in books.of("alert")
        if row["severity"] in ("critical", "high")
        and books.start <= row["raised"] < books.end
        and (row["id"] in first or books.end - row["raised"] > limit)
    ]
    return Reading(round(sum(counted) / len(counted), 4)) if counted else UNKNOWN


AGAIN: Mapping[str, Callable[[Books], Reading]] = {
    "licence_days_to_expiry_min": _licence,
    "fire_cert_days_to_expiry": lambda books: _days_left(books, "fire_certificate"),
    "insurance_days_to_expiry": lambda books: _days_left(books, "insurance"),
    "food_licence_days_to_expiry": lambda books: _days_left(books, "food_licence"),
    "live_ratio_ok_rooms_share": _live_ratio,
    "ratio_breach_confirmed_open": lambda books: _not_closed(books, "ratio_breach"),
    "class_enrolled_over_cap_count": _over_capacity,
    "staff_cert_invalid_count": lambda books: _count(
        books, _staff(books, "manager", "carer", "health_worker", "guard"), _uncertified(books)
    ),
    "criminal_check_age_days_max": _criminal,
    "ban_check_age_days_max": _ban,
    "guard_cert_days_to_expiry": lambda books: _longest_certificate(books, "guard"),
    "first_aid_training_age_days_max": lambda books: _oldest(
        books, _staff(books, "carer", "health_worker"), "first_aid_training"
    ),
    "required_zones_without_camera": _bare_rooms,
    "recording_days_available_min": _footage,
    "camera_online_ratio_month": lambda books: _online(books, books.cameras, 24),
    "required_channels_registered_share": _connected,
    "camera_health_open_faults": _faults,
    "access_without_reason_count": _unexplained,
    "panic_test_age_days": lambda books: _age(
        books, books.rows["register_panic_test"], "done", "connected"
    ),
    "unattended_confirmed_open": lambda books: _not_closed(books, "unattended_child"),
    "critical_ack_within_120s_share": _acknowledged,
    "crowding_confirmed_same_zone_max": _crowding,
    "attendance_headcount_mismatch_open": lambda books: _not_closed(books, "headcount_mismatch"),
    "exit_alone_confirmed_open": lambda books: _not_closed(books, "exit_alone"),
    "fire_patrol_days_missing": lambda books: _log_missing(books, "fire_patrol"),
    "fire_drill_age_days": lambda books: _drill(books, fire=True),
    "fire_system_test_age_days": lambda books: _age(
        books, books.of("register_fire_check", kind="system_test"), "done", "passed"
    ),
    "nap_unattended_confirmed_open": lambda books: _not_closed(books, "unattended_child", "nap"),
    "overdue_hazards": _hazards,
    "emergency_plan_age_days_max": _plans,
    "other_drill_age_days": lambda books: _drill(books, fire=False),
    "staff_health_cert_invalid_count": lambda books: _count(
        books, _staff(books), _unhealthy(books)
    ),
    "health_worker_cert_days_to_expiry": lambda books: _longest_certificate(books, "health_worker"),
    "child_entry_record_missing_count": lambda books: _child_months(
        books, "entered", "entry_complete"
    ),
    "health_check_days_missing": lambda books: _log_missing(books, "health_check"),
    "absence_without_reason_count": lambda books: _child_months(
        books, "absences", "absences_explained"
    ),
    "outdoor_minutes_median": _outdoor,
    "disinfection_log_days_missing": lambda books: _log_missing(books, "disinfection"),
    "food_sample_days_missing": lambda books: _log_missing(books, "food_sample"),
    "food_handler_cert_invalid_count": lambda books: _count(
        books,
        [row for row in _staff(books) if row["handles_food"] or row["role"] == "cook"],
        _unhealthy(books),
    ),
    "kitchen_camera_online_ratio_month": _kitchen,
}
