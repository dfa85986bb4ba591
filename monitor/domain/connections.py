"""What came of trying cameras, and how far a district is connected."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from monitor.domain.text import Text

NOTHING = Text(zh="", en="")


class StreamKind(StrEnum):
    """Which of a camera's streams was tried."""

    MAIN = "main"
    SUB = "sub"


@dataclass(frozen=True, slots=True)
class ConnectionTrial:
    """What came of trying one stream of a camera.

    ``gop_s`` is seconds between key frames, ``first_picture_s`` seconds from the start until the
    first, ``clock_offset_s`` how far the camera's clock is ahead; ``None`` where not known.
    ``fault`` and ``advice`` are for people, empty where it can be read, without credentials.
    """

    institution_id: str
    room_id: str
    camera_id: str
    stream: StreamKind
    readable: bool
    codec: str = ""
    width: int = 0
    height: int = 0
    fps: float | None = None
    kbit_s: int | None = None
    gop_s: float | None = None
    clock_offset_s: float | None = None
    first_picture_s: float | None = None
    fault: Text = NOTHING
    advice: Text = NOTHING

    @property
    def size(self) -> str:
        """Return width and height as people write them."""
        return f"{self.width}×{self.height}" if self.width else ""


class Connected(StrEnum):
    """Whether a camera or room is connected, and if not, what is missing."""

    YES = "yes"
    PARTLY = "partly"
    UNREADABLE = "unreadable"
    UNTRIED = "untried"
    OFF = "off"
    NO_CAMERA = "no_camera"
    NOT_NEEDED = "not_needed"


@dataclass(frozen=True, slots=True)
class CameraCoverage:
    """One camera: how it stands, and why where it is not connected."""

    id: str
    name: Text
    state: Connected
    reason: Text = NOTHING
    trial: ConnectionTrial | None = None


@dataclass(frozen=True, slots=True)
class RoomCoverage:
    """One room with its cameras; a room in which no camera may be is not needed."""

    id: str
    name: Text
    type: str
    state: Connected
    cameras: tuple[CameraCoverage, ...]


@dataclass(frozen=True, slots=True)
class InstitutionCoverage:
    """One institution with its rooms."""

    id: str
    name: Text
    community: str
    rooms: tuple[RoomCoverage, ...]

    @property
    def needed(self) -> tuple[RoomCoverage, ...]:
        """Return the rooms that are to be connected."""
        return tuple(room for room in self.rooms if room.state is not Connected.NOT_NEEDED)

    @property
    def connected_rooms(self) -> int:
        """Return how many of them are."""
        return sum(room.state is Connected.YES for room in self.needed)

    @property
    def state(self) -> Connected:
        """Return whether the whole institution is connected."""
        if not self.needed:
            return Connected.NO_CAMERA
        if self.connected_rooms == len(self.needed):
            return Connected.YES
        some = any(room.state in (Connected.YES, Connected.PARTLY) for room in self.needed)
        return Connected.PARTLY if some else worst(room.state for room in self.needed)


_ORDER = (
    Connected.UNREADABLE,
    Connected.UNTRIED,
    Connected.OFF,
    Connected.NO_CAMERA,
    Connected.NOT_NEEDED,
)


def worst(states: Iterable[Connected]) -> Connected:
    """Return what is to be mended first of ``states``, none of which is connected."""
    present = set(states)
    return next((state for state in _ORDER if state in present), Connected.NO_CAMERA)
