"""Notices a condition that comes and goes: many occurrences at one place in a short time."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from monitor.domain.alert_life import LifePolicy
from monitor.store.events import EventRow


def flaps(session: Session, row: EventRow, life: LifePolicy) -> bool:
    """Say whether the event in ``row`` is one of many at its place, over all its alerts.

    Events may arrive in any order, so those after it count as well.
    """
    statement = (
        select(EventRow.onset)
        .where(
            EventRow.rule == row.rule,
            EventRow.room_id == row.room_id,
            EventRow.zone_id.is_(None) if row.zone_id is None else EventRow.zone_id == row.zone_id,
            EventRow.onset > row.onset - life.flap_window,
            EventRow.onset < row.onset + life.flap_window,
        )
        .order_by(EventRow.onset)
    )
    onsets = session.scalars(statement).all()
    return any(
        last - first < life.flap_window
        for first, last in zip(onsets, onsets[life.flaps - 1 :], strict=False)
    )
