"""Planned visits and what became of them; one monthly visit for each institution and month."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Date, ForeignKey, String, UniqueConstraint, func, select
from sqlalchemy import Text as SqlText
from sqlalchemy.orm import Mapped, Session, mapped_column

from monitor.domain.access import DISTRICT, Scope
from monitor.domain.alerts import Actor
from monitor.domain.errors import ConflictError, NotFoundError
from monitor.domain.text import Text
from monitor.domain.visits import PlannedVisit, VisitKind, VisitState
from monitor.store.base import Base, BigId, Database, UtcDateTime
from monitor.store.register_changes import as_json
from monitor.store.scope import within
from monitor.store.text import clean_line, clean_text
from monitor.store.upsert import insert_once


class VisitRow(Base):
    """One visit; ``month`` is its first day, ``version`` grows with each change.

    ``nth`` is 0 for the monthly visit, and counts the re-inspections of an institution from 1.
    """

    __tablename__ = "inspection_visit"
    __table_args__ = (UniqueConstraint("institution_id", "month", "nth"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    institution_id: Mapped[str] = mapped_column(ForeignKey("institution.id"))
    month: Mapped[date] = mapped_column(Date, index=True)
    day: Mapped[date] = mapped_column(Date, index=True)
    safety_inspector: Mapped[int | None] = mapped_column(
        ForeignKey("app_user.id", ondelete="SET NULL")
    )
    health_inspector: Mapped[int | None] = mapped_column(
        ForeignKey("app_user.id", ondelete="SET NULL")
    )
    state: Mapped[str] = mapped_column(String(16))
    announced: Mapped[bool]
    weight: Mapped[float]
    reasons: Mapped[dict[str, Any]] = mapped_column(JSON)
    note: Mapped[str] = mapped_column(SqlText)
    created: Mapped[datetime] = mapped_column(UtcDateTime)
    updated: Mapped[datetime] = mapped_column(UtcDateTime)
    version: Mapped[int]
    kind: Mapped[str] = mapped_column(String(16), default=VisitKind.MONTHLY.value)
    nth: Mapped[int] = mapped_column(default=0)


class VisitChangeRow(Base):
    """One change of a visit, with who made it and why."""

    __tablename__ = "inspection_visit_change"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    visit_id: Mapped[int] = mapped_column(ForeignKey("inspection_visit.id"), index=True)
    before: Mapped[dict[str, Any]] = mapped_column(JSON)
    after: Mapped[dict[str, Any]] = mapped_column(JSON)
    reason: Mapped[str] = mapped_column(SqlText)
    by_user: Mapped[int | None] = mapped_column(BigId)
    by_name: Mapped[str] = mapped_column(String(300))
    at: Mapped[datetime] = mapped_column(UtcDateTime)


@dataclass(frozen=True, slots=True)
class VisitView:
    """A visit as it stands."""

    id: int
    month: date
    plan: PlannedVisit
    state: VisitState
    note: str
    updated: datetime
    version: int

    @property
    def inspectors(self) -> tuple[int, ...]:
        """Return the ids of those who go."""
        pair = (self.plan.safety_inspector, self.plan.health_inspector)
        return tuple(user_id for user_id in pair if user_id is not None)


@dataclass(frozen=True, slots=True)
class VisitChange:
    """One change of a visit."""

    before: Mapping[str, Any]
    after: Mapping[str, Any]
    reason: str
    by: str
    at: datetime


class VisitRepository:
    """Plans, moves and closes visits."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def plan(self, month: date, visits: Sequence[PlannedVisit], now: datetime) -> int:
        """Enter the visits of institutions that have none in the month; return how many."""
        with self._database.transaction() as session:
            return sum(
                insert_once(
                    session,
                    VisitRow,
                    {
                        "institution_id": item.institution_id,
                        "month": month,
                        "day": item.day,
                        "safety_inspector": item.safety_inspector,
                        "health_inspector": item.health_inspector,
                        "state": VisitState.PLANNED.value,
                        "announced": item.announced,
                        "weight": item.weight,
                        "reasons": dict(item.reasons),
                        "note": "",
                        "created": now,
                        "updated": now,
                        "version": 1,
                        "kind": VisitKind.MONTHLY.value,
                        "nth": 0,
                    },
                )
                for item in visits
            )

    def list(self, scope: Scope, month: date) -> tuple[VisitView, ...]:
        """Return the visits of a month within ``scope``, by day and urgency."""
        statement = (
            select(VisitRow)
            .where(VisitRow.month == month, within(scope, VisitRow.institution_id))
            .order_by(VisitRow.day, VisitRow.weight.desc(), VisitRow.institution_id)
        )
        with self._database.reading() as session:
            return tuple(visit_view(row) for row in session.scalars(statement))

    def between(self, scope: Scope, first: date, last: date) -> tuple[VisitView, ...]:
        """Return the visits planned from ``first`` to ``last`` that have not been cancelled."""
        statement = (
            select(VisitRow)
            .where(
                VisitRow.day >= first,
                VisitRow.day <= last,
                VisitRow.state != VisitState.CANCELLED.value,
                within(scope, VisitRow.institution_id),
            )
            .order_by(VisitRow.day, VisitRow.weight.desc(), VisitRow.institution_id)
        )
        with self._database.reading() as session:
            return tuple(visit_view(row) for row in session.scalars(statement))

    def of_inspector(self, user_id: int, since: date) -> tuple[VisitView, ...]:
        """Return the visits that somebody makes, or was to make, since a day."""
        statement = (
            select(VisitRow)
            .where(
                VisitRow.day >= since,
                (VisitRow.safety_inspector == user_id) | (VisitRow.health_inspector == user_id),
            )
            .order_by(VisitRow.day, VisitRow.id)
        )
        with self._database.reading() as session:
            return tuple(visit_view(row) for row in session.scalars(statement))

    def get(self, scope: Scope, visit_id: int) -> VisitView:
        """Return one visit.

        Raises:
            NotFoundError: there is none within ``scope``.
        """
        with self._database.reading() as session:
            return visit_view(_find(session, scope, visit_id))

    def history(self, visit_id: int) -> tuple[VisitChange, ...]:
        """Return the changes of a visit, newest first."""
        statement = (
            select(VisitChangeRow)
            .where(VisitChangeRow.visit_id == visit_id)
            .order_by(VisitChangeRow.id.desc())
        )
        with self._database.reading() as session:
            return tuple(
                VisitChange(row.before, row.after, row.reason, row.by_name, row.at)
                for row in session.scalars(statement)
            )

    def change(
        self,
        scope: Scope,
        visit_id: int,
        changes: Mapping[str, Any],
        reason: str,
        by: Actor,
        now: datetime,
        version: int | None = None,
    ) -> VisitView:
        """Change columns of a visit and write down who did it and why.

        Raises:
            NotFoundError: there is none within ``scope``.
            ConflictError: it has another ``version`` by now.
        """
        with self._database.transaction() as session:
            row = _find(session, scope, visit_id, lock=True)
            if version is not None and row.version != version:
                raise ConflictError(
                    Text("他人已修改这次检查", "somebody else has changed this visit"),
                    where=f"visit {visit_id}",
                    hint=Text("请重新查看后再改", "look at it again and repeat the change"),
                )
            change_visit(session, row, changes, reason, by, now)
            return visit_view(row)

    def last_done(self, before: date) -> dict[str, date]:
        """Return the day of the last monthly visit that was made, by institution."""
        statement = (
            select(VisitRow.institution_id, func.max(VisitRow.day))
            .where(
                VisitRow.state == VisitState.DONE.value,
                VisitRow.kind == VisitKind.MONTHLY.value,
                VisitRow.day < before,
            )
            .group_by(VisitRow.institution_id)
        )
        with self._database.reading() as session:
            return dict(iter(session.execute(statement)))

    def record_done(self, institution_id: str, month: date, by: Actor, now: datetime) -> bool:
        """Put down that an institution was inspected in a month; say whether that was news."""
        statement = select(VisitRow.id).where(
            VisitRow.institution_id == institution_id,
            VisitRow.month == month,
            VisitRow.kind == VisitKind.MONTHLY.value,
            VisitRow.state != VisitState.DONE.value,
        )
        with self._database.reading() as session:
            visit_id = session.scalar(statement)
        if visit_id is None:
            return False
        self.change(DISTRICT, visit_id, {"state": VisitState.DONE.value}, "", by, now)
        return True


