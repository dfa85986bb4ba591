"""Reads alerts for people and takes down what people do about them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Case, Select, case, func, select, tuple_
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from monitor.domain.access import Scope
from monitor.domain.alert_life import LifePolicy
from monitor.domain.alerts import Actor, AlertAction, AlertState, next_state
from monitor.domain.errors import ConflictError, InputError, NotFoundError
from monitor.domain.events import Severity
from monitor.domain.text import Text
from monitor.store.alert_care import Assignee, Wish, check_wish, follow_up
from monitor.store.alert_search import Word, says
from monitor.store.alert_views import (
    AlertCount,
    AlertDetail,
    AlertPage,
    AlertView,
    alert_view,
    step_view,
)
from monitor.store.alerts import AlertRow, AlertStepRow
from monitor.store.base import Database
from monitor.store.cursors import decode_cursor, encode_cursor
from monitor.store.escalations import escalation_view, steps_of
from monitor.store.event_rows import stored_event
from monitor.store.events import EventRow
from monitor.store.evidence import EvidenceRow, evidence_view
from monitor.store.outbox import OutboxRow, delivery_view
from monitor.store.scope import within
from monitor.store.steps import add_step, tell_feed
from monitor.store.text import clean_text

PERSON_ACTIONS = frozenset(
    {
        AlertAction.ACKNOWLEDGE,
        AlertAction.RESOLVE,
        AlertAction.MARK_FALSE,
        AlertAction.MARK_DRILL,
        AlertAction.REOPEN,
        AlertAction.COMMENT,
        AlertAction.SNOOZE,
        AlertAction.ASSIGN,
        AlertAction.ESCALATE,
    }
)
"""What a person may do; the rest is the system's."""

_NEEDS_REASON = {
    AlertAction.MARK_FALSE: "say why the alert is false: it improves the rules",
    AlertAction.COMMENT: "a comment needs a text",
    AlertAction.REOPEN: "say why it is open again",
    AlertAction.SNOOZE: "say why it can wait",
}
_MOST = 500
_MOST_WAITING = 1000


@dataclass(frozen=True, slots=True)
class AlertFilter:
    """Which alerts to list; empty means any. ``since`` and ``until`` bound the time raised.

    ``words`` must each be said by the alert.
    """

    states: frozenset[AlertState] = frozenset()
    severities: frozenset[Severity] = frozenset()
    rules: frozenset[str] = frozenset()
    institution_id: str | None = None
    room_id: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    words: tuple[Word, ...] = ()


EVERYTHING = AlertFilter()


