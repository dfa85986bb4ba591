"""What people decided about institutions: kept as it was decided, never changed.

The register of the Notice follows in the same transaction.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, func, select
from sqlalchemy import Text as SqlText
from sqlalchemy.orm import Mapped, mapped_column

from monitor.domain.access import Scope
from monitor.domain.alerts import Actor
from monitor.domain.errors import ConflictError, InputError, NotFoundError
from monitor.domain.places import NoticeState
from monitor.domain.text import Text
from monitor.store.base import Base, BigId, Database, UtcDateTime
from monitor.store.notice_steps import enter_step, kept_state
from monitor.store.places import InstitutionRow
from monitor.store.register_changes import Author, Origin
from monitor.store.scope import within
from monitor.store.text import clean_line, clean_text, plain

_LONGEST_REASON = 4000


class RiskDecisionRow(Base):
    """One decision; ``proposal`` is what the figures said, the states are those of the Notice."""

    __tablename__ = "risk_decision"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    institution_id: Mapped[str] = mapped_column(ForeignKey(InstitutionRow.id), index=True)
    measure: Mapped[str] = mapped_column(String(16))
    reason: Mapped[str] = mapped_column(SqlText)
    proposal: Mapped[dict[str, Any]] = mapped_column(JSON)
    sha256: Mapped[str] = mapped_column(String(64))
    by_user_id: Mapped[int | None] = mapped_column(BigId)
    by: Mapped[str] = mapped_column(String(200))
    address: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    notice_before: Mapped[str | None] = mapped_column(String(32))
    notice_after: Mapped[str | None] = mapped_column(String(32))


@dataclass(frozen=True, slots=True)
class NoticeMove:
    """How a Notice stood before a decision, and what it made of it on the local ``day``."""

    before: NoticeState
    after: NoticeState
    day: date


@dataclass(frozen=True, slots=True)
class RiskDecision:
    """One decision: ``measure`` is a measure or ``none``; ``sha256`` covers what was signed.

    The states of the Notice are ``None`` in decisions from before it followed them.
    """

    id: int
    institution_id: str
    measure: str
    reason: str
    proposal: Mapping[str, Any]
    sha256: str
    by: str
    at: datetime
    notice_before: NoticeState | None
    notice_after: NoticeState | None


class RiskDecisionRepository:
    """Writes and reads decisions."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def add(
        self,
        scope: Scope,
        institution_id: str,
        measure: str,
        reason: str,
        proposal: Mapping[str, Any],
        sha256: str,
        move: NoticeMove,
        actor: Actor,
        now: datetime,
    ) -> RiskDecision:
        """Keep a decision, and let the register of the Notice follow it.

        Raises:
            NotFoundError: there is no such institution within ``scope``.
            InputError: the reason is missing.
            ConflictError: the Notice stands otherwise than it did when the decision was prepared.
        """
        words = clean_text(reason, _LONGEST_REASON)
        if not words:
            raise InputError(
                Text("请写明原因", "a reason is needed"),
                where="reason",
                hint=Text("用几个字说明原因", "say why, in a few words"),
            )
        known = select(InstitutionRow.id).where(
            InstitutionRow.id == institution_id, within(scope, InstitutionRow.id)
        )
        with self._database.transaction() as session:
            if session.scalar(known) is None:
                raise NotFoundError(
                    Text("没有这个机构", "there is no such institution"), where=institution_id
                )
            if kept_state(session, institution_id) is not move.before:
                raise ConflictError(
                    Text("告知书状态已被他人修改", "somebody changed the Notice meanwhile"),
                    where=institution_id,
                    hint=Text("请重新载入页面再看", "reload the page and look again"),
                )
            row = RiskDecisionRow(
                institution_id=institution_id,
                measure=measure,
                reason=words,
                proposal=plain(proposal),
                sha256=sha256,
                by_user_id=actor.user_id,
                by=clean_line(actor.name, 200),
                address=clean_line(actor.address, 64),
                at=now,
                notice_before=move.before.value,
                notice_after=move.after.value,
            )
            session.add(row)
            session.flush()
            if move.after is not move.before:
                author = Author(actor, Origin.PAGE)
                enter_step(
                    session, institution_id, move.after, words, move.day, author, now, row.id
                )
            return _decision(row)

    def history(self, scope: Scope, institution_id: str) -> tuple[RiskDecision, ...]:
        """Return all decisions about an institution within ``scope``, newest first."""
        statement = (
            select(RiskDecisionRow)
            .where(
                RiskDecisionRow.institution_id == institution_id,
                within(scope, RiskDecisionRow.institution_id),
            )
            .order_by(RiskDecisionRow.id.desc())
        )
        with self._database.reading() as session:
            return tuple(_decision(row) for row in session.scalars(statement))

    def between(self, scope: Scope, start: datetime, end: datetime) -> tuple[RiskDecision, ...]:
        """Return the decisions within ``scope`` from ``start`` to ``end``, oldest first."""
        statement = (
            select(RiskDecisionRow)
            .where(
                RiskDecisionRow.at >= start,
                RiskDecisionRow.at < end,
                within(scope, RiskDecisionRow.institution_id),
            )
            .order_by(RiskDecisionRow.at, RiskDecisionRow.id)
        )
        with self._database.reading() as session:
            return tuple(_decision(row) for row in session.scalars(statement))

    def latest(self, scope: Scope) -> dict[str, RiskDecision]:
        """Return the newest decision about each institution within ``scope``."""
        newest = select(func.max(RiskDecisionRow.id)).group_by(RiskDecisionRow.institution_id)
        statement = select(RiskDecisionRow).where(
            RiskDecisionRow.id.in_(newest), within(scope, RiskDecisionRow.institution_id)
        )
        with self._database.reading() as session:
            return {row.institution_id: _decision(row) for row in session.scalars(statement)}


def _decision(row: RiskDecisionRow) -> RiskDecision:
    return RiskDecision(
        row.id,
        row.institution_id,
        row.measure,
        row.reason,
        row.proposal,
        row.sha256,
        row.by,
        row.at,
        None if row.notice_before is None else NoticeState(row.notice_before),
        None if row.notice_after is None else NoticeState(row.notice_after),
    )
