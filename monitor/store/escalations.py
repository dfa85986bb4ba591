"""The steps of an escalation: rows that become due, each taken once whoever takes it.

A step is worked off in the transaction that also writes what follows from it, with the alert's
row locked first; see :mod:`monitor.store.climbing`.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from monitor.domain.escalation import PlannedStep, StepKind, StepState
from monitor.domain.notices import Reason
from monitor.store.base import Base, BigId, UtcDateTime
from monitor.store.upsert import insert_once

_WAITING = StepState.WAITING.value


class EscalationRow(Base):
    """One step: a tier, the end of a snooze, a reminder, or a reopened alert to begin anew."""

    __tablename__ = "escalation"
    __table_args__ = (Index(None, "state", "due"),)

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    key: Mapped[str] = mapped_column(String(200), unique=True)
    alert_id: Mapped[int] = mapped_column(ForeignKey("alert.id"), index=True)
    kind: Mapped[str] = mapped_column(String(16))
    episode: Mapped[int]
    position: Mapped[int]
    tier: Mapped[str] = mapped_column(String(64))
    due: Mapped[datetime] = mapped_column(UtcDateTime)
    state: Mapped[str] = mapped_column(String(16))
    reason: Mapped[str] = mapped_column(String(32))
    created: Mapped[datetime] = mapped_column(UtcDateTime)
    decided: Mapped[datetime | None] = mapped_column(UtcDateTime)


@dataclass(frozen=True, slots=True)
class EscalationView:
    """One step for people: ``reason`` is why it waits, was taken or was not; ``None`` if new."""

    id: int
    kind: StepKind
    episode: int
    position: int
    tier: str
    due: datetime
    state: StepState
    reason: Reason | None
    decided: datetime | None


def add_step_row(
    session: Session,
    alert_id: int,
    kind: StepKind,
    due: datetime,
    now: datetime,
    *,
    key: str,
    episode: int = 0,
    position: int = 0,
) -> None:
    """Put down something that becomes due and is no tier; one with the same key stays as it is."""
    _insert(session, alert_id, kind, PlannedStep(position, "", due), episode, now, key)


def add_tiers(
    session: Session, alert_id: int, episode: int, steps: Sequence[PlannedStep], now: datetime
) -> None:
    """Put down the tiers of an episode.

    One that waits already becomes due no later than asked, and one that was cancelled because
    the condition had ended waits again.
    """
    for step in steps:
        key = f"alert-{alert_id}:{episode}:{step.tier}"
        if _insert(session, alert_id, StepKind.TIER, step, episode, now, key):
            continue
        row = session.scalars(select(EscalationRow).where(EscalationRow.key == key)).one()
        if row.state == _WAITING:
            row.due = min(row.due, step.due)
        elif row.state == StepState.CANCELLED.value and row.reason == Reason.OVER.value:
            row.state, row.reason, row.due, row.decided = _WAITING, "", step.due, None


def steps_of(
    session: Session, alert_id: int, states: Collection[StepState] = tuple(StepState)
) -> Sequence[EscalationRow]:
    """Return the steps of an alert in the order of their taking."""
    statement = (
        select(EscalationRow)
        .where(
            EscalationRow.alert_id == alert_id,
            EscalationRow.state.in_([state.value for state in states]),
        )
        .order_by(EscalationRow.episode, EscalationRow.position, EscalationRow.id)
    )
    return session.scalars(statement).all()


def cancel_steps(
    session: Session,
    alert_id: int,
    reason: Reason,
    now: datetime,
    kinds: Collection[StepKind] = tuple(StepKind),
) -> None:
    """Cancel what still waits."""
    for row in steps_of(session, alert_id, (StepState.WAITING,)):
        if row.kind in kinds:
            close_step(row, StepState.CANCELLED, reason, now)


def close_step(row: EscalationRow, state: StepState, reason: Reason, now: datetime) -> None:
    """Put down how a step ended."""
    row.state = state.value
    row.reason = reason.value
    row.decided = now


def escalation_view(row: EscalationRow) -> EscalationView:
    """Return the plain value of a row."""
    return EscalationView(
        id=row.id,
        kind=StepKind(row.kind),
        episode=row.episode,
        position=row.position,
        tier=row.tier,
        due=row.due,
        state=StepState(row.state),
        reason=Reason(row.reason) if row.reason else None,
        decided=row.decided,
    )


def _insert(
    session: Session,
    alert_id: int,
    kind: StepKind,
    step: PlannedStep,
    episode: int,
    now: datetime,
    key: str,
) -> bool:
    values = {
        "key": key,
        "alert_id": alert_id,
        "kind": kind.value,
        "episode": episode,
        "position": step.position,
        "tier": step.tier,
        "due": step.due,
        "state": _WAITING,
        "reason": "",
        "created": now,
    }
    return insert_once(session, EscalationRow, values)
