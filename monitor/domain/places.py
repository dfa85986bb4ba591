"""Where things are: district → institution → room → camera → zone.

The unit of supervision is the room. A room may have several cameras, and every camera of an
institution is read by the same worker.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from monitor.domain.geometry import Point, Polygon
from monitor.domain.hours import Span, WeekHours
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

TRANSIENT_ROOMS = PRIVATE_ROOMS | {RoomType.KITCHEN, RoomType.STAIRS}
"""Rooms in which children are for moments only: a headcount does without a camera there."""


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


class ZoneKind(StrEnum):
    """What a zone is for; decides which rules look at it."""

    MAT = "mat"
    RESTRICTED = "restricted"
    COTS = "cots"
    SLIDE = "slide"
    STAIRS = "stairs"
    DOOR = "door"
    OTHER = "other"


_DOORWAY = "door"


@dataclass(frozen=True, slots=True)
class Zone:
    """A named part of a camera's picture, with its own capacity if it has one."""

    id: str
    polygon: Polygon
    capacity: int | None = None
    kind: ZoneKind | None = None

    @property
    def is_doorway(self) -> bool:
        """Say whether who vanishes here has left: of kind ``door``, or called ``door…``."""
        if self.kind is None:
            return self.id.startswith(_DOORWAY)
        return self.kind is ZoneKind.DOOR


class LineKind(StrEnum):
    """What lies behind a line: another room, or the way out of the children's area."""

    DOOR = "door"
    EXIT = "exit"


class Side(StrEnum):
    """A side of a line, as seen when going from its start to its end in the picture."""

    LEFT = "left"
    RIGHT = "right"


@dataclass(frozen=True, slots=True)
class Line:
    """A line on the floor of a camera's picture that people cross.

    ``inward`` is the side on which the camera's own room lies. ``leads_to`` is the id of the room
    behind it and ``beyond`` that room's type, both ``None`` where nothing is said. The same id on
    two cameras of a room means the same line.
    """

    id: str
    start: Point
    end: Point
    kind: LineKind
    inward: Side
    leads_to: str | None = None
    beyond: RoomType | None = None


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

    ``blind`` are parts of the picture in which people cannot be seen though they may be there.
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
    lines: tuple[Line, ...] = ()
    blind: tuple[Polygon, ...] = ()


@dataclass(frozen=True, slots=True)
class Room:
    """A supervised space. ``capacity`` counts children; ``person_capacity`` everybody.

    ``opening_hours`` and ``nap_times`` are those of the institution unless the room has its own.
    """

    id: str
    institution_id: str
    name: Text
    type: RoomType
    class_type: ClassType | None = None
    capacity: int | None = None
    person_capacity: int | None = None
    rules: dict[str, dict[str, object]] = field(default_factory=dict)
    opening_hours: WeekHours | None = None
    nap_times: tuple[Span, ...] = ()


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
