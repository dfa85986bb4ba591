"""Notices on their way to people, written in the transaction of what they are about.

That is an alert, or a finding that is not put right in time.

A notice is delivered at least once: it is leased, sent, and only then marked; a process that dies
in between lets the lease run out and another sends it again. Notices that were held back stand
here too, with the reason, so that "why was I not told?" has an answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import (
    ColumnElement,
    ForeignKey,
    Index,
    String,
    Text,
    bindparam,
    func,
    select,
    update,
)
from sqlalchemy.orm import Mapped, Session, mapped_column

from monitor.domain.evidence import EvidenceKind
from monitor.domain.notices import TELLING, AlertChange, Decision, NoticeKind, Reason
from monitor.store.base import Base, BigId, UtcDateTime
from monitor.store.evidence import EvidenceRow
from monitor.store.findings import FindingRow
from monitor.store.text import clean_text
from monitor.store.upsert import insert_once

_TELLING = tuple(sorted(reason.value for reason in TELLING))
_MEMBER = "/"
_WITH_SNAPSHOT = (
    NoticeKind.RAISE.value,
    NoticeKind.REPEAT.value,
    NoticeKind.ESCALATE.value,
    NoticeKind.UNRESOLVED.value,
)


class OutboxRow(Base):
    """One notice for one channel, about an alert, about a finding, or a reminder of neither."""

    __tablename__ = "outbox"
    __table_args__ = (
        Index(None, "state", "next_attempt"),
        Index(None, "alert_id", "channel_id"),
        Index(None, "finding_id", "channel_id"),
    )

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    alert_id: Mapped[int | None] = mapped_column(ForeignKey("alert.id"))
    finding_id: Mapped[int | None] = mapped_column(ForeignKey(FindingRow.id))
    event_id: Mapped[str] = mapped_column(String(64))
    channel_id: Mapped[str] = mapped_column(String(64))
    dedup_key: Mapped[str] = mapped_column(String(300), unique=True)
    kind: Mapped[str] = mapped_column(String(16))
    reason: Mapped[str] = mapped_column(String(32))
    urgency: Mapped[int]
    title: Mapped[str] = mapped_column(Text)
    body: Mapped[str] = mapped_column(Text)
    attach: Mapped[bool]
    step: Mapped[str] = mapped_column(String(64))
    addressee: Mapped[str] = mapped_column(String(200))
    evidence_id: Mapped[int | None] = mapped_column(ForeignKey("evidence.id", ondelete="SET NULL"))
    state: Mapped[str] = mapped_column(String(16))
    attempts: Mapped[int]
    next_attempt: Mapped[datetime] = mapped_column(UtcDateTime)
    lease_owner: Mapped[str | None] = mapped_column(String(64))
    lease_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_error: Mapped[str] = mapped_column(Text)
    created: Mapped[datetime] = mapped_column(UtcDateTime)
    sent: Mapped[datetime | None] = mapped_column(UtcDateTime)


class DeliveryState(StrEnum):
    """How far a notice has come; one for a group is spread when each member has one of its own."""

    PENDING = "pending"
    SENT = "sent"
    DEAD = "dead"
    HELD = "held"
    SPREAD = "spread"


@dataclass(frozen=True, slots=True)
class DeliveryView:
    """What became of one notice, for people; ``step`` is the id of its tier, if it is of one."""

    id: int
    channel_id: str
    kind: NoticeKind
    reason: Reason
    state: DeliveryState
    attempts: int
    created: datetime
    next_attempt: datetime
    sent: datetime | None
    last_error: str
    step: str
    addressee: str


@dataclass(frozen=True, slots=True)
class Backlog:
    """How much waits to be delivered, since when at the longest, and how much was given up."""

    pending: int
    oldest: datetime | None
    dead: int


@dataclass(frozen=True, slots=True)
class Told:
    """Which channels were told what about an alert; see :class:`AlertChange`."""

    told: frozenset[str]
    told_of_event: frozenset[str]
    waiting: frozenset[str]
    last_told: datetime | None


def is_for_member() -> ColumnElement[bool]:
    """Return the condition that a notice is for a member of a group."""
    return OutboxRow.channel_id.contains(_MEMBER)


_TOLD = (
    select(OutboxRow.channel_id, OutboxRow.kind, OutboxRow.event_id, OutboxRow.created)
    .where(
        OutboxRow.alert_id == bindparam("alert"),
        OutboxRow.reason.in_(_TELLING),
        OutboxRow.kind.not_in([NoticeKind.CLIP.value, NoticeKind.FLAPPING.value]),
        ~is_for_member(),  # their group was told
    )
    .order_by(OutboxRow.id)
)


def who_was_told(session: Session, alert_id: int, event_id: str) -> Told:
    """Return who was told of an alert, and of one event of it."""
    last_kind: dict[str, str] = {}
    of_event: set[str] = set()
    last_told: datetime | None = None
    for channel_id, kind, about, created in session.execute(_TOLD, {"alert": alert_id}):
        last_kind[channel_id] = kind
        if kind != NoticeKind.CLEAR.value:
            last_told = created if last_told is None else max(last_told, created)
            if about == event_id:
                of_event.add(channel_id)
    waiting = (channel for channel, kind in last_kind.items() if kind != NoticeKind.CLEAR.value)
    return Told(frozenset(last_kind), frozenset(of_event), frozenset(waiting), last_told)


def put_notices(
    session: Session,
    change: AlertChange,
    decisions: Sequence[Decision],
    now: datetime,
    episode: int = 0,
) -> None:
    """Put decisions about ``change`` into the outbox; one that is there already stays as it is.

    A step of an escalation is told once an ``episode``: again if the alert was reopened.
    """
    for decision in decisions:
        values = {
            "alert_id": change.alert_id,
            "event_id": change.event.id,
            "channel_id": decision.channel_id,
            "dedup_key": _dedup_key(change, decision, episode),
            "kind": decision.kind.value,
            "reason": decision.reason.value,
            "urgency": change.event.severity.rank,
            "title": clean_text(decision.title, 500),
            "body": clean_text(decision.body, 8000),
            "attach": decision.attach,
            "step": decision.step,
            "addressee": clean_text(decision.addressee, 200),
            "evidence_id": _attachment(session, change, decision),
            "state": (DeliveryState.PENDING if decision.told else DeliveryState.HELD).value,
            "attempts": 0,
            "next_attempt": now,
            "last_error": "",
            "created": now,
        }
        insert_once(session, OutboxRow, values)


def take_back(
    session: Session, alert_id: int, kind: NoticeKind, reason: Reason
) -> list[tuple[str, str]]:
    """Hold back the notices of a kind about an alert that nobody has begun to deliver.

    Returns:
        Channel and step of each.
    """
    taken = session.execute(
        update(OutboxRow)
        .where(
            OutboxRow.alert_id == alert_id,
            OutboxRow.kind == kind.value,
            OutboxRow.state == DeliveryState.PENDING.value,
            OutboxRow.lease_owner.is_(None),
        )
        .values(state=DeliveryState.HELD.value, reason=reason.value)
        .returning(OutboxRow.channel_id, OutboxRow.step)
        .execution_options(synchronize_session=False)
    )
    return [(channel, step) for channel, step in taken]


def attach_late(session: Session, evidence: EvidenceRow) -> None:
    """Give a snapshot to notices of its event that wait without one."""
    session.execute(
        update(OutboxRow)
        .where(
            OutboxRow.event_id == evidence.event_id,
            OutboxRow.kind.in_(_WITH_SNAPSHOT),
            OutboxRow.state == DeliveryState.PENDING.value,
            OutboxRow.attach,
            OutboxRow.evidence_id.is_(None),
        )
        .values(evidence_id=evidence.id)
    )


def delivery_view(row: OutboxRow) -> DeliveryView:
    """Return the plain value of a row."""
    return DeliveryView(
        id=row.id,
        channel_id=group_of(row.channel_id),
        kind=NoticeKind(row.kind),
        reason=Reason(row.reason),
        state=DeliveryState(row.state),
        attempts=row.attempts,
        created=row.created,
        next_attempt=row.next_attempt,
        sent=row.sent,
        last_error=row.last_error,
        step=row.step.partition(":")[0],
        addressee=row.addressee,
    )


def member_channel(channel_id: str, name: str) -> str:
    """Return the id under which notices for a member of a group stand."""
    return f"{channel_id}{_MEMBER}{name}"


def group_of(channel_id: str) -> str:
    """Return the id of the channel that people know, for that of a member too."""
    return channel_id.partition(_MEMBER)[0]


def _dedup_key(change: AlertChange, decision: Decision, episode: int) -> str:
    what = f"{decision.channel_id}:{decision.kind}"
    if decision.told and decision.step:
        return f"alert-{change.alert_id}:{episode}:{decision.step}:{decision.channel_id}"
    if decision.told:
        return f"{change.event.id}:{what}"
    # however often it repeats, one row an alert says that it was held back
    return f"alert-{change.alert_id}:{what}:{decision.reason}"


def _attachment(session: Session, change: AlertChange, decision: Decision) -> int | None:
    if not (decision.attach and decision.told):
        return None
    clip = decision.kind is NoticeKind.CLIP
    kind = EvidenceKind.CLIP if clip else EvidenceKind.SNAPSHOT
    return session.scalar(
        select(func.max(EvidenceRow.id)).where(
            EvidenceRow.event_id == change.event.id, EvidenceRow.kind == kind.value
        )
    )
