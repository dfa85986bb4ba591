"""Alerts of the past with the moments that figures are made of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, func, or_, select

from monitor.domain.alerts import AlertAction
from monitor.store.alert_views import AlertView, alert_view
from monitor.store.alerts import AlertRow, AlertStepRow
from monitor.store.base import Database


@dataclass(frozen=True, slots=True)
class AlertLife:
    """One alert and when somebody first acknowledged it, if anybody did."""

    alert: AlertView
    acknowledged: datetime | None


class AlertHistory:
    """Reads alerts for figures; for the system itself, so without a scope."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of_institution(
        self, institution_id: str, start: datetime, end: datetime
    ) -> tuple[AlertLife, ...]:
        """Return the alerts raised from ``start`` to ``end``, and older ones not ended yet."""
        acknowledged = (
            select(AlertStepRow.alert_id, func.min(AlertStepRow.at).label("at"))
            .where(AlertStepRow.action == AlertAction.ACKNOWLEDGE.value)
            .group_by(AlertStepRow.alert_id)
            .subquery()
        )
        within = and_(AlertRow.raised >= start, AlertRow.raised < end)
        waiting = and_(AlertRow.open_place.is_not(None), AlertRow.raised < end)
        statement = (
            select(AlertRow, acknowledged.c.at)
            .outerjoin(acknowledged, acknowledged.c.alert_id == AlertRow.id)
            .where(AlertRow.institution_id == institution_id, or_(within, waiting))
            .order_by(AlertRow.raised, AlertRow.id)
        )
        with self._database.reading() as session:
            return tuple(AlertLife(alert_view(row), at) for row, at in session.execute(statement))
