"""Every change of a register is kept, and a file never undoes what a person did."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from monitor.domain.access import DISTRICT, Scope, ScopeKind
from monitor.domain.alerts import Actor
from monitor.domain.attendance import Direction, Movement, RollCall
from monitor.domain.errors import ConflictError, InputError, NotFoundError, PermissionDeniedError
from monitor.domain.places import ClassType, District, Institution, NoticeState
from monitor.domain.registers import ClassGroup, NoticeStep, Register, StaffMember, StaffRole
from monitor.domain.text import Text
from monitor.store.attendance import AttendanceRepository
from monitor.store.base import Database
from monitor.store.place_repository import PlaceRepository
from monitor.store.register_changes import Author, ChangeAction, Origin, RegisterHistory
from monitor.store.register_repository import MergeReport, RegisterRepository

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
MIDNIGHT = datetime(2026, 11, 22, 16, 0, tzinfo=UTC)
HEAD = Author(Actor(7, "园长"), Origin.PAGE)
COOK = StaffMember("S1", "孙国强", StaffRole.COOK)
GROUP = ClassGroup("t", Text("托小班", "Toddlers"), ClassType.TODDLER, 12, "room-t")


@pytest.fixture
def registers(database: Database) -> RegisterRepository:
    institutions = tuple(Institution(name, Text(name, name), "") for name in ("sun", "moon"))
    PlaceRepository(database).sync(District("d", Text("区", "D"), institutions=institutions), NOW)
    return RegisterRepository(database)


def test_a_file_adds_but_never_undoes_what_a_person_did(
    registers: RegisterRepository, database: Database
) -> None:
    file = Register("sun", staff=(COOK, replace(COOK, number="S2")))
    assert registers.merge(file, NOW) == MergeReport(2, 0, 0)
    registers.put("sun", [replace(COOK, left=date(2026, 11, 20))], NOW, HEAD)
    kept = registers.entry(DISTRICT, "sun", "staff", "S2")
    registers.remove("sun", "staff", "S2", NOW, HEAD, kept.mark)
    assert registers.merge(file, NOW) == MergeReport(0, 0, 2)
    (left,) = registers.entries(DISTRICT, "sun", "staff")
    assert left.entry == replace(COOK, left=date(2026, 11, 20))
    history = RegisterHistory(database).of(DISTRICT, "sun")
    assert [change.action for change in history] == [
        ChangeAction.REMOVED,
        ChangeAction.CHANGED,
        ChangeAction.ADDED,
        ChangeAction.ADDED,
    ]
    assert history[1].fields == ("left",)
    assert (history[1].by, history[1].origin) == ("园长", Origin.PAGE)
    assert RegisterHistory(database).of(Scope(ScopeKind.INSTITUTION, "moon"), "sun") == ()


def test_nobody_overwrites_what_they_have_not_seen(registers: RegisterRepository) -> None:
    registers.put("sun", [COOK], NOW, HEAD, seen="")
    with pytest.raises(ConflictError):
        registers.put("sun", [replace(COOK, name="别人")], NOW, HEAD, seen="")
    with pytest.raises(ConflictError):
        registers.remove("sun", "staff", "S1", NOW, HEAD, "0" * 16)
    with pytest.raises(NotFoundError):
        registers.remove("moon", "staff", "S1", NOW, HEAD, "")
    assert registers.preview("sun", [COOK, replace(COOK, number="S9")]) == MergeReport(1, 0, 1)


def test_the_notice_stands_as_last_decided() -> None:
    steps = (
        NoticeStep(date(2026, 1, 5), NoticeState.GRANTED),
        NoticeStep(date(2026, 10, 1), NoticeState.SUSPENDED, "消防"),
    )
    register = Register("sun", notice_steps=steps)
    assert register.notice_state(date(2025, 12, 31)) is None
    assert register.notice_state(date(2026, 9, 30)) is NoticeState.GRANTED
    assert register.notice_state(date(2026, 10, 1)) is NoticeState.SUSPENDED


def test_children_are_counted_by_class_room_and_time(
    registers: RegisterRepository, database: Database
) -> None:
    registers.put("sun", [GROUP], NOW)
    attendance = AttendanceRepository(database)
    by = Actor(7, "赵敏")

    def move(direction: Direction, children: int, minutes: int, **more: str) -> int:
        at = NOW + timedelta(minutes=minutes)
        movement = Movement("t", at, direction, children, more.get("place", ""))
        return attendance.record("sun", movement, MIDNIGHT, at, by, more.get("code", ""))

    assert move(Direction.ARRIVAL, 8, 0) == 8
    assert move(Direction.ARRIVAL, 3, 10) == 11
    with pytest.raises(ConflictError, match="11 are signed in"):
        move(Direction.DEPARTURE, 12, 20)
    code = attendance.issue_code("sun", "t", "07", NOW, by)
    with pytest.raises(PermissionDeniedError):
        move(Direction.DEPARTURE, 1, 20, place="08", code=code)
    assert move(Direction.DEPARTURE, 1, 20, place="07", code=code) == 10
    (entry,) = attendance.codes(DISTRICT, "sun")
    attendance.withdraw_code("sun", entry.id, NOW)
    with pytest.raises(PermissionDeniedError):
        move(Direction.DEPARTURE, 1, 25, place="07", code=code)
    for minutes, count in (
        (-1, {}),
        (0, {"sun": RollCall(8, {"room-t": 8})}),
        (15, {"sun": RollCall(11, {"room-t": 11})}),
        (30, {"sun": RollCall(10, {"room-t": 10})}),
    ):
        at = NOW + timedelta(minutes=minutes)
        assert attendance.roll_calls(["sun", "moon"], MIDNIGHT, at) == count
    tomorrow = MIDNIGHT + timedelta(days=1)
    assert attendance.roll_calls(["sun"], tomorrow, tomorrow) == {}
    with pytest.raises(InputError):
        move(Direction.ARRIVAL, 0, 30)
    with pytest.raises(NotFoundError):
        attendance.issue_code("moon", "t", "07", NOW, by)


def test_the_roll_call_holds_classes_without_a_room_too(
    registers: RegisterRepository, database: Database
) -> None:
    groups = [GROUP, replace(GROUP, id="u"), replace(GROUP, id="v", room_id=None)]
    registers.put("sun", groups, NOW)
    registers.put("moon", [GROUP], NOW)
    attendance = AttendanceRepository(database)
    for institution, group, children in (("sun", "t", 8), ("sun", "u", 3), ("sun", "v", 4)):
        movement = Movement(group, NOW, Direction.ARRIVAL, children)
        attendance.record(institution, movement, MIDNIGHT, NOW, Actor(7, "赵敏"))
    assert attendance.roll_calls(["sun", "moon"], MIDNIGHT, NOW) == {
        "sun": RollCall(15, {"room-t": 11})
    }
    assert attendance.roll_calls(["moon"], MIDNIGHT, NOW) == {}
