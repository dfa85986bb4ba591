"""Who is in a room at one moment, fused over all its cameras."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from monitor.domain.people import Track


class View(StrEnum):
    """How far the room can be seen. Unknown is not unattended: rules must look at this first."""

    FULL = "full"
    PARTIAL = "partial"
    LOST = "lost"


class ViewFault(StrEnum):
    """Why a camera's view is not to be trusted."""

    OFFLINE = "offline"
    STALLED = "stalled"
    FROZEN = "frozen"
    DARK = "dark"
    COVERED = "covered"
    UNREADABLE = "unreadable"
    MOVED = "moved"
    MISCALIBRATED = "miscalibrated"


_STILL_SEES = frozenset({None, ViewFault.MOVED, ViewFault.MISCALIBRATED})


@dataclass(frozen=True, slots=True)
class CameraView:
    """State of one camera's view at one moment; ``fault`` is ``None`` while it is good."""

    camera_id: str
    fault: ViewFault | None = None
    since: float = 0.0

    @property
    def sees(self) -> bool:
        """Say whether people are still seen; a moved camera sees, but measures wrongly."""
        return self.fault in _STILL_SEES


@dataclass(frozen=True, slots=True)
class RoomState:
    """Who is in the room at ``time`` (POSIX or media seconds).

    ``adults``, ``children`` and ``unknown`` are fused counts of people present; ``entered_adults``
    and ``entered_children`` are how many more the door book-keeping says are inside though unseen.
    ``tracks`` are the tracks behind the counts, of every camera. ``zone_counts`` maps zone id to
    people in it.
    """

    room_id: str
    time: float
    view: View
    adults: int
    children: int
    unknown: int
    entered_adults: int = 0
    confidence: float = 1.0
    tracks: tuple[Track, ...] = ()
    cameras: tuple[CameraView, ...] = ()
    zone_counts: dict[str, int] = field(default_factory=dict)
    entered_children: int = 0

    @property
    def people(self) -> int:
        """Everybody seen in the room."""
        return self.adults + self.children + self.unknown
