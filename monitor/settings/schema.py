"""What a configuration file may say. Each description becomes part of the reference page."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    SecretStr,
    WithJsonSchema,
)

from monitor.domain.errors import WrongValueError
from monitor.domain.geometry import Polygon
from monitor.domain.hours import WEEKDAYS, Span, WeekHours
from monitor.domain.places import (
    ClassType,
    Line,
    LineKind,
    NoticeState,
    RoomType,
    Side,
    Tiles,
    Zone,
    ZoneKind,
)
from monitor.domain.text import Text
from monitor.settings.access import Access
from monitor.settings.basics import Id, Model, Name
from monitor.settings.gb28181 import GbPart
from monitor.settings.live import Live
from monitor.settings.notify import Alerts, Notify
from monitor.settings.planning import Planning, Reporting
from monitor.settings.privacy import Privacy
from monitor.settings.risk import Risk
from monitor.settings.sources import Sources
from monitor.settings.units import Seconds

Share = Annotated[float, Field(ge=0, le=1)]


def _spans(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


def _span(value: str) -> str:
    Span.parse(value)
    return value


SpanText = Annotated[str, AfterValidator(_span)]
Spans = Annotated[
    tuple[SpanText, ...], BeforeValidator(_spans, json_schema_input_type=str | tuple[str, ...])
]


def spans_of(texts: tuple[str, ...]) -> tuple[Span, ...]:
    """Return the domain's time spans."""
    return tuple(Span.parse(text) for text in texts)


class Week(Model):
    """Hours by weekday, such as `07:30-17:30` or a list; a day not named is a day off.

    One text or list alone stands for Monday to Friday.
    """

    mon: Spans = ()
    tue: Spans = ()
    wed: Spans = ()
    thu: Spans = ()
    fri: Spans = ()
    sat: Spans = ()
    sun: Spans = ()

    def hours(self) -> WeekHours:
        """Return the domain's hours."""
        return WeekHours(tuple(spans_of(getattr(self, day)) for day in WEEKDAYS))


def _week(value: Any) -> Any:
    return dict.fromkeys(WEEKDAYS[:5], value) if isinstance(value, str | list) else value


OpeningHours = Annotated[
    Week, BeforeValidator(_week, json_schema_input_type=str | tuple[str, ...] | Week)
]


class Service(Model):
    """The service itself: where it listens and keeps its data."""

    host: str = Field("127.0.0.1", description="Address the web pages listen on")
    port: int = Field(8480, ge=1, le=65535, description="Port of the web pages")
    public_url: str | None = Field(
        None, description="How browsers reach the service; set it to https://… behind a proxy"
    )
    data_dir: Path = Field(
        Path("var"), description="Folder for database, evidence and recordings (from this file)"
    )
    database_url: SecretStr | None = Field(
        None, description="SQLAlchemy URL; SQLite inside data_dir when not given"
    )
    language: Literal["zh", "en"] = Field("zh", description="Language of messages and reports")
    workers: int = Field(1, ge=1, le=64, description="Worker processes; one per processor core")
    worker_host: str = Field(
        "127.0.0.1", description="Address on which workers accept live-view signalling"
    )


class Finder(Model):
    """Which person model looks at the frames, and how."""

    name: str = Field("yolov8n", description="Model in models/manifest.toml")
    finder: str = Field("openvino", description="Entry point that runs it")
    input_width: int = Field(640, ge=64, le=1920, multiple_of=32, description="Input width, px")
    input_height: int = Field(384, ge=64, le=1920, multiple_of=32, description="Input height, px")
    adapt_input: bool = Field(
        True,
        description="Look at a camera with a smaller input while that is seen to find the same "
        "people",
    )
    precision: Literal["auto", "f32", "bf16", "int8"] = Field(
        "auto",
        description="Numbers it reckons with; auto: what the processor does best. int8 needs "
        "`monitor models quantise`",
    )
    confidence: Share = Field(0.1, description="Weakest box kept; the tracker uses weak boxes")
    calm_fps: float = Field(
        2.0, gt=0, le=30, description="Most frames analysed a second while nothing is pending"
    )
    gate: Literal["on", "off", "shadow"] = Field(
        "on",
        description="Skip pictures in which nothing moves; `shadow` only counts them",
    )
    models_dir: Path | None = Field(None, description="Folder with fetched and exported models")


class Recording(Model):
    """Continuous recording of packets, never re-encoded."""

    enabled: bool = Field(False, description="Record every camera of the district here")
    keep: Seconds = Field(90 * 86400.0, description="How long recordings are kept (law: 90 days)")
    rooms: dict[RoomType, Seconds] = Field(
        default_factory=dict,
        description="Other times for types of room, such as {corridor: 30d}",
    )
    store: str | None = Field(
        None,
        description="Where finished files go, an fsspec address (s3://bucket/kanhu); else data_dir",
    )
    reserve: float = Field(
        5.0,
        ge=0.1,
        le=10_000,
        description="GiB of the disk left free for evidence and alerts: below it, room is made",
    )
    segment: Seconds = Field(60.0, ge=2, le=3600, description="Length of one file")


