"""A plan of the floor beside an alert, to scale: what a camera sees of it and who stood where.

Each calibrated camera has a plan of its own, seen from above, with the camera below: nothing says
how the floors of two cameras lie to one another.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from monitor.detectors.ground.outline import on_floor, seen_floor, standpoint
from monitor.detectors.ground.plane import GroundPlane, ground_plane_of
from monitor.domain.errors import ConfigError
from monitor.domain.geometry import Point
from monitor.domain.people import AgeClass
from monitor.domain.places import Camera
from monitor.settings.district import camera_of
from monitor.settings.schema import Settings
from monitor.web.directory import Directory

WIDTH, HEIGHT = 160.0, 90.0
_MARGIN, _FOOT = 5.0, 7.0
_NAME = 3.5
_LEAST_M, _BEYOND_M = 8.0, 1.5
_BARS_M = (10.0, 5.0, 2.0, 1.0, 0.5)
_LONGEST_BAR = 45.0
_MOST_PLANS = 3


@dataclass(frozen=True, slots=True)
class DrawnArea:
    """An area in a picture of 160 × 90: corners and the place of its name.

    ``meant`` is the one that the alert is about.
    """

    id: str
    points: str
    x: float
    y: float
    meant: bool


@dataclass(frozen=True, slots=True)
class PlanLine:
    """A door line on the floor."""

    id: str
    kind: str
    start: Point
    end: Point
    meant: bool


@dataclass(frozen=True, slots=True)
class PlanPerson:
    """Where somebody stood when the alert was raised."""

    age: str
    x: float
    y: float


@dataclass(frozen=True, slots=True)
class FloorPlan:
    """The floor of one camera in a picture of 160 × 90; ``bar_m`` metres are ``bar`` long in it."""

    camera: str
    seen: str
    camera_at: Point | None
    zones: tuple[DrawnArea, ...]
    lines: tuple[PlanLine, ...]
    people: tuple[PlanPerson, ...]
    bar_m: float
    bar: float

    def count(self, age: str) -> int:
        """Return how many people of an age are drawn."""
        return sum(person.age == age for person in self.people)


def floor_plans(
    settings: Settings,
    room_id: str,
    directory: Directory,
    tracks: Sequence[Mapping[str, Any]],
    first: str | None,
    meant: str | None,
) -> tuple[FloorPlan, ...]:
    """Return the plans of a room's calibrated cameras, that of camera ``first`` before the others.

    Args:
        settings: say how the cameras are calibrated.
        room_id: the room.
        directory: knows the sizes of their pictures.
        tracks: the people of an event's evidence.
        first: the camera shown beside the alert.
        meant: the zone or line that the alert is about.
    """
    plans = []
    for camera in _cameras(settings, room_id):
        plane = _plane(camera, directory)
        if plane is None:
            continue
        stood = [(item["age"], tuple(item["floor"])) for item in tracks if _of(item, camera.id)]
        plan = _draw(camera, plane, stood, meant)
        if plan is not None:
            plans.append(plan)
    plans.sort(key=lambda plan: (plan.camera != first, -len(plan.people)))
    return tuple(plans[:_MOST_PLANS])


def _cameras(settings: Settings, room_id: str) -> list[Camera]:
    return [
        camera_of(camera, room.id, Path(), {other.id: other.type for other in part.rooms})
        for part in settings.institutions
        for room in part.rooms
        if room.id == room_id
        for camera in room.cameras
        if camera.enabled
    ]


def _plane(camera: Camera, directory: Directory) -> GroundPlane | None:
    spot = directory.spots.get(camera.id)
    if spot is None:
        return None
    report = spot.camera.status.report if spot.camera.status else None
    known = report is not None and report.width and report.height
    try:
        if report is not None and known:
            return ground_plane_of(camera, report.width / report.height)
        return ground_plane_of(camera)
    except ConfigError:
        return None


def _of(track: Mapping[str, Any], camera_id: str) -> bool:
    return track.get("camera") == camera_id and track.get("floor") is not None


def _draw(
    camera: Camera,
    plane: GroundPlane,
    stood: Sequence[tuple[str, tuple[float, ...]]],
    meant: str | None,
) -> FloorPlan | None:
    people = [(AgeClass(age), (place[0], place[1])) for age, place in stood]
    reach = max([_LEAST_M, *(math.hypot(*place) + _BEYOND_M for _, place in people)])
    seen = seen_floor(plane, reach)
    if not seen:
        return None
    hangs = standpoint(plane)
    areas = {
        zone.id: corners
        for zone in camera.zones
        if (corners := on_floor(plane, zone.polygon.points, reach))
    }
    paper = _Paper(
        [
            *seen,
            *(place for _, place in people),
            *(corner for corners in areas.values() for corner in corners),
            *([hangs] if hangs else []),
        ]
    )
    zones = [_area(name, corners, paper, name == meant) for name, corners in areas.items()]
    lines = [
        PlanLine(line.id, line.kind.value, paper.at(start), paper.at(end), line.id == meant)
        for line in camera.lines
        if (start := plane.floor(line.start)) and (end := plane.floor(line.end))
        if max(math.hypot(*start), math.hypot(*end)) <= reach
    ]
    bar_m = next((bar for bar in _BARS_M if bar * paper.scale <= _LONGEST_BAR), _BARS_M[-1])
    return FloorPlan(
        camera=camera.id,
        seen=paper.outline(seen),
        camera_at=paper.at(hangs) if hangs else None,
        zones=tuple(sorted(zones, key=lambda zone: zone.meant)),
        lines=tuple(lines),
        people=tuple(PlanPerson(age.value, *paper.at(place)) for age, place in people),
        bar_m=bar_m,
        bar=round(bar_m * paper.scale, 2),
    )


def _area(name: str, corners: Sequence[Point], paper: _Paper, meant: bool) -> DrawnArea:
    drawn = [paper.at(corner) for corner in corners]
    across = [x for x, _ in drawn]
    middle = round((min(across) + max(across)) / 2, 2)
    top = round(min(y for _, y in drawn) + _NAME, 2)
    return DrawnArea(name, paper.outline(corners), middle, top, meant)


class _Paper:
    """Puts metres on the picture, everything given in sight and forward up."""

    def __init__(self, everything: Sequence[Point]) -> None:
        across = [x for x, _ in everything]
        ahead = [y for _, y in everything]
        wide, deep = max(across) - min(across), max(ahead) - min(ahead)
        room = HEIGHT - 2 * _MARGIN - _FOOT  # the scale stands below
        self.scale = min((WIDTH - 2 * _MARGIN) / max(wide, 0.1), room / max(deep, 0.1))
        self._left = (WIDTH - wide * self.scale) / 2 - min(across) * self.scale
        self._bottom = _MARGIN + (room + deep * self.scale) / 2 + min(ahead) * self.scale

    def at(self, place: Point) -> Point:
        """Return where a place of the floor lies in the picture."""
        return (
            round(self._left + place[0] * self.scale, 2),
            round(self._bottom - place[1] * self.scale, 2),
        )

    def outline(self, places: Sequence[Point]) -> str:
        """Return corners as SVG writes them."""
        return " ".join("{:g},{:g}".format(*self.at(place)) for place in places)
