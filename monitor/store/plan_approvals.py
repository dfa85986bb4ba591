"""Approvals of a month's plan: who looked it over and when. Kept for good, never changed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Date, String, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from monitor.domain.alerts import Actor
from monitor.domain.errors import InputError
from monitor.domain.text import Text
from monitor.domain.visits import VisitKind, VisitState
from monitor.store.base import Base, BigId, Database, UtcDateTime
from monitor.store.text import clean_line
from monitor.store.visits import VisitChangeRow, VisitRow


class PlanApprovalRow(Base):
    """One approval. ``month`` is its first day, ``visits`` how many were planned at that moment."""

    __tablename__ = "plan_approval"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    month: Mapped[date] = mapped_column(Date, index=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by_user: Mapped[int | None] = mapped_column(BigId)
    by_name: Mapped[str] = mapped_column(String(200))
    address: Mapped[str] = mapped_column(String(64))
    visits: Mapped[int]


@dataclass(frozen=True, slots=True)
class PlanApproval:
    """An approval, and how many visits were added or changed by people since."""

    id: int
    month: date
    at: datetime
    by: str
    visits: int
    changed_since: int


class PlanApprovals:
    """Takes down approvals of plans."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def approve(self, month: date, by: Actor, now: datetime) -> PlanApproval:
        """Approve the plan of a month as it stands; to approve it again is a new approval.

        Raises:
            InputError: the month has no plan.
        """
        with self._database.transaction() as session:
            counted = select(func.count()).where(
                VisitRow.month == month,
                VisitRow.kind == VisitKind.MONTHLY.value,
                VisitRow.state != VisitState.CANCELLED.value,
            )
            visits = session.scalar(counted) or 0
            if not visits:
                raise InputError(
                    Text("没有可批准的计划", "there is no plan to approve"),
                    where="month",
                    hint=Text("请先安排", "make it first"),
                )
            row = PlanApprovalRow(
                month=month,
                at=now,
                by_user=by.user_id,
                by_name=clean_line(by.name, 200),
                address=clean_line(by.address, 64),
                visits=visits,
            )
            session.add(row)
            session.flush()
            return _view(row, 0)

    def latest(self, month: date) -> PlanApproval | None:
        """Return the newest approval of a month's plan, if there is one."""
        statement = (
            select(PlanApprovalRow)
            .where(PlanApprovalRow.month == month)
            .order_by(PlanApprovalRow.id.desc())
            .limit(1)
        )
        with self._database.reading() as session:
            row = session.scalar(statement)
            return None if row is None else _view(row, _changed(session, month, row.at))


def _changed(session: Session, month: date, since: datetime) -> int:
    """Count visits; those that only moved on by themselves or were made are not changes."""
    changed = (
        select(VisitChangeRow.visit_id, VisitChangeRow.after)
        .join(VisitRow, VisitRow.id == VisitChangeRow.visit_id)
        .where(
            VisitRow.month == month,
            VisitRow.kind == VisitKind.MONTHLY.value,
            VisitChangeRow.at > since,
            VisitChangeRow.by_user.is_not(None),
        )
    )
    added = select(VisitRow.id).where(
        VisitRow.month == month,
        VisitRow.kind == VisitKind.MONTHLY.value,
        VisitRow.created > since,
    )
    found = set(session.scalars(added))
    for visit_id, after in session.execute(changed):
        if after.get("state") != VisitState.DONE.value:
            found.add(visit_id)
    return len(found)


def _view(row: PlanApprovalRow, changed_since: int) -> PlanApproval:
    return PlanApproval(row.id, row.month, row.at, row.by_name, row.visits, changed_since)
