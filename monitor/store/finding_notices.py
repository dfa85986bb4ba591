"""What is told about findings, put into the outbox by the transaction that made it so."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Session

from monitor.domain.notices import Decision
from monitor.store.outbox import DeliveryState, OutboxRow
from monitor.store.text import clean_text
from monitor.store.upsert import insert_once


def put_finding_notice(
    session: Session, finding_id: int, key: str, decision: Decision, urgency: int, now: datetime
) -> None:
    """Put a notice about a finding out, or keep why it is not; once for each ``key``."""
    about = f"finding-{finding_id}"
    state = DeliveryState.PENDING if decision.told else DeliveryState.HELD
    values: dict[str, object] = {
        "finding_id": finding_id,
        "event_id": about,
        "channel_id": decision.channel_id,
        "dedup_key": f"{about}:{key}:{decision.channel_id}",
        "kind": decision.kind.value,
        "reason": decision.reason.value,
        "urgency": urgency,
        "title": clean_text(decision.title, 500),
        "body": clean_text(decision.body, 8000),
        "attach": False,
        "step": "",
        "addressee": clean_text(decision.addressee, 200),
        "state": state.value,
        "attempts": 0,
        "next_attempt": now,
        "last_error": "",
        "created": now,
    }
    insert_once(session, OutboxRow, values)
