"""Notices that could not be delivered: shown to people, who may have them sent once more."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TypeVarTuple

from sqlalchemy import Select, func, or_, select
from sqlalchemy.orm import Session

from monitor.domain.access import Scope
from monitor.domain.alerts import Actor, AlertAction
from monitor.domain.errors import NotFoundError
from monitor.domain.events import Severity
from monitor.domain.notices import NoticeKind
from monitor.domain.text import Text
from monitor.store.alerts import AlertRow
from monitor.store.base import Database
from monitor.store.findings import FindingRow
from monitor.store.outbox import DeliveryState, OutboxRow, group_of
from monitor.store.scope import within
from monitor.store.steps import add_step, tell_feed

_DEAD = DeliveryState.DEAD.value
_Found = TypeVarTuple("_Found")


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A notice that was given up, with what it is about.

    That is an alert, with its rule, severity and room, or a finding, or neither: a reminder.
    """

    id: int
    alert_id: int | None
    finding_id: int | None
    rule: str
    severity: Severity | None
    institution_id: str | None
    room_id: str | None
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
            _dead(select(OutboxRow, AlertRow, FindingRow), scope)
            .order_by(OutboxRow.id.desc())
            .limit(limit)
        )
        with self._database.reading() as session:
            return tuple(_letter(*found) for found in session.execute(statement))

    def count(self, scope: Scope) -> int:
        """Return how many were given up."""
        statement = _dead(select(func.count()).select_from(OutboxRow), scope)
        with self._database.reading() as session:
            return session.scalar(statement) or 0

    def resend(self, scope: Scope, notice_id: int, actor: Actor, now: datetime) -> None:
        """Try a notice once more, from the beginning.

        Raises:
            NotFoundError: there is no such notice among those given up within ``scope``.
        """
        found = _dead(select(OutboxRow), scope).where(OutboxRow.id == notice_id)
        with self._database.transaction() as session:
            row = session.scalar(found)
            if row is None:
                raise _missing(notice_id)
            alert = None
            if row.alert_id is not None:  # the alert is locked first, as everywhere
                alert = session.get_one(AlertRow, row.alert_id, with_for_update=True)
            session.refresh(row, with_for_update=True)
            if row.state != _DEAD:
                raise _missing(notice_id)
            row.state = DeliveryState.PENDING.value
            row.attempts = 0
            row.next_attempt = now
            if alert is not None:
                _put_down(session, alert, group_of(row.channel_id), actor, now)


def _dead(statement: Select[*_Found], scope: Scope) -> Select[*_Found]:
    return (
        statement.outerjoin(AlertRow, AlertRow.id == OutboxRow.alert_id)
        .outerjoin(FindingRow, FindingRow.id == OutboxRow.finding_id)
        .where(
            OutboxRow.state == _DEAD,
            or_(within(scope, AlertRow.institution_id), within(scope, FindingRow.institution_id)),
        )
    )


def _missing(notice_id: int) -> NotFoundError:
    return NotFoundError(
        Text("没有这条未送达的通知", "no such notice was given up"), where=f"notice {notice_id}"
    )


def _put_down(
    session: Session, alert: AlertRow, channel_id: str, actor: Actor, now: datetime
) -> None:
    alert.updated = now
    alert.version += 1
    add_step(session, alert, AlertAction.RESEND, alert.state, actor, now, reason=channel_id)
    tell_feed(session, alert, AlertAction.RESEND, now)


def _letter(row: OutboxRow, alert: AlertRow | None, finding: FindingRow | None) -> DeadLetter:
    about = alert or finding
    return DeadLetter(
        id=row.id,
        alert_id=row.alert_id,
        finding_id=row.finding_id,
        rule=alert.rule if alert else "",
        severity=Severity(alert.severity) if alert else None,
        institution_id=about.institution_id if about else None,
        room_id=alert.room_id if alert else None,
        channel_id=group_of(row.channel_id),
        kind=NoticeKind(row.kind),
        title=row.title,
        attempts=row.attempts,
        created=row.created,
        last_error=row.last_error,
    )
