"""The file that ``monitor analyze`` reads: one camera, its room and its rules."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pydantic import Field, ValidationError

from monitor.documents import Document, read_document
from monitor.domain.geometry import Polygon
from monitor.domain.places import Calibration, Camera, ClassType, Room, RoomType, Zone
from monitor.domain.text import Text
from monitor.settings.checks import Complaint, camera_complaints, rule_complaints
from monitor.settings.district import floor_marks_of
from monitor.settings.load import all_of, translate
from monitor.settings.schema import CalibrationPart, InputPart, Model, Position, TilesPart, ZonePart


class RoomSketch(Model):
    """What ``analyze`` needs to know of a room."""

    type: RoomType = RoomType.ACTIVITY
    capacity: int | None = Field(None, ge=1, le=500, description="Most children approved")
    person_capacity: int | None = Field(None, ge=1, le=1000, description="Most people at once")
    class_type: ClassType | None = Field(None, alias="class", description="Age class")


class CameraFile(Model):
    """A camera file."""

    room: RoomSketch = RoomSketch()
    analysis_fps: float = Field(5.0, gt=0, le=30, description="Most frames analysed a second")
    input: InputPart | None = Field(None, description="Other input size than the model's")
    tiles: TilesPart | None = Field(None, description="Look at tiles too")
    zones: tuple[ZonePart, ...] = ()
    masks: tuple[tuple[Position, ...], ...] = ()
    calibration: CalibrationPart | None = None
    rules: dict[str, dict[str, Any]] = Field(default_factory=dict)

    def room_of(self, name: str) -> Room:
        """Return the domain's room; it and its institution are called after the recording."""
        return Room(
            id=name,
            institution_id=name,
            name=Text(zh=name, en=name),
            type=self.room.type,
            class_type=self.room.class_type,
            capacity=self.room.capacity,
            person_capacity=self.room.person_capacity,
            rules=self.rules,
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
            zones=tuple(Zone(zone.id, Polygon(zone.polygon), zone.capacity) for zone in self.zones),
            masks=tuple(Polygon(mask) for mask in self.masks),
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
        found.extend(translate(detail) for detail in error.errors())
    if camera is not None:
        found.extend(rule_complaints(camera.rules, ("rules",)))
        found.extend(camera_complaints(camera.zones, camera.calibration, ()))
    if found or camera is None:
        raise all_of(found, document)
    return camera