class AlertRepository:
    """Alerts for people. Whatever lies outside the scope does not exist for the caller."""

    def __init__(self, database: Database, life: LifePolicy | None = None) -> None:
        self._database = database
        self._life = life or LifePolicy()

    def queue(self, scope: Scope, limit: int = 200) -> tuple[AlertView, ...]:
        """Return alerts that wait for somebody: most urgent first, then the longest waiting."""
        statement = (
            select(AlertRow)
            .where(
                within(scope, AlertRow.institution_id),
                AlertRow.state.in_([AlertState.OPEN.value, AlertState.ACKNOWLEDGED.value]),
            )
            .order_by(AlertRow.urgency, AlertRow.raised, AlertRow.id)
            .limit(min(limit, _MOST_WAITING))
        )
        with self._database.reading() as session:
            return tuple(alert_view(row) for row in session.scalars(statement))

    def waiting(self, scope: Scope) -> dict[tuple[AlertState, Severity], int]:
        """Count the alerts that wait for somebody, by state and severity, without a limit."""
        statement = (
            select(AlertRow.state, AlertRow.severity, func.count())
            .where(
                within(scope, AlertRow.institution_id),
                AlertRow.state.in_([AlertState.OPEN.value, AlertState.ACKNOWLEDGED.value]),
            )
            .group_by(AlertRow.state, AlertRow.severity)
        )
        with self._database.reading() as session:
            return {
                (AlertState(state), Severity(severity)): count
                for state, severity, count in session.execute(statement)
            }

    def verdicts(self, scope: Scope, room_id: str, since: datetime) -> dict[AlertState, int]:
        """Count the alerts of a room raised from ``since`` on, by the state they are in."""
        statement = (
            select(AlertRow.state, func.count())
            .where(
                within(scope, AlertRow.institution_id),
                AlertRow.room_id == room_id,
                AlertRow.raised >= since,
            )
            .group_by(AlertRow.state)
        )
        with self._database.reading() as session:
            return {AlertState(state): count for state, count in session.execute(statement)}

    def list(
        self,
        scope: Scope,
        wanted: AlertFilter = EVERYTHING,
        cursor: str | None = None,
        limit: int = 50,
    ) -> AlertPage:
        """Return a page of alerts, newest first; pages neither skip nor repeat when more arrive.

        Raises:
            InputError: ``cursor`` is not one that a page gave.
        """
        limit = max(1, min(limit, _MOST))
        statement = _filtered(scope, wanted)
        if cursor is not None:
            raised, alert_id = decode_cursor(cursor)
            statement = statement.where(tuple_(AlertRow.raised, AlertRow.id) < (raised, alert_id))
        statement = statement.order_by(AlertRow.raised.desc(), AlertRow.id.desc()).limit(limit + 1)
        with self._database.reading() as session:
            rows = session.scalars(statement).all()
        more = len(rows) > limit
        last = rows[limit - 1] if more else None
        return AlertPage(
            alerts=tuple(alert_view(row) for row in rows[:limit]),
            next=encode_cursor(last.raised, last.id) if last is not None else None,
        )

    def get(self, scope: Scope, alert_id: int) -> AlertDetail:
        """Return one alert with its events, steps, evidence and deliveries.

        Raises:
            NotFoundError: there is none within ``scope``.
        """
        with self._database.reading() as session:
            row = _existing(session, scope, alert_id)
            events = select(EventRow).where(EventRow.alert_id == alert_id)
            steps = select(AlertStepRow).where(AlertStepRow.alert_id == alert_id)
            evidence = select(EvidenceRow).where(EvidenceRow.alert_id == alert_id)
            deliveries = select(OutboxRow).where(OutboxRow.alert_id == alert_id)
            return AlertDetail(
                alert=alert_view(row),
                events=tuple(
                    stored_event(item)
                    for item in session.scalars(events.order_by(EventRow.onset, EventRow.id))
                ),
                steps=tuple(
                    step_view(item) for item in session.scalars(steps.order_by(AlertStepRow.id))
                ),
                evidence=tuple(
                    evidence_view(item)
                    for item in session.scalars(evidence.order_by(EvidenceRow.id))
                ),
                deliveries=tuple(
                    delivery_view(item)
                    for item in session.scalars(deliveries.order_by(OutboxRow.id))
                ),
                escalation=tuple(escalation_view(item) for item in steps_of(session, alert_id)),
            )

    def act(
        self,
        scope: Scope,
        alert_id: int,
        action: AlertAction,
        actor: Actor,
        now: datetime,
        *,
        reason: str = "",
        expected_version: int | None = None,
        until: datetime | None = None,
        assignee: Assignee | None = None,
    ) -> AlertView:
        """Do what a person decided and put down who, when, from where and why.

        Args:
            until: when a snooze ends.
            assignee: to whom the alert is handed over.
            expected_version: the version that the person saw; a newer one is a conflict.

        Raises:
            NotFoundError: there is no such alert within ``scope``.
            InputError: the action is not a person's, or lacks what belongs to it.
            ConflictError: the action does not fit, or somebody else was faster.
        """
        _check_input(action, reason)
        wish = Wish(action, until, assignee)
        with self._database.transaction() as session:
            row = _existing(session, scope, alert_id, lock=True)
            if expected_version is not None and row.version != expected_version:
                raise ConflictError(
                    Text("其间告警已改变", "the alert has changed in the meantime"),
                    hint=Text("请重新载入后再决定", "reload it and decide again"),
                )
            before = AlertState(row.state)
            after = next_state(before, action)
            check_wish(wish, row, self._life, now)
            row.state = after.value
            row.updated = now
            row.version += 1
            _hold_place(session, row, after)
            follow_up(session, row, wish, self._life, now)
            add_step(session, row, action, before.value, actor, now, reason=_told(wish, reason))
            tell_feed(session, row, action, now)
            return alert_view(row)

    def counts(self, scope: Scope, start: datetime, end: datetime) -> tuple[AlertCount, ...]:
        """Count alerts raised from ``start`` until before ``end``, by institution and rule."""
        statement = (
            select(
                AlertRow.institution_id,
                AlertRow.rule,
                func.count(),
                func.count(AlertRow.open_place),
                func.sum(_ended_as(AlertState.RESOLVED)),
                func.sum(_ended_as(AlertState.FALSE)),
                func.sum(_ended_as(AlertState.DRILL)),
            )
            .where(
                within(scope, AlertRow.institution_id),
                AlertRow.raised >= start,
                AlertRow.raised < end,
            )
            .group_by(AlertRow.institution_id, AlertRow.rule)
            .order_by(AlertRow.institution_id, AlertRow.rule)
        )
        with self._database.reading() as session:
            return tuple(
                AlertCount(institution, rule, total, waiting, int(resolved), int(false), int(drill))
                for institution, rule, total, waiting, resolved, false, drill in session.execute(
                    statement
                )
            )