def change_visit(
    session: Session,
    row: VisitRow,
    changes: Mapping[str, Any],
    reason: str,
    by: Actor,
    now: datetime,
) -> None:
    """Change columns of a visit and write it down; what is so already is no change."""
    differing = {n: v for n, v in changes.items() if getattr(row, n) != v}
    if not differing:
        return
    before = {name: getattr(row, name) for name in differing}
    for name, value in differing.items():
        setattr(row, name, value)
    row.version += 1
    row.updated = now
    session.add(
        VisitChangeRow(
            visit_id=row.id,
            before=as_json(before),
            after=as_json(differing),
            reason=clean_text(reason, 1000),
            by_user=by.user_id,
            by_name=clean_line(by.name, 300),
            at=now,
        )
    )
    session.flush()


def visit_view(row: VisitRow) -> VisitView:
    """Return the plain value of a row."""
    plan = PlannedVisit(
        institution_id=row.institution_id,
        day=row.day,
        safety_inspector=row.safety_inspector,
        health_inspector=row.health_inspector,
        weight=row.weight,
        reasons=dict(row.reasons),
        announced=row.announced,
        kind=VisitKind(row.kind),
    )
    state = VisitState(row.state)
    return VisitView(row.id, row.month, plan, state, row.note, row.updated, row.version)


def _find(session: Session, scope: Scope, visit_id: int, *, lock: bool = False) -> VisitRow:
    statement = select(VisitRow).where(
        VisitRow.id == visit_id, within(scope, VisitRow.institution_id)
    )
    row = session.scalar(statement.with_for_update() if lock else statement)
    if row is None:
        raise NotFoundError(
            Text("没有这次检查", "there is no such visit"), where=f"visit {visit_id}"
        )
    return row
