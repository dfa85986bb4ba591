"""What was seen and what was filed about it, chained: nothing of it can be altered unnoticed.

Every message about an event that changes something is a row with all it said: tracks, thresholds,
model, explanation. So is every file with its hash, and the removal of a file that was kept long
enough. The tables of events and alerts may be summed up anew; the chain keeps what came in.
"""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from sqlalchemy import BigInteger, String
from sqlalchemy.orm import Mapped, Session, mapped_column

from monitor.domain.events import Event
from monitor.store.append_only import append_only
from monitor.store.base import Base, UtcDateTime
from monitor.store.chains import ChainedRow, append, written
from monitor.store.text import plain

if TYPE_CHECKING:
    from monitor.store.evidence import EvidenceRow


class Sealed(StrEnum):
    """What a row of the chain is about."""

    EVENT = "event"
    FILE = "file"
    REMOVED = "removed"


class EvidenceLinkRow(ChainedRow, Base):
    """One row of the chain; ``subject`` is the id of the event or of the file."""

    __tablename__ = "evidence_link"

    at: Mapped[datetime] = mapped_column(UtcDateTime)
    what: Mapped[str] = mapped_column(String(16))
    subject: Mapped[str] = mapped_column(String(64), index=True)
    alert_id: Mapped[int] = mapped_column(BigInteger, index=True)


append_only(EvidenceLinkRow.__table__)


def seal_event(session: Session, alert_id: int, event: Event, now: datetime) -> None:
    """Put down what a message said about an event."""
    content = {"v": 1, "what": Sealed.EVENT.value, "at": written(now), "alert": alert_id}
    content["event"] = plain(asdict(event))
    append(
        session,
        EvidenceLinkRow,
        content,
        at=now,
        what=Sealed.EVENT.value,
        subject=event.id,
        alert_id=alert_id,
    )


def seal_file(session: Session, row: EvidenceRow, now: datetime, what: Sealed) -> None:
    """Put down that a file was filed, or removed after it was kept long enough."""
    content = {
        "v": 1,
        "what": what.value,
        "at": written(now),
        "alert": row.alert_id,
        "event": row.event_id,
        "evidence": row.id,
        "kind": row.kind,
        "path": row.path,
        "sha256": row.sha256,
        "size": row.size,
        "start": written(row.start),
        "end": written(row.end),
    }
    append(
        session,
        EvidenceLinkRow,
        content,
        at=now,
        what=what.value,
        subject=str(row.id),
        alert_id=row.alert_id,
    )
