"""Where things are: district → institution → room → camera → zone.

The unit of supervision is the room. A room may have several cameras, and every camera of an
institution is read by the same worker.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from monitor.domain.geometry import Polygon
from monitor.domain.text import Text


class RoomType(StrEnum):
    """What a room is for; decides which rules run and whether a camera is lawful there."""

    ACTIVITY = "activity"
    NAP = "nap"
    DINING = "dining"
    OUTDOOR = "outdoor"
    CORRIDOR = "corridor"
    ENTRANCE = "entrance"
    KITCHEN = "kitchen"
    STAIRS = "stairs"
    WASHROOM = "washroom"
    CHANGING = "changing"
    NURSING = "nursing"


PRIVATE_ROOMS = frozenset({RoomType.WASHROOM, RoomType.CHANGING, RoomType.NURSING})
"""Rooms in which State Council Order 799, article 8 (3), allows no camera."""


class ClassType(StrEnum):
    """Age class of the children of a room (national setup standard, article 19)."""

    INFANT = "infant"
    TODDLER = "toddler"
    OLDER = "older"
    MIXED = "mixed"


CLASS_CAPACITY: dict[ClassType, int] = {
    ClassType.INFANT: 10,
    ClassType.TODDLER: 15,
    ClassType.OLDER: 20,
    ClassType.MIXED: 18,
}
"""Largest lawful number of children of a class (setup standard, article 19)."""

CHILDREN_PER_CARER: dict[ClassType, int | None] = {
    ClassType.INFANT: 3,
    ClassType.TODDLER: 5,
    ClassType.OLDER: 7,
    ClassType.MIXED: None,
}
"""Most children one carer may look after (article 20); the text names none for mixed classes."""


class NoticeState(StrEnum):
    """State of the Notice to Carry Out Child Care Services (告知书)."""

    APPLYING = "applying"
    GRANTED = "granted"
    EXPIRING = "expiring"
    RECTIFICATION = "rectification"
    SUSPENDED = "suspended"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Zone:
    """A named part of a camera's picture, with its own capacity if it has one."""

    id: str
    polygon: Polygon
    capacity: int | None = None


@dataclass(frozen=True, slots=True)
class Calibration:
    """How a camera without roll looks at a flat floor.

    ``height_m`` above the floor in metres, ``pitch_deg`` downwards from the horizontal,
    ``focal_px`` for a picture ``width_px`` wide.
    """

    height_m: float
    pitch_deg: float
    focal_px: float
    width_px: int
    height_px: int


@dataclass(frozen=True, slots=True)
class FloorMark:
    """A point seen at normalised picture position ``pixel`` that lies at ``floor`` metres."""

    pixel: tuple[float, float]
    floor: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Tiles:
    """How a picture is divided so that small people are seen larger.

    ``columns`` × ``rows`` tiles of equal size; ``overlap`` is the share of a tile that lies in the
    next one as well.
    """

    columns: int
    rows: int
    overlap: float = 0.2


@dataclass(frozen=True, slots=True)
class Camera:
    """One camera of one room. ``url`` may hold credentials: never log or show it.

    ``input_size`` is the width and height at which the person model looks at this camera's
    pictures, ``None`` where it is the usual one.
    """

    id: str
    room_id: str
    name: Text
    url: str = field(repr=False)
    substream_url: str | None = field(default=None, repr=False)
    zones: tuple[Zone, ...] = ()
    masks: tuple[Polygon, ...] = ()
    calibration: Calibration | None = None
    floor_marks: tuple[FloorMark, ...] = ()
    analysis_fps: float = 5.0
    input_size: tuple[int, int] | None = None
    tiles: Tiles | None = None
    enabled: bool = True


@dataclass(frozen=True, slots=True)
class Room:
    """A supervised space. ``capacity`` counts children; ``person_capacity`` everybody."""

    id: str
    institution_id: str
    name: Text
    type: RoomType
    class_type: ClassType | None = None
    capacity: int | None = None
    person_capacity: int | None = None
    rules: dict[str, dict[str, object]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Institution:
    """A child care institution with its legal standing and whom to call."""

    id: str
    name: Text
    community: str
    address: str = ""
    contact_name: str = ""
    contact_phone: str = ""
    notice_number: str = ""
    notice_state: NoticeState = NoticeState.APPLYING
    notice_expires: date | None = None
    approved_capacity: int | None = None


@dataclass(frozen=True, slots=True)
class District:
    """Everything one guidance centre watches over, in configuration order."""

    id: str
    name: Text
    timezone: str = "Asia/Shanghai"
    institutions: tuple[Institution, ...] = ()
    rooms: tuple[Room, ...] = ()
    cameras: tuple[Camera, ...] = ()

    def rooms_of(self, institution_id: str) -> tuple[Room, ...]:
        """Return the rooms of one institution."""
        return tuple(room for room in self.rooms if room.institution_id == institution_id)

    def cameras_of(self, room_id: str) -> tuple[Camera, ...]:
        """Return the cameras of one room."""
        return tuple(camera for camera in self.cameras if camera.room_id == room_id)
