"""Events that fired, with what became of their alerts, for comparison with what would have."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select

from monitor.domain.alerts import AlertState
from monitor.domain.events import Event
from monitor.store.alerts import AlertRow
from monitor.store.base import Database
from monitor.store.event_rows import stored_event
from monitor.store.events import EventRow

_LONGEST = timedelta(days=31)


@dataclass(frozen=True, slots=True)
class FiredEvent:
    """One event, the alert it belongs to, and where that stands."""

    event: Event
    alert_id: int
    state: AlertState


class FiredEventRepository:
    """Reads events by room, rule and time. Who may see the rooms is for the caller to decide."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def fired(
        self, room_ids: Collection[str], rule: str, since: datetime, until: datetime
    ) -> tuple[FiredEvent, ...]:
        """Return the events of ``rule`` that lasted at some time between ``since`` and ``until``.

        They are in the order of their raises.
        """
        statement = (
            select(EventRow, AlertRow.state)
            .join(AlertRow, AlertRow.id == EventRow.alert_id)
            .where(EventRow.room_id.in_(room_ids), EventRow.rule == rule)
            .where(EventRow.onset < until, EventRow.raised >= since - _LONGEST)
            .where(EventRow.cleared.is_(None) | (EventRow.cleared >= since))
            .order_by(EventRow.raised, EventRow.id)
        )
        with self._database.reading() as session:
            return tuple(
                FiredEvent(stored_event(row), row.alert_id, AlertState(state))
                for row, state in session.execute(statement)
            )
