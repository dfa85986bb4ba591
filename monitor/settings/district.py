"""From configuration to the domain's :class:`District`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from monitor.domain.geometry import Polygon
from monitor.domain.places import (
    Calibration,
    Camera,
    District,
    FloorMark,
    Institution,
    Room,
    RoomType,
)
from monitor.settings.gb28181 import with_desk
from monitor.settings.schema import (
    CalibrationPart,
    CameraPart,
    InstitutionPart,
    RoomPart,
    Settings,
    spans_of,
)

_USUAL_WIDTH, _USUAL_HEIGHT = 1280, 720


def district_of(settings: Settings, folder: Path) -> District:
    """Build the domain's district; ``file:`` sources become absolute from ``folder``."""
    institutions: list[Institution] = []
    rooms: list[Room] = []
    cameras: list[Camera] = []
    for part in settings.institutions:
        institutions.append(_institution(part))
        types = {room.id: room.type for room in part.rooms}
        for room in part.rooms:
            rooms.append(_room(room, part, settings.rules))
            cameras.extend(
                _through_desk(camera_of(camera, room.id, folder, types), settings)
                for camera in room.cameras
            )
    return District(
        id=settings.district.id,
        name=settings.district.name.text(),
        timezone=settings.district.timezone,
        institutions=tuple(institutions),
        rooms=tuple(rooms),
        cameras=tuple(cameras),
    )


def _through_desk(camera: Camera, settings: Settings) -> Camera:
    data_dir = settings.service.data_dir
    smaller = camera.substream_url
    return replace(
        camera,
        url=with_desk(camera.url, data_dir),
        substream_url=None if smaller is None else with_desk(smaller, data_dir),
    )


def _institution(part: InstitutionPart) -> Institution:
    return Institution(
        id=part.id,
        name=part.name.text(),
        community=part.community,
        address=part.address,
        contact_name=part.contact_name,
        contact_phone=part.contact_phone,
        notice_number=part.notice_number,
        notice_state=part.notice_state,
        notice_expires=part.notice_expires,
        approved_capacity=part.approved_capacity,
    )


def _room(part: RoomPart, home: InstitutionPart, defaults: Mapping[str, dict[str, Any]]) -> Room:
    opening = part.opening_hours or home.opening_hours
    naps = home.nap_times if part.nap_times is None else part.nap_times
    levels = (defaults, home.rules, part.rules)
    names = dict.fromkeys(name for level in levels for name in level)
    return Room(
        id=part.id,
        institution_id=home.id,
        name=part.name.text(),
        type=part.type,
        class_type=part.class_type,
        capacity=part.capacity,
        person_capacity=part.person_capacity,
        rules={name: _joined(name, levels) for name in names},
        opening_hours=None if opening is None else opening.hours(),
        nap_times=spans_of(naps),
    )


def _joined(name: str, levels: Iterable[Mapping[str, dict[str, Any]]]) -> dict[str, Any]:
    """Return a rule's parameters; the nearer of ``levels`` comes last and counts."""
    return {key: value for level in levels for key, value in level.get(name, {}).items()}


def camera_of(
    part: CameraPart, room_id: str, folder: Path, room_types: Mapping[str, RoomType]
) -> Camera:
    """Build one domain camera; ``room_types`` are those of its institution's rooms by their ids."""
    return Camera(
        id=part.id,
        room_id=room_id,
        name=part.name.text(),
        url=_absolute(part.url.get_secret_value(), folder),
        substream_url=(
            None if part.substream is None else _absolute(part.substream.get_secret_value(), folder)
        ),
        zones=tuple(zone.zone() for zone in part.zones),
        masks=tuple(Polygon(mask) for mask in part.masks),
        lines=tuple(line.line(room_types.get(line.leads_to or "")) for line in part.lines),
        blind=tuple(Polygon(corners) for corners in part.blind),
        calibration=calibration_of(part.calibration),
        floor_marks=floor_marks_of(part.calibration),
        analysis_fps=part.analysis_fps,
        input_size=part.input.size() if part.input else None,
        tiles=part.tiles.tiles() if part.tiles else None,
        enabled=part.enabled,
    )


def calibration_of(part: CalibrationPart | None) -> Calibration | None:
    """Return the mounting, or ``None`` where floor points or nothing is given."""
    if part is None or part.height_m is None or part.pitch_deg is None or part.focal_px is None:
        return None
    return Calibration(
        part.height_m,
        part.pitch_deg,
        part.focal_px,
        part.width_px or _USUAL_WIDTH,
        part.height_px or _USUAL_HEIGHT,
    )


def floor_marks_of(part: CalibrationPart | None) -> tuple[FloorMark, ...]:
    """Return the marked floor points, if any."""
    if part is None:
        return ()
    return tuple(FloorMark(point.pixel, point.floor) for point in part.points)


def _absolute(url: str, folder: Path) -> str:
    if not url.startswith("file:"):
        return url
    path, mark, options = url.removeprefix("file:").partition("?")
    return f"file:{(folder / path).resolve()}{mark}{options}"
