"""Notices that could not be delivered: shown to people, who may have them sent once more."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from monitor.domain.access import Scope
from monitor.domain.alerts import Actor, AlertAction
from monitor.domain.errors import NotFoundError
from monitor.domain.events import Severity
from monitor.domain.notices import NoticeKind
from monitor.store.alerts import AlertRow
from monitor.store.base import Database
from monitor.store.feed import FeedKind, append_to_feed
from monitor.store.outbox import DeliveryState, OutboxRow
from monitor.store.scope import within
from monitor.store.steps import add_step, feed_payload

_DEAD = DeliveryState.DEAD.value


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A notice that was given up, with the alert it is about."""

    id: int
    alert_id: int
    rule: str
    severity: Severity
    institution_id: str
    room_id: str
    channel_id: str
    kind: NoticeKind
    title: str
    attempts: int
    created: datetime
    last_error: str


class DeadLetterRepository:
    """Finds what was given up within somebody's scope, and puts it back into the outbox."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def list(self, scope: Scope, limit: int = 200) -> tuple[DeadLetter, ...]:
        """Return what was given up, newest first."""
        statement = (
            select(OutboxRow, AlertRow)
            .join(AlertRow, AlertRow.id == OutboxRow.alert_id)
            .where(OutboxRow.state == _DEAD, within(scope, AlertRow.institution_id))
            .order_by(OutboxRow.id.desc())
            .limit(limit)
        )
        with self._database.reading() as session:
            return tuple(_letter(row, alert) for row, alert in session.execute(statement))

    def count(self, scope: Scope) -> int:
        """Return how many were given up."""
        statement = (
            select(func.count())
            .select_from(OutboxRow)
            .join(AlertRow, AlertRow.id == OutboxRow.alert_id)
            .where(OutboxRow.state == _DEAD, within(scope, AlertRow.institution_id))
        )
        with self._database.reading() as session:
            return session.scalar(statement) or 0

    def resend(self, scope: Scope, notice_id: int, actor: Actor, now: datetime) -> int:
        """Try a notice once more, from the beginning; return the id of its alert.

        Raises:
            NotFoundError: there is no such notice among those given up within ``scope``.
        """
        found = (
            select(AlertRow)
            .join(OutboxRow, OutboxRow.alert_id == AlertRow.id)
            .where(OutboxRow.id == notice_id, within(scope, AlertRow.institution_id))
            .with_for_update(of=AlertRow)
        )
        with self._database.transaction() as session:
            alert = session.scalar(found)
            row = session.get(OutboxRow, notice_id, with_for_update=True)
            if alert is None or row is None or row.state != _DEAD:
                raise NotFoundError("no such notice was given up", where=f"notice {notice_id}")
            row.state = DeliveryState.PENDING.value
            row.attempts = 0
            row.next_attempt = now
            alert.updated = now
            alert.version += 1
            channel = row.channel_id
            add_step(session, alert, AlertAction.RESEND, alert.state, actor, now, reason=channel)
            payload = feed_payload(alert, AlertAction.RESEND)
            append_to_feed(session, FeedKind.ALERT, alert.id, alert.institution_id, payload, now)
            return alert.id


def _letter(row: OutboxRow, alert: AlertRow) -> DeadLetter:
    return DeadLetter(
        id=row.id,
        alert_id=alert.id,
        rule=alert.rule,
        severity=Severity(alert.severity),
        institution_id=alert.institution_id,
        room_id=alert.room_id,
        channel_id=row.channel_id,
        kind=NoticeKind(row.kind),
        title=row.title,
        attempts=row.attempts,
        created=row.created,
        last_error=row.last_error,
    )
