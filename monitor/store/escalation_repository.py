"""Finds the steps of escalations that are due and works them off; any number may run."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from monitor.domain.alert_life import LifePolicy
from monitor.domain.escalation import Ladder, StepState
from monitor.store.alerts import AlertRow
from monitor.store.base import Database
from monitor.store.climbing import climb_due
from monitor.store.escalations import EscalationRow
from monitor.store.steps import tell_feed


class EscalationRepository:
    """Takes due steps, each alert in a transaction of its own."""

    def __init__(self, database: Database, ladder: Ladder, life: LifePolicy | None = None) -> None:
        self._database = database
        self._life = life or LifePolicy()
        self._ladder = ladder

    def climb_due(self, now: datetime, limit: int = 100) -> int:
        """Take the steps that are due, the longest due first; return how many were looked at."""
        statement = (
            select(EscalationRow.alert_id, EscalationRow.due)
            .where(EscalationRow.state == StepState.WAITING.value, EscalationRow.due <= now)
            .order_by(EscalationRow.due, EscalationRow.id)
            .limit(limit)
        )
        with self._database.reading() as session:
            waiting = dict.fromkeys(row.alert_id for row in session.execute(statement))
        return sum(self._climb(alert_id, now) for alert_id in waiting)

    def _climb(self, alert_id: int, now: datetime) -> int:
        with self._database.transaction() as session:
            alert = session.get_one(AlertRow, alert_id, with_for_update=True)
            before = alert.version
            taken = climb_due(session, alert, self._ladder, self._life, now)
            if alert.version != before:
                tell_feed(session, alert, "escalate", now)
            return taken
