"""The file that ``monitor analyze`` reads: one camera, its room and its rules."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import Field, ValidationError

from monitor.documents import (
    Complaint,
    Document,
    read_document,
    refusal,
    schema_complaints,
)
from monitor.domain.geometry import Polygon
from monitor.domain.places import Calibration, Camera, ClassType, Room, RoomType
from monitor.domain.text import Text
from monitor.settings.basics import Model
from monitor.settings.checks import (
    blind_complaints,
    camera_complaints,
    line_complaints,
    private_complaints,
)
from monitor.settings.district import floor_marks_of
from monitor.settings.rule_checks import rule_complaints
from monitor.settings.schema import (
    CalibrationPart,
    Corners,
    InputPart,
    LinePart,
    OpeningHours,
    Position,
    Spans,
    TilesPart,
    TimeZone,
    ZonePart,
    spans_of,
)


class RoomSketch(Model):
    """What ``analyze`` needs to know of a room."""

    type: RoomType = RoomType.ACTIVITY
    capacity: int | None = Field(None, ge=1, le=500, description="Most children approved")
    person_capacity: int | None = Field(None, ge=1, le=1000, description="Most people at once")
    class_type: ClassType | None = Field(None, alias="class", description="Age class")
    opening_hours: OpeningHours | None = Field(None, description="When children may be here")
    nap_times: Spans = Field((), description="When children nap here")


class CameraFile(Model):
    """A camera file."""

    room: RoomSketch = RoomSketch()
    analysis_fps: float = Field(5.0, gt=0, le=30, description="Most frames analysed a second")
    input: InputPart | None = Field(None, description="Other input size than the model's")
    tiles: TilesPart | None = Field(None, description="Look at tiles too")
    zones: tuple[ZonePart, ...] = ()
    masks: tuple[tuple[Position, ...], ...] = ()
    lines: tuple[LinePart, ...] = ()
    blind: tuple[Corners, ...] = Field(
        (), description="Polygons in which people cannot be seen though they may be there"
    )
    timezone: TimeZone = Field("Asia/Shanghai", description="IANA time zone of hours and naps")
    calibration: CalibrationPart | None = None
    rules: dict[str, dict[str, Any]] = Field(default_factory=dict)

    def room_of(self, name: str) -> Room:
        """Return the domain's room; it and its institution are called after the recording."""
        opening = self.room.opening_hours
        return Room(
            id=name,
            institution_id=name,
            name=Text(zh=name, en=name),
            type=self.room.type,
            class_type=self.room.class_type,
            capacity=self.room.capacity,
            person_capacity=self.room.person_capacity,
            rules=self.rules,
            opening_hours=opening.hours() if opening is not None else None,
            nap_times=spans_of(self.room.nap_times),
        )

    def camera_of(self, name: str, video: Path, width: int, height: int) -> Camera:
        """Return the domain's camera for a recording of ``width`` × ``height`` pixels."""
        part = self.calibration
        mounting = None
        if part is not None and part.height_m and part.pitch_deg is not None and part.focal_px:
            mounting = Calibration(
                part.height_m,
                part.pitch_deg,
                part.focal_px,
                part.width_px or width,
                part.height_px or height,
            )
        return Camera(
            id=name,
            room_id=name,
            name=Text(zh=name, en=name),
            url=f"file:{video}",
            zones=tuple(zone.zone() for zone in self.zones),
            masks=tuple(Polygon(mask) for mask in self.masks),
            lines=tuple(
                line.line(RoomType(line.leads_to) if line.leads_to else None) for line in self.lines
            ),
            blind=tuple(Polygon(corners) for corners in self.blind),
            calibration=mounting,
            floor_marks=floor_marks_of(part),
            analysis_fps=self.analysis_fps,
            input_size=self.input.size() if self.input else None,
            tiles=self.tiles.tiles() if self.tiles else None,
        )


def load_camera_file(path: Path) -> CameraFile:
    """Read and check a camera file.

    Raises:
        ConfigError: one or more mistakes, each with file, line and what to do.
    """
    document: Document = read_document(path)
    value = document.value if document.value is not None else {}
    found: list[Complaint] = []
    camera: CameraFile | None = None
    try:
        camera = CameraFile.model_validate(value)
    except ValidationError as error:
        found.extend(schema_complaints(error.errors()))
    if camera is not None:
        found.extend(private_complaints(camera.room.type, ("room", "type")))
        found.extend(rule_complaints(camera.rules, ("rules",)))
        found.extend(camera_complaints(camera.zones, camera.calibration, ()))
        found.extend(line_complaints(camera.lines, ()))
        found.extend(blind_complaints(camera.blind, ()))
        found.extend(_goal_complaints(camera.lines))
    if found or camera is None:
        raise refusal(document, found)
    return camera


def _goal_complaints(lines: tuple[LinePart, ...]) -> Iterator[Complaint]:
    for index, line in enumerate(lines):
        if line.leads_to is not None and line.leads_to not in list(RoomType):
            yield Complaint(
                ("lines", index, "leads_to"),
                Text(
                    f"没有房间类型“{line.leads_to}”",
                    f"there is no type of room called '{line.leads_to}'",
                ),
                Text(
                    f"摄像机文件中写门后房间的类型：{'、'.join(RoomType)}",
                    f"a camera file names the type of the room behind: {', '.join(RoomType)}",
                ),
            )
