"""Reads alerts as the measures of alarm quality see them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select

from monitor.domain.access import Scope
from monitor.domain.alarm_quality import Alarm
from monitor.domain.alerts import AlertAction, AlertState
from monitor.domain.events import Severity
from monitor.store.alerts import AlertRow, AlertStepRow
from monitor.store.base import Database
from monitor.store.scope import within

_ANSWERS = (
    AlertAction.ACKNOWLEDGE,
    AlertAction.RESOLVE,
    AlertAction.MARK_FALSE,
    AlertAction.MARK_DRILL,
)


class AlarmRepository:
    """Alerts without what only their pages show, many at once."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def raised(self, scope: Scope, start: datetime, end: datetime) -> tuple[Alarm, ...]:
        """Return the alerts raised from ``start`` until before ``end``, in the order of time."""
        time = (AlertRow.raised >= start, AlertRow.raised < end)
        answered = (
            select(AlertStepRow.alert_id, func.min(AlertStepRow.at).label("at"))
            .join(AlertRow, AlertRow.id == AlertStepRow.alert_id)
            .where(
                *time,
                AlertStepRow.action.in_([action.value for action in _ANSWERS]),
                AlertStepRow.actor_user_id.is_not(None),
            )
            .group_by(AlertStepRow.alert_id)
            .subquery()
        )
        row = AlertRow
        columns = (row.id, row.rule, row.institution_id, row.room_id, row.camera_id, row.severity)
        times = (row.state, row.onset, row.raised, row.cleared, row.shelf_id, row.flapping)
        statement = (
            select(
                *columns,
                *times,
                row.provenance["thresholds"]["after"].as_float(),
                answered.c.at,
            )
            .outerjoin(answered, answered.c.alert_id == row.id)
            .where(within(scope, row.institution_id), *time)
            .order_by(row.raised, row.id)
        )
        with self._database.reading() as session:
            return tuple(
                Alarm(
                    id=item[0],
                    rule=item[1],
                    institution_id=item[2],
                    room_id=item[3],
                    camera_id=item[4],
                    severity=Severity(item[5]),
                    state=AlertState(item[6]),
                    onset=item[7],
                    raised=item[8],
                    cleared=item[9],
                    shelved=item[10] is not None,
                    flapping=item[11],
                    wait=item[12],
                    acknowledged=item[13],
                )
                for item in session.execute(statement)
            )
