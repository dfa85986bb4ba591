"""Keeps registers: files are merged in, single entries are put, nothing is lost by either."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, fields
from datetime import date, datetime
from enum import Enum
from typing import Any, get_type_hints

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from monitor.domain.errors import NotFoundError
from monitor.domain.registers import (
    ChildMonth,
    ClassGroup,
    DailyLog,
    DayException,
    Drill,
    EmergencyPlan,
    Entry,
    FireCheck,
    Hazard,
    Incident,
    LogKind,
    PanicTest,
    Paper,
    Register,
    StaffMember,
    key_fields,
)
from monitor.domain.text import Text
from monitor.store.base import Database
from monitor.store.places import InstitutionRow
from monitor.store.registers import (
    ChildMonthRow,
    ClassRow,
    DayExceptionRow,
    DrillRow,
    FireCheckRow,
    HazardRow,
    IncidentRow,
    LogRow,
    PanicTestRow,
    PaperRow,
    PlanRow,
    RegisterRow,
    StaffRow,
)
from monitor.store.text import clean_text

_LONGEST = 500
_PLACES: dict[type[Entry], tuple[str, type[Any]]] = {
    Paper: ("papers", PaperRow),
    ClassGroup: ("classes", ClassRow),
    StaffMember: ("staff", StaffRow),
    EmergencyPlan: ("plans", PlanRow),
    Drill: ("drills", DrillRow),
    FireCheck: ("fire_checks", FireCheckRow),
    PanicTest: ("panic_tests", PanicTestRow),
    DailyLog: ("logs", LogRow),
    Incident: ("incidents", IncidentRow),
    Hazard: ("hazards", HazardRow),
    ChildMonth: ("child_months", ChildMonthRow),
    DayException: ("day_exceptions", DayExceptionRow),
}
_COLUMNS: dict[tuple[type[Entry], str], str] = {(ClassGroup, "id"): "class_key"}


@dataclass(frozen=True, slots=True)
class MergeReport:
    """How many entries were new, how many changed, and how many said what was known already."""

    added: int
    changed: int
    unchanged: int


class RegisterRepository:
    """Writes and reads the registers of institutions."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def merge(self, register: Register, now: datetime) -> MergeReport:
        """Add the register's entries to those kept; what has the same key is replaced.

        Raises:
            NotFoundError: the configuration has no such institution.
        """
        return self.put(register.institution_id, register.entries(), now)

    def put(self, institution_id: str, entries: Iterable[Entry], now: datetime) -> MergeReport:
        """Add single entries, or replace those with the same key.

        Raises:
            NotFoundError: the configuration has no such institution.
        """
        added = changed = unchanged = 0
        with self._database.transaction() as session:
            _must_exist(session, institution_id)
            for kind, group in _by_kind(entries).items():
                known = _known(session, kind, institution_id)
                for entry in group:
                    values = _values(entry)
                    row = known.get(_key(kind, values))
                    if row is None:
                        row = _PLACES[kind][1](institution_id=institution_id, updated=now, **values)
                        session.add(row)
                        known[_key(kind, values)] = row
                        added += 1
                    elif any(getattr(row, name) != value for name, value in values.items()):
                        for name, value in values.items():
                            setattr(row, name, value)
                        row.updated = now
                        changed += 1
                    else:
                        unchanged += 1
        return MergeReport(added, changed, unchanged)

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


def _must_exist(session: Session, institution_id: str) -> None:
    if session.get(InstitutionRow, institution_id) is None:
        raise NotFoundError(
            f"there is no institution '{institution_id}'",
            hint="use the id from the configuration, and load it first",
        )


def _by_kind(entries: Iterable[Entry]) -> dict[type[Entry], list[Entry]]:
    groups: dict[type[Entry], list[Entry]] = {}
    for entry in entries:
        groups.setdefault(type(entry), []).append(entry)
    return groups


def _known(
    session: Session, kind: type[Entry], institution_id: str
) -> dict[tuple[Any, ...], RegisterRow]:
    row = _PLACES[kind][1]
    rows = session.scalars(select(row).where(row.institution_id == institution_id))
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
