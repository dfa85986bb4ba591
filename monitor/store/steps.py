"""Puts down what was done to an alert, for the record and for the feed."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from monitor.domain.alerts import Actor, AlertAction
from monitor.store.alerts import AlertRow, AlertStepRow
from monitor.store.feed import FeedKind, append_to_feed
from monitor.store.places import InstitutionRow
from monitor.store.text import clean_line, clean_text

LONGEST_REASON = 2000


def add_step(
    session: Session,
    alert: AlertRow,
    action: AlertAction,
    from_state: str | None,
    actor: Actor,
    now: datetime,
    *,
    reason: str = "",
    event_id: str | None = None,
) -> None:
    """Add one step to an alert that already is in its new state."""
    session.add(
        AlertStepRow(
            alert_id=alert.id,
            event_id=event_id,
            at=now,
            action=action.value,
            from_state=from_state,
            to_state=alert.state,
            actor_user_id=actor.user_id,
            actor_name=clean_line(actor.name, 200),
            address=clean_line(actor.address, 64),
            via=actor.via,
            reason=clean_text(reason, LONGEST_REASON),
        )
    )


def tell_feed(session: Session, alert: AlertRow, what: str, now: datetime) -> None:
    """Put what happened to an alert into the feed, as the last thing of the transaction."""
    payload = _feed_payload(session, alert, what)
    append_to_feed(session, FeedKind.ALERT, alert.id, alert.institution_id, payload, now)


def _feed_payload(session: Session, alert: AlertRow, what: str) -> dict[str, Any]:
    """Return what a page needs to show the change without asking again."""
    place = session.get(InstitutionRow, alert.institution_id)
    return {
        "what": what,
        "rule": alert.rule,
        "room_id": alert.room_id,
        "severity": alert.severity,
        "state": alert.state,
        "raised": alert.raised.isoformat(),
        "cleared": alert.cleared.isoformat() if alert.cleared else None,
        "repeats": alert.repeats,
        "version": alert.version,
        "explain": {"zh": alert.explain_zh, "en": alert.explain_en},
        "place": {"zh": place.name_zh, "en": place.name_en} if place else {},
    }
