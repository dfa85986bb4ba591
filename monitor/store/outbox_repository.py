"""Leases notices to whoever delivers them and takes down how it went."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, exists, func, or_, select, update
from sqlalchemy.orm import Session, aliased

from monitor.domain.notices import Member, NoticeKind, OutgoingNotice, Reason
from monitor.store.alerts import AlertRow
from monitor.store.base import Database
from monitor.store.evidence import EvidenceRow
from monitor.store.feed import FeedKind, append_to_feed
from monitor.store.findings import FindingRow
from monitor.store.outbox import (
    Backlog,
    DeliveryState,
    OutboxRow,
    is_for_member,
    member_channel,
)
from monitor.store.text import clean_text
from monitor.store.upsert import affected, insert_once

_PENDING = DeliveryState.PENDING.value


class OutboxRepository:
    """A queue of notices for any number of processes; each notice is leased to one at a time."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def lease(
        self,
        owner: str,
        now: datetime,
        limit: int = 50,
        duration: timedelta = timedelta(minutes=1),
        *,
        members: bool | None = None,
    ) -> tuple[OutgoingNotice, ...]:
        """Take up to ``limit`` notices that are due: most urgent first, then the longest due.

        Notices of one alert or finding to one channel keep their order: a later one waits until
        the earlier one is sent or given up. Taking a notice counts as an attempt. With
        ``members`` set only those for members of groups are taken, or all but those.
        """
        with self._database.transaction() as session:
            due = _due(now)
            if members is not None:
                due = due.where(is_for_member() if members else ~is_for_member())
            rows = session.execute(due.limit(limit)).all()
            until = now + duration
            for row, _evidence in rows:
                row.lease_owner = owner
                row.lease_until = until
                row.attempts += 1
            return tuple(_outgoing(row, evidence) for row, evidence in rows)

    def sent(self, notice_id: int, owner: str, now: datetime) -> bool:
        """Take down that a notice was delivered; ``False`` if the lease had passed to another."""
        return self._settle(
            notice_id, owner, {"state": DeliveryState.SENT.value, "sent": now, "last_error": ""}
        )

    def retry(self, notice_id: int, owner: str, at: datetime, error: str) -> bool:
        """Put a notice back after a failure, to be tried again from ``at`` on."""
        error = clean_text(error, 500)
        return self._settle(notice_id, owner, {"next_attempt": at, "last_error": error})

    def release(self, notice_id: int, owner: str, at: datetime) -> bool:
        """Put a notice back untried, due from ``at`` on; it does not count as an attempt."""
        return self._settle(
            notice_id, owner, {"next_attempt": at, "attempts": OutboxRow.attempts - 1}
        )

    def hold(self, notice_id: int, owner: str, reason: Reason) -> bool:
        """Hold a notice back after all: there is nothing that its channel could be told."""
        changes = {"state": DeliveryState.HELD.value, "reason": reason.value}
        return self._settle(notice_id, owner, changes)

    def spread(self, notice_id: int, owner: str, members: Sequence[Member], now: datetime) -> bool:
        """Put down a notice for each member of a group, in place of the one for all of them."""
        with self._database.transaction() as session:
            if not _update(session, notice_id, owner, {"state": DeliveryState.SPREAD.value}):
                return False
            row = session.get_one(OutboxRow, notice_id)
            for member in members:
                insert_once(session, OutboxRow, _for_member(row, member, now))
            return True

    def give_up(self, notice_id: int, owner: str, now: datetime, error: str) -> bool:
        """Take down that a notice cannot be delivered, and show it in the feed."""
        changes = {
            "state": DeliveryState.DEAD.value,
            "last_error": clean_text(error, 500),
            "next_attempt": now,  # there is none: from here on it says when it was given up
        }
        with self._database.transaction() as session:
            if not _update(session, notice_id, owner, changes):
                return False
            row = session.get_one(OutboxRow, notice_id)
            payload = {"what": "dead", "channel_id": row.channel_id, "alert_id": row.alert_id}
            about = _institution_of(session, row)
            append_to_feed(session, FeedKind.DELIVERY, notice_id, about, payload, now)
            return True

    def backlog(self) -> Backlog:
        """Return how much waits and how much was given up."""
        with self._database.reading() as session:
            pending, oldest = session.execute(
                select(func.count(), func.min(OutboxRow.created)).where(OutboxRow.state == _PENDING)
            ).one()
            dead = session.scalar(
                select(func.count()).where(OutboxRow.state == DeliveryState.DEAD.value)
            )
        return Backlog(pending=pending, oldest=oldest, dead=dead or 0)

    def _settle(self, notice_id: int, owner: str, changes: dict[str, Any]) -> bool:
        with self._database.transaction() as session:
            return _update(session, notice_id, owner, changes)


