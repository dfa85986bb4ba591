"""Re-inspections: visits that look again at findings reported as put right, and what they found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, ForeignKey, String, and_, exists, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from monitor.domain.access import DISTRICT, Scope
from monitor.domain.alerts import Actor
from monitor.domain.checklists import Answer, Result
from monitor.domain.findings import FindingAction, FindingState
from monitor.domain.visits import PlannedVisit, VisitKind, VisitState
from monitor.store.base import Base, Database
from monitor.store.checklists import ChecklistRow
from monitor.store.finding_repository import worked_on
from monitor.store.finding_views import FindingView, finding_view
from monitor.store.findings import FindingRow, add_finding_step
from monitor.store.locks import take_turn
from monitor.store.scope import within
from monitor.store.visits import VisitRow, VisitView, change_visit, visit_view


class VisitFindingRow(Base):
    """A finding that a re-inspection looks at; ``outcome`` is a result once it has."""

    __tablename__ = "inspection_visit_finding"

    visit_id: Mapped[int] = mapped_column(ForeignKey("inspection_visit.id"), primary_key=True)
    finding_id: Mapped[int] = mapped_column(ForeignKey("finding.id"), primary_key=True, index=True)
    outcome: Mapped[str | None] = mapped_column(String(16))


@dataclass(frozen=True, slots=True)
class LookedAt:
    """A finding of a re-inspection; ``outcome`` is ``None`` until it was looked at."""

    finding: FindingView
    outcome: Result | None


class ReinspectionRepository:
    """Plans re-inspections and says what they are about."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def waiting(self, scope: Scope) -> dict[str, tuple[FindingView, ...]]:
        """Return what was reported as put right and nobody is to look at yet, by institution."""
        statement = select(FindingRow).where(_unplanned(), within(scope, FindingRow.institution_id))
        found: dict[str, list[FindingView]] = {}
        with self._database.reading() as session:
            for row in session.scalars(statement.order_by(FindingRow.id)):
                found.setdefault(row.institution_id, []).append(finding_view(row))
        return {key: tuple(items) for key, items in found.items()}

    def plan(self, visit: PlannedVisit, now: datetime) -> int:
        """Put what waits in an institution on a visit of its own; return its id, or 0.

        Where one is planned and not begun, it looks at this as well.
        """
        place = visit.institution_id
        with self._database.transaction() as session:
            take_turn(session, f"re-inspection {place}")
            findings = session.scalars(
                select(FindingRow.id).where(FindingRow.institution_id == place, _unplanned())
            ).all()
            if not findings:
                return 0
            row = session.scalar(
                select(VisitRow)
                .where(
                    VisitRow.institution_id == place,
                    VisitRow.kind == VisitKind.REINSPECTION.value,
                    VisitRow.state == VisitState.PLANNED.value,
                    ~exists().where(ChecklistRow.visit_id == VisitRow.id),
                )
                .limit(1)
            )
            if row is None:
                row = _new(session, visit, now)
            session.add_all(
                VisitFindingRow(visit_id=row.id, finding_id=item, outcome=None) for item in findings
            )
            return row.id

    def findings(self, visit_id: int) -> tuple[LookedAt, ...]:
        """Return what a re-inspection looks at."""
        statement = (
            select(FindingRow, VisitFindingRow.outcome)
            .join(VisitFindingRow, VisitFindingRow.finding_id == FindingRow.id)
            .where(VisitFindingRow.visit_id == visit_id)
            .order_by(FindingRow.item_id, FindingRow.id)
        )
        with self._database.reading() as session:
            return tuple(
                LookedAt(finding_view(row), None if outcome is None else Result(outcome))
                for row, outcome in session.execute(statement)
            )

    def visits_of(self, scope: Scope, finding_id: int) -> tuple[VisitView, ...]:
        """Return the re-inspections that look, or looked, at a finding, oldest first."""
        statement = (
            select(VisitRow)
            .join(VisitFindingRow, VisitFindingRow.visit_id == VisitRow.id)
            .where(VisitFindingRow.finding_id == finding_id, within(scope, VisitRow.institution_id))
            .order_by(VisitRow.day, VisitRow.id)
        )
        with self._database.reading() as session:
            return tuple(visit_view(row) for row in session.scalars(statement))

    def counts(self, visit_ids: Sequence[int]) -> dict[int, int]:
        """Return how many findings each of some visits looks at."""
        statement = (
            select(VisitFindingRow.visit_id, func.count())
            .where(VisitFindingRow.visit_id.in_(visit_ids))
            .group_by(VisitFindingRow.visit_id)
        )
        with self._database.reading() as session:
            return dict(iter(session.execute(statement)))

    def planned(self) -> tuple[VisitView, ...]:
        """Return all re-inspections that are still to be made."""
        statement = select(VisitRow).where(
            VisitRow.kind == VisitKind.REINSPECTION.value,
            VisitRow.state == VisitState.PLANNED.value,
            within(DISTRICT, VisitRow.institution_id),
        )
        with self._database.reading() as session:
            return tuple(
                visit_view(row) for row in session.scalars(statement.order_by(VisitRow.id))
            )


