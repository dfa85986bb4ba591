"""Events: a rule became true in a room, stayed true long enough, and cleared."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from monitor.domain.text import Text

_NAMESPACE = uuid.UUID("6f2c0b52-2f8e-5f0b-9d57-6b616e687500")


class Severity(StrEnum):
    """How fast somebody must act. ``TECHNICAL`` goes to the maintainer, not to the alarm queue."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    TECHNICAL = "technical"

    @property
    def rank(self) -> int:
        """Return 0 for the most urgent, growing."""
        return _RANKS[self]


_RANKS = {severity: rank for rank, severity in enumerate(Severity)}


@dataclass(frozen=True, slots=True)
class Provenance:
    """Why the event came out as it did: an operator, and a court, may ask."""

    rule_version: str
    thresholds: dict[str, Any] = field(default_factory=dict)
    model: str = ""
    model_sha256: str = ""
    config_version: str = ""


@dataclass(frozen=True, slots=True)
class Event:
    """One occurrence of a rule. The same ``id`` is sent again when it clears.

    ``onset`` is when the condition began, ``raised`` when it had lasted long enough,
    ``cleared`` when it ended, or ``None`` while it is open; all POSIX seconds on live streams and
    media seconds in ``monitor analyze``. ``zone_id`` is ``None`` for rules about the whole room.
    """

    id: str
    rule: str
    institution_id: str
    room_id: str
    zone_id: str | None
    camera_id: str | None
    onset: float
    raised: float
    cleared: float | None
    severity: Severity
    confidence: float
    evidence: dict[str, Any]
    explain: Text
    provenance: Provenance

    @property
    def place(self) -> str:
        """Return the key under which repeats of this event merge into one open alert.

        Technical events are about one camera, all others about the room or a zone of it.
        """
        part = self.camera_id if self.severity is Severity.TECHNICAL else self.zone_id
        return f"{self.rule}:{self.room_id}:{part or '*'}"


def event_id(rule: str, room_id: str, zone_id: str | None, onset: float) -> str:
    """Return the same id for the same occurrence, however often it is computed."""
    return str(uuid.uuid5(_NAMESPACE, f"{rule}|{room_id}|{zone_id or ''}|{onset:.3f}"))
