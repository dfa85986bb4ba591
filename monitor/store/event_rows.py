"""Events and alerts between their rows and their plain values, and how events make an alert.

An alert is a function of its events, whatever the order in which they arrived:

* it began with the earliest and is as severe as the severest of them;
* it is told as the severest, and among equals the latest, of them tells it;
* it has cleared once its *latest* event has cleared. Earlier ones have necessarily ended, even if
  the worker that watched them died before it could say so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from monitor.domain.clock import to_datetime
from monitor.domain.events import Event, Provenance, Severity
from monitor.domain.text import Text
from monitor.store.alerts import AlertRow
from monitor.store.events import EventRow
from monitor.store.text import clean_text, plain

_LONGEST_TEXT = 4000


def event_row(event: Event, alert_id: int, now: datetime) -> EventRow:
    """Return the row of an event that is heard of for the first time."""
    row = EventRow(
        id=event.id,
        alert_id=alert_id,
        rule=event.rule,
        institution_id=event.institution_id,
        room_id=event.room_id,
        zone_id=event.zone_id,
        onset=to_datetime(event.onset),
        raised=to_datetime(event.raised),
        cleared=None,
        severity=event.severity.value,
        received=now,
    )
    _tell(row, event)
    row.cleared = _moment(event.cleared)
    return row


def merge(row: EventRow, event: Event) -> None:
    """Take over what another message about the same event adds.

    A clear stays a clear, the severest severity stays, and the message that clears, or one that is
    more urgent, has the say about evidence and explanation.
    """
    worse = event.severity.rank < Severity(row.severity).rank
    ends = event.cleared is not None and row.cleared is None
    if ends or (worse and row.cleared is None):
        _tell(row, event)
    if worse:
        row.severity = event.severity.value
    if event.cleared is not None:
        cleared = to_datetime(event.cleared)
        row.cleared = cleared if row.cleared is None else max(row.cleared, cleared)


def stored_event(row: EventRow) -> Event:
    """Return the plain value of a row."""
    return Event(
        id=row.id,
        rule=row.rule,
        institution_id=row.institution_id,
        room_id=row.room_id,
        zone_id=row.zone_id,
        camera_id=row.camera_id,
        onset=row.onset.timestamp(),
        raised=row.raised.timestamp(),
        cleared=row.cleared.timestamp() if row.cleared else None,
        severity=Severity(row.severity),
        confidence=row.confidence,
        evidence=row.evidence,
        explain=Text(zh=row.explain_zh, en=row.explain_en),
        provenance=Provenance(**row.provenance),
    )


def summarise(alert: AlertRow, events: Sequence[EventRow]) -> None:
    """Make ``alert`` say what its ``events`` say together."""
    latest = max(events, key=lambda row: (row.onset, row.id))
    severest = min(Severity(row.severity).rank for row in events)
    spokesman = max(
        (row for row in events if Severity(row.severity).rank == severest),
        key=lambda row: (row.onset, row.id),
    )
    alert.onset = min(row.onset for row in events)
    alert.raised = min(row.raised for row in events)
    alert.cleared = latest.cleared
    alert.repeats = len(events) - 1
    alert.severity = spokesman.severity
    alert.urgency = severest
    alert.camera_id = spokesman.camera_id
    alert.confidence = spokesman.confidence
    alert.evidence = spokesman.evidence
    alert.provenance = spokesman.provenance
    alert.explain_zh = spokesman.explain_zh
    alert.explain_en = spokesman.explain_en


def _tell(row: EventRow, event: Event) -> None:
    row.camera_id = event.camera_id
    row.confidence = event.confidence if event.confidence == event.confidence else 0.0
    row.evidence = plain(event.evidence)
    row.explain_zh = clean_text(event.explain.zh, _LONGEST_TEXT)
    row.explain_en = clean_text(event.explain.en, _LONGEST_TEXT)
    row.provenance = plain(asdict(event.provenance))


def _moment(posix: float | None) -> datetime | None:
    return None if posix is None else to_datetime(posix)
