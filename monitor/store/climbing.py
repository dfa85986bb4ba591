"""Works off the steps of one alert's escalation, inside a transaction that has locked the alert.

Every step ends as done, skipped or cancelled, or waits on, with a named reason; what it tells
stands in the outbox before the transaction ends, so it is told whatever dies then, and once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from monitor.domain.alert_life import LifePolicy
from monitor.domain.alerts import SYSTEM, AlertAction, AlertState
from monitor.domain.escalation import Climb, Ladder, StepKind, StepState, Verdict
from monitor.domain.events import Severity
from monitor.domain.notices import AlertChange, ChangeKind, Decision, Reason
from monitor.store.alerts import AlertRow
from monitor.store.changes import change_of, spokesman_of
from monitor.store.escalations import (
    EscalationRow,
    add_tiers,
    cancel_steps,
    close_step,
    steps_of,
)
from monitor.store.outbox import put_notices
from monitor.store.reminding import begin_reminding, hurry_reminder, remind
from monitor.store.shelves import shelf_over
from monitor.store.steps import add_step

_SOON = timedelta(seconds=1)
_POSTPONED = frozenset(
    {
        Reason.SHELVED.value,
        Reason.SNOOZED.value,
        Reason.COOL_DOWN.value,
        Reason.OUTSIDE_HOURS.value,
    }
)


def begin(
    session: Session, alert: AlertRow, life: LifePolicy, ladder: Ladder, at: datetime
) -> None:
    """Begin the escalation of a new alert, and take what is due at once."""
    alert.quiet_until = _cool_down(session, alert, life, at)
    shelf = shelf_over(session, alert, at)
    alert.shelf_id = None if shelf is None else shelf.id
    _plan(session, alert, ladder, at)
    climb_due(session, alert, ladder, life, at)


def hasten(
    session: Session,
    alert: AlertRow,
    ladder: Ladder,
    life: LifePolicy,
    at: datetime,
    *,
    worse: bool,
) -> None:
    """Take account of an alert that happened again, or became ``worse``: steps come earlier.

    Who acknowledged or snoozed it knew the milder one: whoever is told at once of the worse one
    is told all the same.
    """
    state = AlertState(alert.state)
    if state.ended or (state is AlertState.ACKNOWLEDGED and not worse):
        return
    if worse and alert.severity == Severity.CRITICAL.value:
        alert.snoozed_until = None
        cancel_steps(session, alert.id, Reason.SNOOZED, at, (StepKind.WAKE,))
    if state is AlertState.OPEN:
        _plan(session, alert, ladder, at)
    else:
        hurry_reminder(session, alert, life, at)
    change = _change(session, alert, at)
    now_due = {step.tier for step in ladder.plan(change.event, at) if step.due <= at}
    for row in steps_of(session, alert.id, (StepState.DONE, StepState.CANCELLED)):
        here = row.kind == StepKind.TIER.value and row.episode == alert.episode
        if here and (row.state == StepState.DONE.value or row.tier in now_due):
            _tell_the_rest(session, alert, row, change, ladder, at)
    climb_due(session, alert, ladder, life, at)


def _tell_the_rest(
    session: Session,
    alert: AlertRow,
    row: EscalationRow,
    change: AlertChange,
    ladder: Ladder,
    at: datetime,
) -> None:
    """Tell those of a tier who were not told yet, because the alert was too mild for them."""
    held = _held(session, alert, at)
    hold = None if held is None else held[0]
    verdict = ladder.climb(Climb(change, row.tier, row.created, at, Reason.TOLD, hold))
    fresh = [
        replace(item, step=f"{item.step}:worse")  # what was taken back must not stand in its way
        for item in verdict.decisions
        if item.channel_id not in change.told
    ]
    put_notices(session, change, fresh, at, alert.episode)
    if _told(fresh):
        close_step(row, StepState.DONE, Reason.TOLD, at)
        alert.tier = max(alert.tier, row.position + 1)


def climb_due(
    session: Session, alert: AlertRow, ladder: Ladder, life: LifePolicy, now: datetime
) -> int:
    """Take the steps of an alert that are due; return how many were looked at."""
    taken = 0
    while (row := _next_due(session, alert, now)) is not None:
        taken += 1
        match StepKind(row.kind):
            case StepKind.TIER:
                _climb(session, alert, row, ladder, now)
            case StepKind.WAKE:
                _wake(session, alert, row, ladder, now)
                begin_reminding(session, alert, life, now)
            case StepKind.REMIND:
                remind(session, alert, row, ladder, life, now)
            case StepKind.REOPEN:
                close_step(row, StepState.DONE, Reason.REOPENED, now)
                _plan(session, alert, ladder, now)
        session.flush()
    return taken


def _plan(session: Session, alert: AlertRow, ladder: Ladder, at: datetime) -> None:
    event = _change(session, alert, at).event
    add_tiers(session, alert.id, alert.episode, ladder.plan(event, at), at)


def _climb(
    session: Session, alert: AlertRow, row: EscalationRow, ladder: Ladder, now: datetime
) -> None:
    asked = row.reason == Reason.ASKED.value
    change = _change(session, alert, now)
    if (over := _not_needed(alert, row, change, ladder, asked=asked)) is not None:
        close_step(row, StepState.CANCELLED, over, now)
        return
    hold = None if asked else _held(session, alert, now)
    why = _why(alert, row, asked=asked)
    wanted = Climb(change, row.tier, row.created, now, why, asked=asked)
    if hold is not None:
        reason, until = hold
        wanted = replace(wanted, hold=reason)
        verdict = ladder.climb(wanted)
        verdict = Verdict(StepState.WAITING, reason, verdict.decisions, until)
    else:
        verdict = ladder.climb(wanted)
    decisions = verdict.decisions
    if asked:
        decisions = [replace(item, step=f"{item.step}:asked") for item in decisions]
    put_notices(session, change, decisions, now, alert.episode)
    _settle(session, alert, row, verdict, now)


def _settle(
    session: Session, alert: AlertRow, row: EscalationRow, verdict: Verdict, now: datetime
) -> None:
    if verdict.state is StepState.WAITING and verdict.again is not None:
        row.due = max(verdict.again, now + _SOON)
        row.reason = verdict.reason.value
        return
    close_step(row, verdict.state, verdict.reason, now)
    if verdict.state is StepState.SKIPPED:
        _pull_next(session, alert, row, now)  # nobody there answers: do not wait for them
    if verdict.state is StepState.DONE and _told(verdict.decisions):
        alert.tier = max(alert.tier, row.position + 1)
        if row.position > 0 and row.due > row.created:
            _note(session, alert, AlertAction.ESCALATE, row.tier, now)


def _wake(
    session: Session, alert: AlertRow, row: EscalationRow, ladder: Ladder, now: datetime
) -> None:
    if alert.snoozed_until is not None and alert.snoozed_until > now:
        close_step(row, StepState.CANCELLED, Reason.SNOOZED, now)  # snoozed again, for longer
        return
    alert.snoozed_until = None
    if alert.cleared is not None:
        close_step(row, StepState.CANCELLED, Reason.OVER, now)
        return
    close_step(row, StepState.DONE, Reason.SNOOZE_OVER, now)
    _note(session, alert, AlertAction.WAKE, "", now)
    change = _change(session, alert, now)
    reminders = ladder.remind(change, Reason.SNOOZE_OVER)
    step = f"wake-{row.id}"
    put_notices(session, change, [replace(item, step=step) for item in reminders], now)


def _not_needed(
    alert: AlertRow, row: EscalationRow, change: AlertChange, ladder: Ladder, *, asked: bool
) -> Reason | None:
    if change.state.ended:
        return Reason.HANDLED
    if asked:
        return None
    if change.state is AlertState.ACKNOWLEDGED:
        return Reason.ACKNOWLEDGED
    if change.over and row.reason in _POSTPONED:
        return Reason.OVER
    later = row.position > 0 or alert.tier > 0
    return Reason.OVER if change.over and later and not ladder.goes_on(change.event) else None


def _held(session: Session, alert: AlertRow, now: datetime) -> tuple[Reason, datetime] | None:
    shelf = shelf_over(session, alert, now)
    if shelf is not None:
        alert.shelf_id = shelf.id
        return Reason.SHELVED, shelf.expires
    alert.shelf_id = None
    if alert.snoozed_until is not None and alert.snoozed_until > now:
        return Reason.SNOOZED, alert.snoozed_until
    if alert.severity == Severity.CRITICAL.value:
        return None
    if alert.quiet_until is not None and alert.quiet_until > now:
        return Reason.COOL_DOWN, alert.quiet_until
    return None


def _why(alert: AlertRow, row: EscalationRow, *, asked: bool) -> Reason:
    if asked:
        return Reason.ASKED
    if row.reason in _POSTPONED:
        return Reason.POSTPONED
    if row.position > 0 and row.due > row.created:
        return Reason.UNANSWERED
    return Reason.REOPENED if alert.episode else Reason.TOLD


def _cool_down(
    session: Session, alert: AlertRow, life: LifePolicy, at: datetime
) -> datetime | None:
    length = life.cool_down.get(Severity(alert.severity))
    ended = session.scalar(
        select(AlertRow.ended)
        .where(AlertRow.place == alert.place, AlertRow.ended.is_not(None), AlertRow.id != alert.id)
        .order_by(AlertRow.ended.desc())
        .limit(1)
    )
    if length is None or ended is None or ended + length <= at:
        return None
    return ended + length


def _next_due(session: Session, alert: AlertRow, now: datetime) -> EscalationRow | None:
    statement = (
        select(EscalationRow)
        .where(
            EscalationRow.alert_id == alert.id,
            EscalationRow.state == StepState.WAITING.value,
            EscalationRow.due <= now,
        )
        .order_by(EscalationRow.position, EscalationRow.id)
        .limit(1)
        .with_for_update()
    )
    return session.scalar(statement)


def _pull_next(session: Session, alert: AlertRow, row: EscalationRow, now: datetime) -> None:
    for other in steps_of(session, alert.id, (StepState.WAITING,)):
        same = other.episode == row.episode and other.kind == row.kind
        if same and other.position > row.position and not other.reason:
            other.due = min(other.due, now)
            return


def _change(session: Session, alert: AlertRow, now: datetime) -> AlertChange:
    return change_of(session, ChangeKind.RAISED, alert, spokesman_of(session, alert), now)


def _note(
    session: Session, alert: AlertRow, action: AlertAction, reason: str, now: datetime
) -> None:
    alert.updated = now
    alert.version += 1
    add_step(session, alert, action, alert.state, SYSTEM, now, reason=reason)


def _told(decisions: Sequence[Decision]) -> bool:
    return any(decision.told for decision in decisions)