class Evidence(Model):
    """What is kept with an alert."""

    before: Seconds = Field(10.0, le=120, description="Clip length before the onset")
    after: Seconds = Field(5.0, le=120, description="Clip length after the raise")
    keep: Seconds = Field(180 * 86400.0, description="How long snapshots and clips are kept")


class Tracks(Model):
    """What is kept so that rules can be tried on the last days: where people were, no pictures."""

    keep: Seconds = Field(
        7 * 86400.0, le=30 * 86400, description="How long; 0 keeps none (at most 30 days)"
    )


class Labels(Model):
    """Frames kept for labelling, to train a model of the district's own. Personal data."""

    enabled: bool = Field(False, description="Keep frames for the page 'Labels'")
    keep: Seconds = Field(30 * 86400.0, description="How long they are kept, reviewed or not")
    every: Seconds = Field(120.0, ge=1, description="Least time between two frames of a camera")
    per_camera_day: int = Field(20, ge=1, le=1000, description="Most frames a camera and day")
    most: int = Field(2000, ge=1, le=20000, description="Most frames kept at all")


def _known_zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise WrongValueError(
            Text(
                f"“{value}”不是 IANA 时区，应如 Asia/Shanghai",
                f"'{value}' is not an IANA time zone such as Asia/Shanghai",
            )
        ) from None
    return value


TimeZone = Annotated[str, AfterValidator(_known_zone)]


class DistrictPart(Model):
    """The district whose guidance centre runs this system."""

    id: Id
    name: Name
    timezone: TimeZone = Field("Asia/Shanghai", description="IANA time zone shown on pages")


def _inside(value: float) -> float:
    if not 0 <= value <= 1:
        raise WrongValueError(
            Text(
                f"{value:g} 在画面之外：位置应在 0 到 1 之间",
                f"{value:g} lies outside the picture: positions go from 0 to 1",
            )
        )
    return value


Coordinate = Annotated[
    float,
    AfterValidator(_inside),
    WithJsonSchema({"maximum": 1, "minimum": 0, "type": "number"}),
]
Position = tuple[Coordinate, Coordinate]


Corners = Annotated[tuple[Position, ...], Field(min_length=3, max_length=64)]


class ZonePart(Model):
    """A named part of the picture."""

    id: Id
    polygon: tuple[Position, ...] = Field(
        min_length=3, max_length=64, description="Corners [x, y], each 0–1 from the top left"
    )
    capacity: int | None = Field(None, ge=1, le=500, description="Most people allowed in it")
    kind: ZoneKind | None = Field(
        None, description="What it is for; a zone whose id begins with door is a doorway anyway"
    )

    def zone(self) -> Zone:
        """Return the domain's zone."""
        return Zone(self.id, Polygon(self.polygon), self.capacity, self.kind)


class LinePart(Model):
    """A line on the floor that people cross, drawn where whole people are seen on both sides."""

    id: Id
    start: Position = Field(alias="from", description="One end [x, y], each 0–1 from the top left")
    end: Position = Field(alias="to", description="The other end")
    kind: LineKind = Field(description="door: to another room; exit: out of the children's area")
    inward: Side = Field(description="Side of the camera's own room, looking along from → to")
    leads_to: str | None = Field(
        None, description="Id of the room behind it; in a camera file, that room's type"
    )

    def line(self, beyond: RoomType | None) -> Line:
        """Return the domain's line; ``beyond`` is the type of the room that it leads to."""
        return Line(self.id, self.start, self.end, self.kind, self.inward, self.leads_to, beyond)


class FloorPoint(Model):
    """A visible point whose place on the floor was measured."""

    pixel: Position = Field(description="Where it is in the picture, each 0–1")
    floor: tuple[float, float] = Field(description="Where it lies on the floor, metres [x, z]")


class CalibrationPart(Model):
    """How the camera looks at the floor: by its mounting, or by at least four marked points."""

    height_m: float | None = Field(None, gt=0.5, lt=20, description="Height above the floor, m")
    pitch_deg: float | None = Field(None, ge=0, lt=90, description="Downward tilt, degrees")
    focal_px: float | None = Field(None, gt=50, lt=20000, description="Focal length, pixels")
    width_px: int | None = Field(
        None, ge=64, le=7680, description="Picture width that focal_px is for (1280)"
    )
    height_px: int | None = Field(
        None, ge=64, le=4320, description="Picture height that focal_px is for (720)"
    )
    points: tuple[FloorPoint, ...] = Field((), max_length=64, description="Marked floor points")

    def complain(self) -> Text | None:
        """Return what is wrong with the combination, or ``None``."""
        mounting = (self.height_m, self.pitch_deg, self.focal_px)
        if self.points:
            if any(value is not None for value in mounting):
                return Text(
                    "height_m、pitch_deg、focal_px 与 points 只能选其一",
                    "give either height_m, pitch_deg and focal_px, or points, not both",
                )
            if len(self.points) < 4:
                return Text("points 至少要有四个标记点", "points needs at least four marked points")
            return None
        if any(value is None for value in mounting):
            return Text(
                "height_m、pitch_deg、focal_px 要一起填写；或改填 points",
                "height_m, pitch_deg and focal_px belong together; or give points",
            )
        return None