def _due(now: datetime) -> Any:
    earlier = aliased(OutboxRow)
    waits_for_earlier = exists().where(
        and_(
            or_(
                earlier.alert_id == OutboxRow.alert_id,
                earlier.finding_id == OutboxRow.finding_id,
            ),
            earlier.channel_id == OutboxRow.channel_id,
            earlier.id < OutboxRow.id,
            earlier.state == _PENDING,
        )
    )
    return (
        select(OutboxRow, EvidenceRow)
        .outerjoin(EvidenceRow, EvidenceRow.id == OutboxRow.evidence_id)
        .where(
            OutboxRow.state == _PENDING,
            OutboxRow.next_attempt <= now,
            or_(OutboxRow.lease_until.is_(None), OutboxRow.lease_until <= now),
            ~waits_for_earlier,
        )
        .order_by(OutboxRow.urgency, OutboxRow.next_attempt, OutboxRow.id)
        .with_for_update(skip_locked=True, of=OutboxRow)
    )


def _institution_of(session: Session, row: OutboxRow) -> str | None:
    if row.finding_id is not None:
        return session.get_one(FindingRow, row.finding_id).institution_id
    if row.alert_id is None:
        return None
    return session.get_one(AlertRow, row.alert_id).institution_id


def _update(session: Session, notice_id: int, owner: str, changes: dict[str, Any]) -> bool:
    statement = (
        update(OutboxRow)
        .where(
            OutboxRow.id == notice_id,
            OutboxRow.lease_owner == owner,
            OutboxRow.state == _PENDING,
        )
        .values(lease_owner=None, lease_until=None, **changes)
        .execution_options(synchronize_session=False)
    )
    return affected(session.execute(statement)) == 1


def _for_member(row: OutboxRow, member: Member, now: datetime) -> dict[str, Any]:
    return {
        "alert_id": row.alert_id,
        "finding_id": row.finding_id,
        "event_id": row.event_id,
        "channel_id": member_channel(row.channel_id, member.name),
        "dedup_key": f"{row.dedup_key}:{member.name}",
        "kind": row.kind,
        "reason": row.reason,
        "urgency": row.urgency,
        "title": clean_text(member.title, 500),
        "body": clean_text(member.body, 8000),
        "attach": False,
        "step": row.step,
        "addressee": clean_text(member.addressee, 200),
        "state": _PENDING,
        "attempts": 0,
        "next_attempt": now,
        "last_error": "",
        "created": now,
    }


def _outgoing(row: OutboxRow, evidence: EvidenceRow | None) -> OutgoingNotice:
    if row.lease_until is None:
        raise ValueError("only a leased notice goes out")
    return OutgoingNotice(
        id=row.id,
        alert_id=row.alert_id,
        channel_id=row.channel_id,
        dedup_key=row.dedup_key,
        kind=NoticeKind(row.kind),
        title=row.title,
        body=row.body,
        attempts=row.attempts,
        lease_until=row.lease_until,
        path=evidence.path if evidence else None,
        media_type=evidence.media_type if evidence else "",
        size=evidence.size if evidence else 0,
        urgency=row.urgency,
    )
