"""Taking evidence out of the house: asked for, approved by somebody else, made, fetched, gone.

``requested → approved → making → ready → expired``; ``denied`` and ``failed`` end it early.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

KEPT = timedelta(hours=72)
"""For how long a package that is ready can be fetched."""

MOST_ATTEMPTS = 3
"""How often making a package is tried."""


class ExportState(StrEnum):
    """Where an export stands."""

    REQUESTED = "requested"
    APPROVED = "approved"
    DENIED = "denied"
    MAKING = "making"
    READY = "ready"
    FAILED = "failed"
    EXPIRED = "expired"


class Faces(StrEnum):
    """What becomes of the people in the pictures."""

    BLURRED = "blurred"
    SHOWN = "shown"


@dataclass(frozen=True, slots=True)
class Export:
    """One request and all that became of it. ``path`` is the package's key in the file store."""

    id: int
    alert_id: int
    institution_id: str
    state: ExportState
    faces: Faces
    reason: str
    requested: datetime
    requester_id: int
    requester: str
    decided: datetime | None
    decider: str
    decision: str
    made: datetime | None
    expires: datetime | None
    path: str
    sha256: str
    size: int
    failure: str
    attempts: int
