"""Overdue findings put into the outbox, in the transaction that takes down their escalation."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime

from sqlalchemy import select

from monitor.domain.alerts import SYSTEM
from monitor.domain.findings import FindingAction, FindingState
from monitor.domain.notices import Decision
from monitor.store.base import Database
from monitor.store.finding_notices import put_finding_notice
from monitor.store.finding_views import FindingView, finding_view
from monitor.store.findings import FindingRow, add_finding_step

LevelOf = Callable[[FindingView], int]
"""Says how far a finding has to be escalated by now; 0 is not at all."""

DecideOverdue = Callable[[FindingView, int], Sequence[Decision]]
"""Decides, without side effects, who is told that a finding has reached a level."""

_URGENCY = 2


class FindingEscalation:
    """Escalates findings; each level of each finding once, however many processes do it."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def escalate(self, today: date, now: datetime, level_of: LevelOf, decide: DecideOverdue) -> int:
        """Escalate what was to be put right before ``today`` and is not; return how many."""
        statement = (
            select(FindingRow)
            .where(FindingRow.state == FindingState.OPEN.value, FindingRow.due < today)
            .order_by(FindingRow.id)
            .with_for_update(skip_locked=True)
        )
        escalated = 0
        with self._database.transaction() as session:
            for row in session.scalars(statement):
                view = finding_view(row)
                level = level_of(view)
                if level <= row.escalated:
                    continue
                decisions = decide(view, level)
                row.escalated = level
                row.version += 1
                told = [item.channel_id for item in decisions if item.told]
                add_finding_step(
                    session,
                    row,
                    FindingAction.ESCALATE,
                    FindingState(row.state),
                    SYSTEM,
                    now,
                    text=f"{level}: {', '.join(told) or '–'}",
                )
                for decision in decisions:
                    # After an extension the same level is told again.
                    key = f"{row.due.isoformat()}:{level}"
                    put_finding_notice(session, row.id, key, decision, _URGENCY, now)
                escalated += 1
        return escalated
