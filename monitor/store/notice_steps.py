"""Decisions about the Notice: entered one after the other, with the measure that each follows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import Session

from monitor.domain.access import Scope
from monitor.domain.errors import NotFoundError
from monitor.domain.places import NoticeState
from monitor.domain.registers import NoticeStep, key_text
from monitor.domain.text import Text
from monitor.store.base import Database
from monitor.store.locks import take_turn
from monitor.store.places import InstitutionRow
from monitor.store.register_changes import Author, note_change
from monitor.store.registers import NoticeStepRow
from monitor.store.scope import within
from monitor.store.text import clean_text

_LONGEST_REASON = 500


@dataclass(frozen=True, slots=True)
class NoticeDecision:
    """A step in the history of a Notice; ``decision_id`` is the signed measure it follows."""

    step: NoticeStep
    decision_id: int | None


class NoticeSteps:
    """Reads the history of Notices, and enters what the district decides."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def decide(
        self,
        scope: Scope,
        institution_id: str,
        state: NoticeState,
        reason: str,
        day: date,
        author: Author,
        now: datetime,
    ) -> None:
        """Enter a decision; one of the same day comes after those that are there.

        Raises:
            NotFoundError: there is no such institution within ``scope``.
        """
        known = select(InstitutionRow.id).where(
            InstitutionRow.id == institution_id, within(scope, InstitutionRow.id)
        )
        with self._database.transaction() as session:
            if session.scalar(known) is None:
                raise NotFoundError(
                    Text("没有这个机构", "there is no such institution"), where=institution_id
                )
            enter_step(session, institution_id, state, reason, day, author, now)

    def all(self, scope: Scope) -> dict[str, tuple[NoticeDecision, ...]]:
        """Return the histories of all institutions within ``scope``, oldest step first."""
        return self._read(within(scope, NoticeStepRow.institution_id))

    def of(self, scope: Scope, institution_id: str) -> tuple[NoticeDecision, ...]:
        """Return the history of one institution's Notice, oldest step first."""
        own = NoticeStepRow.institution_id == institution_id
        found = self._read(and_(own, within(scope, NoticeStepRow.institution_id)))
        return found.get(institution_id, ())

    def _read(self, wanted: ColumnElement[bool]) -> dict[str, tuple[NoticeDecision, ...]]:
        statement = (
            select(NoticeStepRow).where(wanted).order_by(NoticeStepRow.decided, NoticeStepRow.nth)
        )
        found: dict[str, list[NoticeDecision]] = {}
        with self._database.reading() as session:
            for row in session.scalars(statement):
                step = NoticeStep(row.decided, NoticeState(row.state), row.reason, row.nth)
                found.setdefault(row.institution_id, []).append(
                    NoticeDecision(step, row.decision_id)
                )
        return {key: tuple(steps) for key, steps in found.items()}


def kept_state(session: Session, institution_id: str) -> NoticeState:
    """Return how a Notice stands, having waited for whoever changes the register just now."""
    take_turn(session, f"register {institution_id}")
    newest = (
        select(NoticeStepRow.state)
        .where(NoticeStepRow.institution_id == institution_id)
        .order_by(NoticeStepRow.decided.desc(), NoticeStepRow.nth.desc())
        .limit(1)
    )
    state = session.scalar(newest)
    if state is None:
        state = session.get_one(InstitutionRow, institution_id).notice_state
    return NoticeState(state)


def enter_step(
    session: Session,
    institution_id: str,
    state: NoticeState,
    reason: str,
    day: date,
    author: Author,
    now: datetime,
    decision_id: int | None = None,
) -> None:
    """Enter a step after those of its day, and note the change in the register's history."""
    take_turn(session, f"register {institution_id}")
    last = session.scalar(
        select(func.max(NoticeStepRow.nth)).where(
            NoticeStepRow.institution_id == institution_id, NoticeStepRow.decided == day
        )
    )
    step = NoticeStep(day, state, clean_text(reason, _LONGEST_REASON), (last or 0) + 1)
    values = {
        "decided": step.decided,
        "state": step.state.value,
        "reason": step.reason,
        "nth": step.nth,
        "decision_id": decision_id,
    }
    session.add(NoticeStepRow(institution_id=institution_id, updated=now, **values))
    note_change(session, institution_id, "notice_steps", key_text(step), None, values, author, now)
