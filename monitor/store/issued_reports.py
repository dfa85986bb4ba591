"""Which reports were handed out, by the hash that is printed on them, so that paper can be checked.

Only the hash and what it belongs to are kept: the figures themselves can be made again.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import String, func, or_, select
from sqlalchemy.orm import Mapped, mapped_column

from monitor.domain.access import Scope, ScopeKind
from monitor.domain.alerts import Actor
from monitor.store.base import Base, Database, UtcDateTime
from monitor.store.checklist_repository import shown_to
from monitor.store.checklists import ChecklistRow
from monitor.store.onsite import OnsiteVisitRow
from monitor.store.text import clean_line
from monitor.store.upsert import insert_once


class IssuedReportRow(Base):
    """One roll-up as it was first handed out; ``name`` is its month or year."""

    __tablename__ = "issued_report"

    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    kind: Mapped[str] = mapped_column(String(16))
    name: Mapped[str] = mapped_column(String(16))
    scope_kind: Mapped[str] = mapped_column(String(16))
    scope_id: Mapped[str] = mapped_column(String(200))
    as_of: Mapped[datetime] = mapped_column(UtcDateTime)
    issued: Mapped[datetime] = mapped_column(UtcDateTime)
    issued_by: Mapped[str] = mapped_column(String(200))


@dataclass(frozen=True, slots=True)
class IssuedReport:
    """A roll-up as it was first handed out, of the data up to ``as_of``."""

    sha256: str
    kind: str
    name: str
    as_of: datetime
    issued: datetime
    issued_by: str


@dataclass(frozen=True, slots=True)
class ProvenChecklist:
    """A checklist whose content, or whose signed answers, have a certain hash."""

    checklist_id: int
    institution_id: str
    month: date
    revision: int
    newest: int
    generated: datetime
    signed: datetime | None
    by_answers: bool


class IssuedReports:
    """Writes down what was handed out, and says what a hash belongs to."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def issue(
        self,
        scope: Scope,
        sha256: str,
        kind: str,
        name: str,
        as_of: datetime,
        actor: Actor,
        now: datetime,
    ) -> None:
        """Write down a roll-up; the first time counts."""
        values = {
            "sha256": sha256,
            "kind": kind,
            "name": name,
            "scope_kind": scope.kind.value,
            "scope_id": scope.id,
            "as_of": as_of,
            "issued": now,
            "issued_by": clean_line(actor.name, 200),
        }
        with self._database.transaction() as session:
            insert_once(session, IssuedReportRow, values)

    def report(self, scope: Scope, sha256: str) -> IssuedReport | None:
        """Return the roll-up with a hash, if it was made for ``scope``; the district sees all."""
        statement = select(IssuedReportRow).where(IssuedReportRow.sha256 == sha256)
        if scope.kind is not ScopeKind.DISTRICT:
            statement = statement.where(
                IssuedReportRow.scope_kind == scope.kind.value,
                IssuedReportRow.scope_id == scope.id,
            )
        with self._database.reading() as session:
            row = session.scalar(statement)
            if row is None:
                return None
            return IssuedReport(
                row.sha256, row.kind, row.name, row.as_of, row.issued, row.issued_by
            )

    def checklists(self, scope: Scope, sha256: str) -> tuple[ProvenChecklist, ...]:
        """Return the checklists within ``scope`` whose content or signed answers have a hash."""
        newest = (
            select(
                ChecklistRow.institution_id,
                ChecklistRow.month,
                ChecklistRow.visit_id,
                func.max(ChecklistRow.revision).label("revision"),
            )
            .where(shown_to(scope))
            .group_by(ChecklistRow.institution_id, ChecklistRow.month, ChecklistRow.visit_id)
            .subquery()
        )
        statement = (
            select(ChecklistRow, OnsiteVisitRow, newest.c.revision)
            .outerjoin(OnsiteVisitRow, OnsiteVisitRow.checklist_id == ChecklistRow.id)
            .join(
                newest,
                (newest.c.institution_id == ChecklistRow.institution_id)
                & (newest.c.month == ChecklistRow.month)
                & newest.c.visit_id.is_not_distinct_from(ChecklistRow.visit_id),
            )
            .where(
                or_(
                    ChecklistRow.content_sha256 == sha256,
                    OnsiteVisitRow.answers_sha256 == sha256,
                ),
                shown_to(scope),
            )
            .order_by(ChecklistRow.id)
        )
        with self._database.reading() as session:
            return tuple(
                ProvenChecklist(
                    row.id,
                    row.institution_id,
                    row.month,
                    row.revision,
                    revision,
                    row.generated,
                    None if visit is None else visit.signed,
                    row.content_sha256 != sha256,
                )
                for row, visit, revision in session.execute(statement)
            )