class InputPart(Model):
    """The size at which the person model looks at a camera's pictures."""

    width: int = Field(ge=64, le=1920, multiple_of=32, description="Input width, px")
    height: int = Field(ge=64, le=1920, multiple_of=32, description="Input height, px")

    def size(self) -> tuple[int, int]:
        """Return width and height."""
        return (self.width, self.height)


class TilesPart(Model):
    """Overlapping tiles that are looked at one by one, besides the whole picture."""

    columns: int = Field(2, ge=1, le=4, description="Tiles from left to right")
    rows: int = Field(1, ge=1, le=4, description="Tiles from top to bottom")
    overlap: float = Field(
        0.2, ge=0, le=0.5, description="Share of a tile that the next one sees too"
    )

    def tiles(self) -> Tiles:
        """Return the domain's tiles."""
        return Tiles(self.columns, self.rows, self.overlap)


class CameraPart(Model):
    """One camera."""

    id: Id
    name: Name
    url: SecretStr = Field(
        description="rtsp://…, rtsp+udp://…, rtsps://…, onvif://…, gb28181://…, whip://… or file:…"
    )
    substream: SecretStr | None = Field(None, description="Smaller stream used for analysis")
    analysis_fps: float = Field(5.0, gt=0, le=30, description="Most frames analysed a second")
    input: InputPart | None = Field(
        None, description="Other input size than the model's, where people are small"
    )
    tiles: TilesPart | None = Field(
        None, description="Look at tiles too; each costs as much as a picture"
    )
    enabled: bool = Field(True, description="Read this camera")
    zones: tuple[ZonePart, ...] = ()
    masks: tuple[Corners, ...] = Field(
        (), description="Polygons blacked out before anything looks at a frame"
    )
    lines: tuple[LinePart, ...] = ()
    blind: tuple[Corners, ...] = Field(
        (), description="Polygons in which people cannot be seen though they may be there"
    )
    calibration: CalibrationPart | None = None


class RoomPart(Model):
    """One room. Cameras in washrooms, changing and nursing rooms are refused."""

    id: Id
    name: Name
    type: RoomType
    class_type: ClassType | None = Field(None, alias="class", description="Age class")
    capacity: int | None = Field(None, ge=1, le=500, description="Most children approved")
    person_capacity: int | None = Field(None, ge=1, le=1000, description="Most people at once")
    rules: dict[str, dict[str, Any]] = Field(
        default_factory=dict, description="Parameters of rules for this room"
    )
    opening_hours: OpeningHours | None = Field(
        None, description="When children may be here; the institution's when not given"
    )
    nap_times: Spans | None = Field(
        None, description="When children nap here; the institution's when not given"
    )
    cameras: tuple[CameraPart, ...] = ()


class InstitutionPart(Model):
    """One child care institution."""

    id: Id
    name: Name
    community: str = Field("", description="Street or town it belongs to")
    address: str = ""
    contact_name: str = ""
    contact_phone: str = ""
    notice_number: str = Field("", description="Number of the Notice (告知书)")
    notice_state: NoticeState = NoticeState.APPLYING
    notice_expires: date | None = None
    approved_capacity: int | None = Field(None, ge=1, le=2000)
    opening_hours: OpeningHours | None = Field(
        None, description="When children may be there, late collection included"
    )
    nap_times: Spans = Field((), description="When children nap on days of operation")
    rules: dict[str, dict[str, Any]] = Field(
        default_factory=dict, description="Parameters of rules for this institution"
    )
    rooms: tuple[RoomPart, ...] = ()


class Settings(Model):
    """A whole configuration file."""

    version: Literal[1] = Field(description="Version of this format")
    service: Service = Service()
    access: Access = Access()
    model: Finder = Finder()
    recording: Recording = Recording()
    evidence: Evidence = Evidence()
    tracks: Tracks = Tracks()
    labels: Labels = Labels()
    notify: Notify = Notify()
    risk: Risk = Risk()
    reporting: Reporting = Reporting()
    planning: Planning = Planning()
    privacy: Privacy = Privacy()
    gb28181: GbPart | None = Field(
        None, description="Kanhu as the platform that recorders sign in to"
    )
    alerts: Alerts = Alerts()
    live: Live = Live()
    sources: Sources = Sources()
    rules: dict[str, dict[str, Any]] = Field(
        default_factory=dict, description="Parameters of rules for the whole district"
    )
    district: DistrictPart
    institutions: tuple[InstitutionPart, ...] = ()
    registers: Path | None = Field(
        None, description="File with the institutions' registers to load at the start"
    )
    demo: bool = Field(False, description="Show the demo banner and the demo inbox")