def _ended_as(state: AlertState) -> Case[int]:
    return case((AlertRow.state == state.value, 1), else_=0)


def _filtered(scope: Scope, wanted: AlertFilter) -> Select[AlertRow]:
    statement = select(AlertRow).where(within(scope, AlertRow.institution_id))
    if wanted.states:
        statement = statement.where(AlertRow.state.in_([item.value for item in wanted.states]))
    if wanted.severities:
        names = [item.value for item in wanted.severities]
        statement = statement.where(AlertRow.severity.in_(names))
    if wanted.rules:
        statement = statement.where(AlertRow.rule.in_(wanted.rules))
    if wanted.institution_id is not None:
        statement = statement.where(AlertRow.institution_id == wanted.institution_id)
    if wanted.room_id is not None:
        statement = statement.where(AlertRow.room_id == wanted.room_id)
    if wanted.since is not None:
        statement = statement.where(AlertRow.raised >= wanted.since)
    if wanted.until is not None:
        statement = statement.where(AlertRow.raised < wanted.until)
    if wanted.words:
        statement = statement.where(says(wanted.words))
    return statement


def _existing(session: Session, scope: Scope, alert_id: int, *, lock: bool = False) -> AlertRow:
    statement = select(AlertRow).where(
        AlertRow.id == alert_id, within(scope, AlertRow.institution_id)
    )
    row = session.scalar(statement.with_for_update() if lock else statement)
    if row is None:
        raise NotFoundError(
            Text("没有这条告警", "there is no such alert"), where=f"alert {alert_id}"
        )
    return row


def _told(wish: Wish, reason: str) -> str:
    if wish.assignee is not None and wish.action is AlertAction.ASSIGN:
        return f"→ {wish.assignee.name or '–'}\n{reason}"
    return reason


def _check_input(action: AlertAction, reason: str) -> None:
    if action not in PERSON_ACTIONS:
        raise InputError(
            Text(f"“{action}”不由人来做", f"'{action}' is not for people to do"), where="action"
        )
    if action in _NEEDS_REASON and not clean_text(reason, 1):
        raise InputError(
            Text("请写明原因", "a reason is needed"), where="reason", hint=_NEEDS_REASON[action]
        )


def _hold_place(session: Session, row: AlertRow, state: AlertState) -> None:
    row.open_place = None if state.ended else row.place
    try:
        session.flush()
    except IntegrityError:
        raise ConflictError(
            Text("同一地点已有更新的告警", "a newer alert about the same place is open already"),
            hint=Text("请处理那一条", "work on that one instead"),
        ) from None