def conclude_reinspection(
    session: Session, visit_id: int, answers: Sequence[Answer], actor: Actor, now: datetime
) -> None:
    """Close what a signed re-inspection found put right, and send back what it did not.

    What does not apply any more, or was put right by whoever signs, waits for somebody else.
    """
    given = {answer.item_id: answer for answer in answers}
    statement = (
        select(VisitFindingRow, FindingRow)
        .join(FindingRow, FindingRow.id == VisitFindingRow.finding_id)
        .where(VisitFindingRow.visit_id == visit_id)
        .order_by(FindingRow.id)
        .with_for_update()
    )
    for link, finding in session.execute(statement).all():
        answer = given.get(finding.item_id)
        if answer is None:
            continue
        link.outcome = answer.result.value
        _conclude(session, finding, answer, actor, now)
    visit = session.get_one(VisitRow, visit_id)
    change_visit(session, visit, {"state": VisitState.DONE.value}, "", actor, now)


def _conclude(
    session: Session, finding: FindingRow, answer: Answer, actor: Actor, now: datetime
) -> None:
    before, action = FindingState(finding.state), FindingAction.COMMENT
    if before is FindingState.CLOSED:
        return
    claimed, passed = before is FindingState.CORRECTED, answer.result is Result.PASS
    if claimed and answer.result is Result.FAIL:
        action, finding.state = FindingAction.SEND_BACK, FindingState.OPEN.value
    elif claimed and passed and not worked_on(session, finding, actor):
        action, finding.state = FindingAction.CLOSE, FindingState.CLOSED.value
        finding.closed = now
    finding.version += 1
    add_finding_step(session, finding, action, before, actor, now, text=answer.note)


def _unplanned() -> ColumnElement[bool]:
    looking = (
        select(VisitFindingRow.finding_id)
        .join(VisitRow, VisitRow.id == VisitFindingRow.visit_id)
        .where(VisitRow.state == VisitState.PLANNED.value)
    )
    return and_(FindingRow.state == FindingState.CORRECTED.value, FindingRow.id.not_in(looking))


def _new(session: Session, visit: PlannedVisit, now: datetime) -> VisitRow:
    last = session.scalar(
        select(func.max(VisitRow.nth)).where(VisitRow.institution_id == visit.institution_id)
    )
    row = VisitRow(
        institution_id=visit.institution_id,
        month=visit.day.replace(day=1),
        day=visit.day,
        safety_inspector=visit.safety_inspector,
        health_inspector=visit.health_inspector,
        state=VisitState.PLANNED.value,
        announced=visit.announced,
        weight=visit.weight,
        reasons=dict(visit.reasons),
        note="",
        created=now,
        updated=now,
        version=1,
        kind=VisitKind.REINSPECTION.value,
        nth=(last or 0) + 1,
    )
    session.add(row)
    session.flush()
    return row
