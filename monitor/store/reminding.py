"""Reminders of alerts that somebody acknowledged and nobody ended.

One step an alert waits at a time; telling it puts down the next, so that a service which stood
still reminds once and not of everything it missed. Inside a transaction that has locked the alert.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from monitor.domain.alert_life import LifePolicy
from monitor.domain.alerts import SYSTEM, AlertAction, AlertState
from monitor.domain.escalation import Ladder, StepKind, StepState
from monitor.domain.events import Severity
from monitor.domain.notices import AlertChange, ChangeKind, Decision, NoticeKind, Reason
from monitor.store.alerts import AlertRow
from monitor.store.changes import change_of, spokesman_of
from monitor.store.escalations import EscalationRow, add_step_row, close_step, steps_of
from monitor.store.outbox import group_of, put_notices, take_back
from monitor.store.shelves import shelf_over
from monitor.store.steps import add_step


def begin_reminding(
    session: Session, alert: AlertRow, life: LifePolicy, now: datetime, told: int = 0
) -> None:
    """Put down the next reminder of an acknowledged alert, unless one waits already.

    While it is snoozed there is none: the end of the snooze tells, and begins them anew.
    """
    after = life.reminder_after(alert.institution_id, Severity(alert.severity), told)
    snoozed = alert.snoozed_until is not None and alert.snoozed_until > now
    acknowledged = alert.state == AlertState.ACKNOWLEDGED.value
    if after is None or snoozed or not acknowledged or _waiting(session, alert):
        return
    key = f"alert-{alert.id}:remind:{alert.episode}:{alert.version}:{told}"
    add_step_row(
        session,
        alert.id,
        StepKind.REMIND,
        now + after,
        now,
        key=key,
        episode=alert.episode,
        position=told,
    )


def hurry_reminder(session: Session, alert: AlertRow, life: LifePolicy, now: datetime) -> None:
    """Remind no later than is right for an acknowledged alert that has become worse."""
    after = life.reminder_after(alert.institution_id, Severity(alert.severity))
    if after is None:
        return
    for row in _waiting(session, alert):
        row.due = min(row.due, now + after)
    begin_reminding(session, alert, life, now)


def stop_reminding(session: Session, alert: AlertRow, reason: Reason, now: datetime) -> None:
    """Remind no more; that is put down for everybody who would have been reminded."""
    waiting = _waiting(session, alert)
    if not waiting:
        return
    for row in waiting:
        close_step(row, StepState.CANCELLED, reason, now)
    taken_back = take_back(session, alert.id, NoticeKind.UNRESOLVED, reason)
    known = {group_of(channel) for channel, _ in taken_back}
    _hold_back(session, _change(session, alert, now), reason, now, known)


def remind(
    session: Session,
    alert: AlertRow,
    row: EscalationRow,
    ladder: Ladder,
    life: LifePolicy,
    now: datetime,
) -> None:
    """Tell those who were told before that an alert still waits to be ended."""
    if alert.state != AlertState.ACKNOWLEDGED.value:
        close_step(row, StepState.CANCELLED, Reason.HANDLED, now)
        return
    change = _change(session, alert, now)
    shelf = shelf_over(session, alert, now)
    if shelf is not None:
        row.due, row.reason = shelf.expires, Reason.SHELVED.value
        _hold_back(session, change, Reason.SHELVED, now)
        return
    decisions = ladder.remind(change, Reason.FORGOTTEN)
    step = f"remind-{row.id}"
    put_notices(session, change, [replace(item, step=step) for item in decisions], now)
    close_step(row, StepState.DONE, Reason.FORGOTTEN, now)
    alert.updated = now
    alert.version += 1
    add_step(session, alert, AlertAction.REMIND, alert.state, SYSTEM, now)
    told = row.position + 1
    begin_reminding(session, alert, life, now, told)
    if not _waiting(session, alert):
        _hold_back(session, change, Reason.REMINDED_ENOUGH, now)


def _waiting(session: Session, alert: AlertRow) -> list[EscalationRow]:
    rows = steps_of(session, alert.id, (StepState.WAITING,))
    return [row for row in rows if row.kind == StepKind.REMIND.value]


def _hold_back(
    session: Session,
    change: AlertChange,
    reason: Reason,
    now: datetime,
    known: Collection[str] = (),
) -> None:
    held = [
        Decision(channel, NoticeKind.UNRESOLVED, reason)
        for channel in sorted(change.told - set(known))
    ]
    put_notices(session, change, held, now)


def _change(session: Session, alert: AlertRow, now: datetime) -> AlertChange:
    return change_of(session, ChangeKind.RAISED, alert, spokesman_of(session, alert), now)
