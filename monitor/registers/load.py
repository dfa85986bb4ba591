"""From a register file to the domain's :class:`~monitor.domain.registers.Register`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from monitor.documents import Complaint, Document, Location, checked, read_document, refusal
from monitor.domain.errors import WrongValueError
from monitor.domain.registers import (
    ChildMonth,
    ClassGroup,
    DailyLog,
    DayException,
    Drill,
    EmergencyPlan,
    Entry,
    FireCheck,
    FireEquipment,
    Hazard,
    Incident,
    NoticeStep,
    PanicTest,
    Paper,
    Register,
    StaffMember,
    entry_key,
    log_starts,
)
from monitor.domain.text import Text
from monitor.registers.schema import (
    ClassPart,
    HazardPart,
    LogPart,
    Part,
    RegisterFile,
    RegisterPart,
)

_KEEP_ONE = Text("只保留一个", "keep one of the two")
_LISTS: dict[str, type[Any]] = {
    "papers": Paper,
    "staff": StaffMember,
    "plans": EmergencyPlan,
    "drills": Drill,
    "fire_checks": FireCheck,
    "fire_equipment": FireEquipment,
    "panic_tests": PanicTest,
    "incidents": Incident,
    "child_months": ChildMonth,
    "day_exceptions": DayException,
    "notice_steps": NoticeStep,
}

ENTRY_KINDS: dict[str, type[Entry]] = {
    **_LISTS,
    "classes": ClassGroup,
    "hazards": Hazard,
    "logs": DailyLog,
}
"""The kind of entry in each book, by the book's name in a file."""


def load_registers(path: Path, today: date | None = None) -> tuple[Register, ...]:
    """Read the YAML or JSON file at ``path``: one register an institution, in file order.

    With ``today``, days may be written as ``today-10d``; without, only as calendar days.

    Raises:
        ConfigError: one or more mistakes, each with file, line and what to do.
    """
    return parse_registers(read_document(path), today)


def parse_registers(document: Document, today: date | None = None) -> tuple[Register, ...]:
    """Check a parsed document and return its registers.

    Raises:
        ConfigError: one or more mistakes, each with file, line and what to do.
    """
    file = checked(document, RegisterFile, {"today": today})
    registers = tuple(_register(part) for part in file.registers)
    mistakes = list(_repeated(file, registers))
    if mistakes:
        raise refusal(document, mistakes)
    return registers


def entry_of(part: Part, kind: type[Entry]) -> Entry:
    """Return the entry that a checked part describes; a daily log must be of a single day."""
    if isinstance(part, ClassPart):
        return _class(part)
    if isinstance(part, HazardPart):
        return _hazard(part)
    if isinstance(part, LogPart):
        if part.day is None:
            raise WrongValueError(
                Text("多天的记录不是一条", "a log of several days is no single entry")
            )
        return DailyLog(part.kind, part.day, part.done_by, part.amount, part.note)
    entry: Entry = _entry(part, kind)
    return entry


def _register(part: RegisterPart) -> Register:
    plain: dict[str, Any] = {
        name: tuple(_entry(entry, kind) for entry in getattr(part, name))
        for name, kind in _LISTS.items()
    }
    register = Register(
        part.institution,
        **plain,
        classes=tuple(_class(item) for item in part.classes),
        hazards=tuple(_hazard(item) for item in part.hazards),
    )
    logs = tuple(log for item in part.logs for log in _logs(item, register))
    return replace(register, logs=logs, log_starts=log_starts(logs))


def _entry(part: Part, kind: type[Any]) -> Any:
    return kind(**{name: getattr(part, name) for name in type(part).model_fields})


def _class(part: ClassPart) -> ClassGroup:
    return ClassGroup(
        part.id,
        part.text(),
        part.class_type,
        part.enrolled,
        part.room,
        part.capacity,
        part.carers,
    )


def _hazard(part: HazardPart) -> Hazard:
    return Hazard(part.number, part.summary, part.opened, part.due, part.closed, part.item)


def _logs(part: LogPart, register: Register) -> Iterator[DailyLog]:
    days: tuple[date, ...] = () if part.day is None else (part.day,)
    if part.first is not None and part.last is not None:
        days = register.operating_days(part.first, part.last)
    for day in days:
        if day not in part.without:
            yield DailyLog(part.kind, day, part.done_by, part.amount, part.note)


def _repeated(file: RegisterFile, registers: tuple[Register, ...]) -> Iterator[Complaint]:
    institutions: set[str] = set()
    for index, (part, register) in enumerate(zip(file.registers, registers, strict=True)):
        at: Location = ("registers", index)
        if part.institution in institutions:
            yield Complaint(
                (*at, "institution"),
                Text(
                    f"机构“{part.institution}”有两份登记簿",
                    f"institution '{part.institution}' has two registers",
                ),
                Text("合并为一份", "join them into one"),
            )
        institutions.add(part.institution)
        for name in (*_LISTS, "classes", "hazards"):
            yield from _same_key(getattr(register, name), (*at, name))
        yield from _same_day(part, register, (*at, "logs"))


def _same_key(entries: Sequence[Entry], at: Location) -> Iterator[Complaint]:
    seen: set[tuple[object, ...]] = set()
    for index, entry in enumerate(entries):
        key = entry_key(entry)
        if key in seen:
            shown = ", ".join(str(value) for value in key)
            yield Complaint(
                (*at, index), Text(f"“{shown}”出现两次", f"'{shown}' appears twice"), _KEEP_ONE
            )
        seen.add(key)


def _same_day(part: RegisterPart, register: Register, at: Location) -> Iterator[Complaint]:
    seen: set[tuple[object, ...]] = set()
    for index, item in enumerate(part.logs):
        keys = {entry_key(log) for log in _logs(item, register)}
        if twice := keys & seen:
            day = min(str(key[1]) for key in twice)
            yield Complaint(
                (*at, index),
                Text(
                    f"{day} 的“{item.kind}”记录出现两次",
                    f"a record '{item.kind}' of {day} appears twice",
                ),
                Text(
                    "缩短其中一段时间，或删除其中一条记录",
                    "shorten one of the two ranges, or remove one of the two records",
                ),
            )
        seen |= keys
