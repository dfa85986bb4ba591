"""Notices a condition that comes and goes: many occurrences at one place in a short time."""

from __future__ import annotations

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from monitor.domain.alert_life import LifePolicy
from monitor.store.events import EventRow


def flaps(session: Session, row: EventRow, life: LifePolicy) -> bool:
    """Say whether the event in ``row`` is one of many at its place, over all its alerts."""
    statement = select(func.count()).where(
        EventRow.rule == row.rule,
        EventRow.room_id == row.room_id,
        EventRow.zone_id.is_(None) if row.zone_id is None else EventRow.zone_id == row.zone_id,
        EventRow.onset > row.onset - life.flap_window,
        EventRow.onset <= row.onset,
    )
    return (session.scalar(statement) or 0) >= life.flaps
