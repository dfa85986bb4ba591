"""Keeps registers: files are merged in, single entries are put, nothing is lost by either."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, fields
from datetime import date, datetime
from enum import Enum
from typing import Any, get_type_hints

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from monitor.domain.access import Scope
from monitor.domain.alerts import SYSTEM
from monitor.domain.errors import ConflictError, NotFoundError
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
    LogKind,
    NoticeStep,
    PanicTest,
    Paper,
    Register,
    StaffMember,
    key_fields,
    key_text,
)
from monitor.domain.text import Text
from monitor.store.base import Database
from monitor.store.locks import take_turn
from monitor.store.places import InstitutionRow
from monitor.store.register_changes import (
    Author,
    Origin,
    fingerprint,
    note_change,
    touched_by_people,
)
from monitor.store.registers import (
    ChildMonthRow,
    ClassRow,
    DayExceptionRow,
    DrillRow,
    FireCheckRow,
    FireEquipmentRow,
    HazardRow,
    IncidentRow,
    LogRow,
    NoticeStepRow,
    PanicTestRow,
    PaperRow,
    PlanRow,
    RegisterRow,
    StaffRow,
)
from monitor.store.scope import within
from monitor.store.text import clean_text

_LONGEST = 500
_MOST_ENTRIES = 100_000
_PLACES: dict[type[Entry], tuple[str, type[Any]]] = {
    Paper: ("papers", PaperRow),
    ClassGroup: ("classes", ClassRow),
    StaffMember: ("staff", StaffRow),
    EmergencyPlan: ("plans", PlanRow),
    Drill: ("drills", DrillRow),
    FireCheck: ("fire_checks", FireCheckRow),
    FireEquipment: ("fire_equipment", FireEquipmentRow),
    PanicTest: ("panic_tests", PanicTestRow),
    DailyLog: ("logs", LogRow),
    Incident: ("incidents", IncidentRow),
    Hazard: ("hazards", HazardRow),
    ChildMonth: ("child_months", ChildMonthRow),
    DayException: ("day_exceptions", DayExceptionRow),
    NoticeStep: ("notice_steps", NoticeStepRow),
}
BOOKS: dict[str, type[Entry]] = {name: kind for kind, (name, _) in _PLACES.items()}
"""The kind of entry in each book of a register, by the book's name."""
FROM_FILE = Author(SYSTEM, Origin.FILE)
"""Whoever loads a register file."""
_COLUMNS: dict[tuple[type[Entry], str], str] = {(ClassGroup, "id"): "class_key"}


@dataclass(frozen=True, slots=True)
class MergeReport:
    """How many entries were new, how many changed, and how many said what was known already."""

    added: int
    changed: int
    unchanged: int

    def __add__(self, other: MergeReport) -> MergeReport:
        return MergeReport(
            self.added + other.added,
            self.changed + other.changed,
            self.unchanged + other.unchanged,
        )


@dataclass(frozen=True, slots=True)
class KeptEntry:
    """An entry as kept: its key as text, and a ``mark`` that changes with each version."""

    entry: Entry
    key: str
    mark: str
    updated: datetime


