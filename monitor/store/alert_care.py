"""What a person's action changes about an alert, inside a transaction that has locked it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from monitor.domain.alert_life import LifePolicy
from monitor.domain.alerts import AlertAction, AlertState
from monitor.domain.errors import ConflictError, InputError
from monitor.domain.escalation import StepKind, StepState
from monitor.domain.events import Severity
from monitor.domain.notices import NoticeKind, Reason
from monitor.domain.text import Text
from monitor.store.alerts import AlertRow
from monitor.store.escalations import add_step_row, cancel_steps, close_step, steps_of
from monitor.store.outbox import take_back
from monitor.store.reminding import begin_reminding, stop_reminding
from monitor.store.text import clean_line


@dataclass(frozen=True, slots=True)
class Assignee:
    """Who is to handle an alert; nobody in particular with an empty name."""

    user_id: int | None
    name: str


@dataclass(frozen=True, slots=True)
class Wish:
    """What a person wants: an action with what belongs to it.

    ``until`` is for a snooze, ``assignee`` for handing over.
    """

    action: AlertAction
    until: datetime | None = None
    assignee: Assignee | None = None


def check_wish(wish: Wish, row: AlertRow, life: LifePolicy, now: datetime) -> None:
    """Refuse what does not fit.

    Raises:
        InputError: something is missing or out of bounds.
        ConflictError: it is too late for it.
    """
    if wish.action is AlertAction.SNOOZE:
        longest = life.snooze_limit(Severity(row.severity))
        if wish.until is None or not now < wish.until <= now + longest:
            minutes = round(longest.total_seconds() / 60)
            raise InputError(
                Text(
                    f"这条告警最多暂缓 {minutes} 分钟",
                    f"this alert may be snoozed for {minutes} minutes at most",
                ),
                where="until",
                hint=Text("请选更短的时间", "choose a shorter time"),
            )
    if wish.action is AlertAction.ASSIGN and wish.assignee is None:
        raise InputError(
            Text("请写明交给谁", "say to whom"),
            where="assignee",
            hint=Text("请选择一个人", "choose a person"),
        )
    if wish.action is AlertAction.REOPEN:
        ended = row.ended or row.updated
        if now - ended > life.reopen_within:
            hours = round(life.reopen_within.total_seconds() / 3600)
            raise ConflictError(
                Text(
                    f"告警结束后 {hours} 小时内可以重新打开",
                    f"an alert may be reopened for {hours} hours after its end",
                ),
                hint=Text("请改为写备注", "write a comment instead"),
            )


def follow_up(session: Session, row: AlertRow, wish: Wish, life: LifePolicy, now: datetime) -> None:
    """Do what follows from an action of a person, the new state standing in ``row`` already.

    Raises:
        ConflictError: there is no further tier to escalate to.
    """
    state = AlertState(row.state)
    row.ended = now if state.ended and row.ended is None else row.ended
    match wish.action:
        case AlertAction.ACKNOWLEDGE:
            cancel_steps(session, row.id, Reason.ACKNOWLEDGED, now, (StepKind.TIER,))
            _take_back(session, row, Reason.ACKNOWLEDGED, now)
            begin_reminding(session, row, life, now)
        case AlertAction.SNOOZE if wish.until is not None:
            _snooze(session, row, wish.until, now)
        case AlertAction.ASSIGN if wish.assignee is not None:
            row.assignee_id = wish.assignee.user_id
            row.assignee = clean_line(wish.assignee.name, 200)
            stop_reminding(session, row, Reason.HANDED_OVER, now)
            begin_reminding(session, row, life, now)  # whoever has it now has the whole time
        case AlertAction.REOPEN:
            _reopen(session, row, now)
        case AlertAction.ESCALATE:
            _escalate(session, row, now)
        case AlertAction.RESOLVE | AlertAction.MARK_FALSE | AlertAction.MARK_DRILL:
            row.snoozed_until = None
            stop_reminding(session, row, Reason.HANDLED, now)
            cancel_steps(session, row.id, Reason.HANDLED, now)
            _take_back(session, row, Reason.HANDLED, now)


def _snooze(session: Session, row: AlertRow, until: datetime, now: datetime) -> None:
    row.snoozed_until = until
    stop_reminding(session, row, Reason.SNOOZED, now)  # the end of the snooze begins them anew
    cancel_steps(session, row.id, Reason.SNOOZED, now, (StepKind.WAKE,))
    key = f"alert-{row.id}:wake:{until.isoformat()}:{row.version}"
    add_step_row(session, row.id, StepKind.WAKE, until, now, key=key, episode=row.episode)


def _reopen(session: Session, row: AlertRow, now: datetime) -> None:
    row.ended = None
    row.episode += 1
    key = f"alert-{row.id}:reopen:{row.episode}"
    add_step_row(session, row.id, StepKind.REOPEN, now, now, key=key, episode=row.episode)


def _escalate(session: Session, row: AlertRow, now: datetime) -> None:
    states = (StepState.WAITING, StepState.CANCELLED, StepState.SKIPPED)
    for step in steps_of(session, row.id, states):
        if step.kind == StepKind.TIER.value and step.episode == row.episode:
            step.state = StepState.WAITING.value
            step.reason = Reason.ASKED.value
            step.due = now
            step.decided = None
            return
    raise ConflictError(
        Text("所有人都已通知", "everybody has been told already"),
        hint=Text("请打电话，或写备注", "call them, or write a comment"),
    )


def _take_back(session: Session, row: AlertRow, reason: Reason, now: datetime) -> None:
    """Hold back what an escalation wanted told and nobody has begun to deliver."""
    taken = {step for _, step in take_back(session, row.id, NoticeKind.ESCALATE, reason)}
    for step in steps_of(session, row.id, (StepState.DONE,)):
        if step.episode == row.episode and step.tier and step.tier in taken:
            close_step(step, StepState.CANCELLED, reason, now)
