"""Who is in a room at one moment, fused over all its cameras."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from monitor.domain.headcount import Headcount
from monitor.domain.hours import DayTime
from monitor.domain.people import Track
from monitor.domain.places import Line


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
    OVEREXPOSED = "overexposed"
    COVERED = "covered"
    DEFOCUSED = "defocused"
    UNREADABLE = "unreadable"
    MOVED = "moved"
    BITRATE = "bitrate"
    FRAME_RATE = "frame_rate"
    CLOCK = "clock"
    MISCALIBRATED = "miscalibrated"
    UNWATCHED = "unwatched"


_STILL_SEES = frozenset(
    {
        None,
        ViewFault.MOVED,
        ViewFault.MISCALIBRATED,
        ViewFault.FRAME_RATE,
        ViewFault.CLOCK,
    }
)
_STILL_MEASURES = _STILL_SEES - {ViewFault.MOVED}


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

    @property
    def measures(self) -> bool:
        """Say whether people are still seen from where the camera always looked."""
        return self.fault in _STILL_MEASURES


@dataclass(frozen=True, slots=True)
class Crossing:
    """Somebody crossed a line of a camera at ``time``.

    ``track`` is she where she was first seen beyond the line; her age and log-odds are the newest
    known.
    """

    time: float
    line: Line
    inward: bool
    track: Track


@dataclass(frozen=True, slots=True)
class Beyond:
    """Who went through the room's doors into the room ``room_id`` and has not come back.

    ``since`` is when the one who is in there longest went in, ``camera_ids`` are the cameras that
    see a line to it.
    """

    room_id: str
    adults: int
    children: int
    since: float
    camera_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RoomState:
    """Who is in the room at ``time`` (POSIX or media seconds).

    ``adults``, ``children`` and ``unknown`` are fused counts of people present; ``entered_adults``
    and ``entered_children`` are how many more must be inside though unseen; of these adults,
    ``missed_adults`` vanished where nothing hides them, so that they may have gone. For
    ``no_adult_seen`` seconds none of the ``adults`` was seen, as of the last looks;
    ``surely_attended`` says that one of them was just seen, an adult beyond doubt.
    ``tracks`` are the tracks behind the counts, of every camera. ``zone_counts`` maps zone id to
    people in it. ``crossings`` are those of the last seconds, oldest first; ``beyond`` counts the
    people behind the doors that lead somewhere. ``children_per_adult`` is the median of the last
    ten seconds, ``None`` while there mostly was no adult or nothing was known. ``child_seen`` is
    when a child was last there. ``day`` is ``None`` where the time of day is not known.
    ``unlikely_adults`` is how many of the ``unknown`` can hardly be adults, because they turned up
    inside the room while no adult was missing. ``headcount`` is ``None`` where it is not known how
    many children are signed in, or another room of the institution is not fully seen.
    """

    room_id: str
    time: float
    view: View
    adults: int
    children: int
    unknown: int
    entered_adults: int = 0
    missed_adults: int = 0
    no_adult_seen: float = 0.0
    surely_attended: bool = False
    confidence: float = 1.0
    tracks: tuple[Track, ...] = ()
    cameras: tuple[CameraView, ...] = ()
    zone_counts: dict[str, int] = field(default_factory=dict)
    entered_children: int = 0
    crossings: tuple[Crossing, ...] = ()
    beyond: tuple[Beyond, ...] = ()
    children_per_adult: float | None = None
    child_seen: float | None = None
    day: DayTime | None = None
    unlikely_adults: int = 0
    headcount: Headcount | None = None

    @property
    def people(self) -> int:
        """Everybody seen in the room."""
        return self.adults + self.children + self.unknown