class RegisterRepository:
    """Writes and reads the registers of institutions."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def merge(self, register: Register, now: datetime) -> MergeReport:
        """Add the entries of a register file to those kept; what has the same key is replaced.

        Entries that a person has changed or removed stay as that person left them.

        Raises:
            NotFoundError: the configuration has no such institution.
        """
        with self._database.transaction() as session:
            _must_exist(session, register.institution_id)
            touched = touched_by_people(session, register.institution_id)
            entries = register.entries()
            free = [item for item in entries if (book_of(item), key_text(item)) not in touched]
            report = _put(session, register.institution_id, free, FROM_FILE, now)
        return report + MergeReport(0, 0, len(entries) - len(free))

    def put(
        self,
        institution_id: str,
        entries: Iterable[Entry],
        now: datetime,
        author: Author = FROM_FILE,
        *,
        seen: str | None = None,
    ) -> MergeReport:
        """Add single entries, or replace those with the same key; each change is written down.

        ``seen`` is the mark of the one entry as its author last saw it, empty for a new one.

        Raises:
            NotFoundError: the configuration has no such institution.
            ConflictError: the entry is not any more as it was ``seen``.
        """
        with self._database.transaction() as session:
            _must_exist(session, institution_id)
            return _put(session, institution_id, entries, author, now, seen)

    def preview(self, institution_id: str, entries: Iterable[Entry]) -> MergeReport:
        """Say what :meth:`put` would do, and do nothing."""
        report = MergeReport(0, 0, 0)
        with self._database.reading() as session:
            for kind, group in _by_kind(entries).items():
                known = _known(session, kind, institution_id)
                for entry in group:
                    values = _values(entry)
                    row = known.get(_key(kind, values))
                    same = row is not None and not _differs(row, values)
                    report += MergeReport(row is None, row is not None and not same, same)
        return report

    def remove(
        self, institution_id: str, book: str, key: str, now: datetime, author: Author, seen: str
    ) -> None:
        """Remove an entry that was entered by mistake; its history stays.

        Raises:
            NotFoundError: there is no such entry.
            ConflictError: it is not any more as it was ``seen``.
        """
        with self._database.transaction() as session:
            take_turn(session, f"register {institution_id}")
            kind = kind_of(book)
            for row in session.scalars(_rows(kind, institution_id)):
                entry = _builder(kind)(row)
                if key_text(entry) == key:
                    values = _values(entry)
                    _check_seen(seen, values)
                    session.delete(row)
                    note_change(session, institution_id, book, key, values, None, author, now)
                    return
        raise NotFoundError(Text("没有这一条", "there is no such entry"), where=f"{book}: {key}")

    def entries(
        self, scope: Scope, institution_id: str, book: str, limit: int = 500
    ) -> tuple[KeptEntry, ...]:
        """Return the entries of a book, the last changed first.

        Raises:
            NotFoundError: there is no such book.
        """
        kind = kind_of(book)
        row = _PLACES[kind][1]
        statement = (
            _rows(kind, institution_id)
            .where(within(scope, row.institution_id))
            .order_by(row.updated.desc(), row.id.desc())
            .limit(limit)
        )
        with self._database.reading() as session:
            return tuple(_kept(kind, item) for item in session.scalars(statement))

    def entry(self, scope: Scope, institution_id: str, book: str, key: str) -> KeptEntry:
        """Return one entry.

        Raises:
            NotFoundError: there is no such entry within ``scope``.
        """
        for kept in self.entries(scope, institution_id, book, _MOST_ENTRIES):
            if kept.key == key:
                return kept
        raise NotFoundError(Text("没有这一条", "there is no such entry"), where=f"{book}: {key}")

    def counts(self, scope: Scope, institution_id: str) -> dict[str, int]:
        """Return how many entries each book of an institution has."""
        with self._database.reading() as session:
            return {
                name: session.scalar(
                    select(func.count())
                    .select_from(row)
                    .where(row.institution_id == institution_id, within(scope, row.institution_id))
                )
                or 0
                for name, row in _PLACES.values()
            }

    def logs_of_day(self, scope: Scope, day: date) -> dict[str, frozenset[LogKind]]:
        """Return which daily records each institution within ``scope`` has made of a day."""
        statement = select(LogRow.institution_id, LogRow.kind).where(
            LogRow.day == day, within(scope, LogRow.institution_id)
        )
        found: dict[str, set[LogKind]] = {}
        with self._database.reading() as session:
            for institution_id, kind in session.execute(statement):
                found.setdefault(institution_id, set()).add(LogKind(kind))
        return {key: frozenset(kinds) for key, kinds in found.items()}

    def register(self, institution_id: str, first: date, last: date) -> Register | None:
        """Return all that an institution reports, its daily logs from ``first`` to ``last``.

        ``None`` where it has reported nothing at all.
        """
        with self._database.reading() as session:
            found: dict[str, Any] = {}
            for kind, (name, row) in _PLACES.items():
                statement = select(row).where(row.institution_id == institution_id)
                if kind is DailyLog:
                    statement = statement.where(row.day >= first, row.day <= last)
                found[name] = _sorted(kind, session.scalars(statement))
            starts = _log_starts(session, institution_id)
        if not starts and not any(found.values()):
            return None
        return Register(institution_id, **found, log_starts=starts)

    def day_exceptions(self, institution_ids: Collection[str]) -> dict[str, dict[date, bool]]:
        """Return the days that are open or closed against their weekday, by institution."""
        found: dict[str, dict[date, bool]] = {}
        statement = select(
            DayExceptionRow.institution_id, DayExceptionRow.day, DayExceptionRow.open
        ).where(DayExceptionRow.institution_id.in_(institution_ids))
        with self._database.reading() as session:
            for institution_id, day, is_open in session.execute(statement):
                found.setdefault(institution_id, {})[day] = is_open
        return found


def book_of(entry: Entry) -> str:
    """Return the name of the book that an entry stands in."""
    return _PLACES[type(entry)][0]


def kind_of(book: str) -> type[Entry]:
    """Return the kind of entry in a book.

    Raises:
        NotFoundError: there is no such book.
    """
    if book not in BOOKS:
        raise NotFoundError(
            Text("登记簿中没有这一册", "there is no such book in a register"), where=book
        )
    return BOOKS[book]


def _put(
    session: Session,
    institution_id: str,
    entries: Iterable[Entry],
    author: Author,
    now: datetime,
    seen: str | None = None,
) -> MergeReport:
    take_turn(session, f"register {institution_id}")
    report = MergeReport(0, 0, 0)
    for kind, group in _by_kind(entries).items():
        book, table = _PLACES[kind]
        known = _known(session, kind, institution_id)
        for entry in group:
            values = _values(entry)
            row = known.get(_key(kind, values))
            before = None if row is None else {name: getattr(row, name) for name in values}
            if seen is not None:
                _check_seen(seen, before)
            if before == values:
                report += MergeReport(0, 0, 1)
                continue
            if row is None:
                row = table(institution_id=institution_id, updated=now, **values)
                session.add(row)
                known[_key(kind, values)] = row
            else:
                for name, value in values.items():
                    setattr(row, name, value)
                row.updated = now
            key = key_text(entry)
            note_change(session, institution_id, book, key, before, values, author, now)
            report += MergeReport(before is None, before is not None, 0)
    return report


def _check_seen(seen: str, before: dict[str, Any] | None) -> None:
    current = "" if before is None else fingerprint(before)
    if seen != current:
        raise ConflictError(
            Text(
                "他人已修改这一条，或已有相同编号的一条",
                "somebody else has changed this entry, or there is one with the same key",
            ),
            hint=Text("请重新查看后再改", "look at it again and repeat the change"),
        )


def _differs(row: RegisterRow, values: dict[str, Any]) -> bool:
    return any(getattr(row, name) != value for name, value in values.items())


def _rows(kind: type[Entry], institution_id: str) -> Any:
    row = _PLACES[kind][1]
    return select(row).where(row.institution_id == institution_id)


def _kept(kind: type[Entry], row: Any) -> KeptEntry:
    entry = _builder(kind)(row)
    return KeptEntry(entry, key_text(entry), fingerprint(_values(entry)), row.updated)


def _must_exist(session: Session, institution_id: str) -> None:
    if session.get(InstitutionRow, institution_id) is None:
        raise NotFoundError(
            Text(f"没有机构“{institution_id}”", f"there is no institution '{institution_id}'"),
            hint=Text(
                "请用配置中的编号，并先载入配置",
                "use the id from the configuration, and load it first",
            ),
        )


def _by_kind(entries: Iterable[Entry]) -> dict[type[Entry], list[Entry]]:
    groups: dict[type[Entry], list[Entry]] = {}
    for entry in entries:
        groups.setdefault(type(entry), []).append(entry)
    return groups


def _known(
    session: Session, kind: type[Entry], institution_id: str
) -> dict[tuple[Any, ...], RegisterRow]:
    rows = session.scalars(_rows(kind, institution_id))
    names = [_column(kind, name) for name in key_fields(kind)]
    return {tuple(getattr(item, name) for name in names): item for item in rows}


def _key(kind: type[Entry], values: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(values[_column(kind, name)] for name in key_fields(kind))


def _column(kind: type[Entry], name: str) -> str:
    return _COLUMNS.get((kind, name), name)


def _values(entry: Entry) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for field in fields(entry):
        value = getattr(entry, field.name)
        if isinstance(value, Text):
            values[f"{field.name}_zh"] = clean_text(value.zh, _LONGEST)
            values[f"{field.name}_en"] = clean_text(value.en, _LONGEST)
        else:
            values[_column(type(entry), field.name)] = _stored(value)
    return values


def _stored(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    return clean_text(value, _LONGEST) if isinstance(value, str) else value


def _sorted(kind: type[Entry], rows: Iterable[Any]) -> tuple[Entry, ...]:
    build = _builder(kind)
    names = [_column(kind, name) for name in key_fields(kind)]
    ordered = sorted(rows, key=lambda row: tuple(getattr(row, name) for name in names))
    return tuple(build(row) for row in ordered)


def _builder(kind: type[Entry]) -> Callable[[Any], Entry]:
    hints = get_type_hints(kind)

    def build(row: Any) -> Entry:
        values: dict[str, Any] = {}
        for field in fields(kind):
            hint = hints[field.name]
            if hint is Text:
                values[field.name] = Text(
                    zh=getattr(row, f"{field.name}_zh"), en=getattr(row, f"{field.name}_en")
                )
            else:
                value = getattr(row, _column(kind, field.name))
                is_enum = isinstance(hint, type) and issubclass(hint, Enum)
                values[field.name] = hint(value) if is_enum else value
        return kind(**values)

    return build


def _log_starts(session: Session, institution_id: str) -> dict[LogKind, date]:
    statement = (
        select(LogRow.kind, func.min(LogRow.day))
        .where(LogRow.institution_id == institution_id)
        .group_by(LogRow.kind)
    )
    return {LogKind(kind): day for kind, day in session.execute(statement)}
