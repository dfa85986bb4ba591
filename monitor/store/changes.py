"""What changed about an alert, as whoever decides about telling is asked."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from monitor.domain.alerts import AlertState
from monitor.domain.notices import AlertChange, ChangeKind
from monitor.store.alerts import AlertRow
from monitor.store.event_rows import stored_event
from monitor.store.events import EventRow
from monitor.store.outbox import who_was_told
from monitor.store.shelves import shelf_over


def change_of(
    session: Session, kind: ChangeKind, alert: AlertRow, row: EventRow, now: datetime
) -> AlertChange:
    """Return the change of ``alert`` by the event in ``row``."""
    told = who_was_told(session, alert.id, row.id)
    return AlertChange(
        kind=kind,
        alert_id=alert.id,
        event=stored_event(row),
        state=AlertState(alert.state),
        repeats=alert.repeats,
        over=alert.cleared is not None,
        told=told.told,
        told_of_event=told.told_of_event,
        waiting=told.waiting,
        last_told=told.last_told,
        shelved=shelf_over(session, alert, now) is not None,
        snoozed=alert.snoozed_until is not None and alert.snoozed_until > now,
        flapping=alert.flapping,
    )


def spokesman_of(session: Session, alert: AlertRow) -> EventRow:
    """Return the event that an alert is told as: the latest of the severest."""
    statement = (
        select(EventRow)
        .where(EventRow.alert_id == alert.id, EventRow.severity == alert.severity)
        .order_by(EventRow.onset.desc(), EventRow.id.desc())
        .limit(1)
    )
    return session.scalars(statement).one()
