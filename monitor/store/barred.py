"""People whom a check bars from working with children, and who are employed all the same."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import or_, select

from monitor.domain.access import Scope
from monitor.store.base import Database
from monitor.store.registers import StaffRow
from monitor.store.scope import within


@dataclass(frozen=True, slots=True)
class BarredPerson:
    """One of them; ``number`` is the institution's own, ``checked`` when the list was looked at."""

    institution_id: str
    number: str
    name: str
    checked: date | None


class BarredStaff:
    """Finds them in the registers."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def employed(self, scope: Scope, day: date) -> dict[str, tuple[BarredPerson, ...]]:
        """Return who is employed on a day within ``scope``, by institution."""
        statement = (
            select(StaffRow)
            .where(
                StaffRow.banned,
                or_(StaffRow.left.is_(None), StaffRow.left >= day),
                within(scope, StaffRow.institution_id),
            )
            .order_by(StaffRow.institution_id, StaffRow.number)
        )
        found: dict[str, list[BarredPerson]] = {}
        with self._database.reading() as session:
            for row in session.scalars(statement):
                person = BarredPerson(row.institution_id, row.number, row.name, row.ban_check)
                found.setdefault(row.institution_id, []).append(person)
        return {key: tuple(people) for key, people in found.items()}
