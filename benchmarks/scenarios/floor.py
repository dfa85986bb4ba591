"""Floor plans: a room with its door, furniture, places to be, and the cameras that watch it.

Metres; ``x`` to the right, ``z`` away from the wall of the first camera. Everything follows from
the generator that is handed in.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from benchmarks.scenarios.people import Spot
from benchmarks.scenarios.shade import concealed_m
from monitor.demo.footage.optics import Optics
from monitor.domain.geometry import Polygon
from monitor.domain.places import Camera, Zone
from monitor.domain.text import Text

_WIDE_PX, _HIGH_PX = 1280, 720
_STAYS_IN_VIEW = 0.04
_AT_TABLE_M = 0.5  # who sits behind a table is hidden by it as far as this
_DOOR_DEEP_M, _DOOR_HALF_M, _BEYOND_M = 0.9, 0.65, 0.5


@dataclass(frozen=True, slots=True)
class Furniture:
    """A block that hides what is behind it; its footprint in metres and how ``tall`` it is."""

    x1: float
    z1: float
    x2: float
    z2: float
    tall: float


@dataclass(frozen=True, slots=True)
class Eye:
    """A camera: how it hangs (``optics``), and how the product knows it (``camera``)."""

    optics: Optics
    camera: Camera


@dataclass(frozen=True, slots=True)
class FloorPlan:
    """A furnished room.

    ``door`` is the middle of the threshold; nobody is seen beyond it. ``free`` are places
    to stand or play, ``seats`` at tables, ``cots`` to sleep, ``hideouts`` behind furniture, and
    ``bedsides`` where an adult bends over a cot. Nobody stays where no camera looks.
    """

    half_width: float
    depth: float
    door: Spot
    furniture: tuple[Furniture, ...]
    free: tuple[Spot, ...]
    seats: tuple[Spot, ...]
    cots: tuple[Spot, ...]
    hideouts: tuple[Spot, ...]
    eyes: tuple[Eye, ...]

    @property
    def bedsides(self) -> tuple[Spot, ...]:
        """Where one bends over a cot."""
        return tuple((x + 0.55, z) for x, z in self.cots)


def floor_plan(rng: np.random.Generator, cameras: int, room_id: str = "room") -> FloorPlan:
    """Return a room with one or two calibrated cameras in its corners."""
    half, depth = rng.uniform(3.0, 4.0), rng.uniform(6.5, 8.5)
    side = 1 if rng.random() < 0.5 else -1
    door = (side * half, rng.uniform(0.45, 0.8) * depth)
    tables = _tables(rng, half, depth)
    shelf_x, shelf_z = rng.uniform(-1.6, 0.2), rng.uniform(0.5, 0.62) * depth
    shelf = Furniture(shelf_x, shelf_z, shelf_x + 1.6, shelf_z + 0.35, rng.uniform(0.8, 1.1))
    tall_x = -side * (half - rng.uniform(0.9, 1.2))
    cupboard = Furniture(tall_x - 0.5, 0.72 * depth, tall_x + 0.5, 0.72 * depth + 0.5, 1.7)
    optics = [_corner(rng, half, depth, -side)]
    if cameras > 1:
        optics.append(_far_corner(rng, half, depth, side))
    furniture = (*tables, shelf, cupboard)
    eyes = tuple(
        Eye(o, _camera(o, door, side, f"camera-{i + 1}", room_id)) for i, o in enumerate(optics)
    )
    seats = tuple(spot for table in tables for spot in _seats(table))
    rows = (0.86 * depth, 0.7 * depth, 0.3 * depth)
    cots = [(float(x), z) for z in rows for x in np.linspace(-0.7, 0.7, 5) * half]
    behind = [
        (shelf_x + 0.5, shelf_z + 0.75),
        (shelf_x + 1.1, shelf_z + 0.7),
        (tall_x, 0.72 * depth + 0.85),
    ]
    grid = [
        (float(x), float(z))
        for x in np.arange(-half + 0.5, half - 0.4, 0.45)
        for z in np.arange(1.4, depth - 0.4, 0.45)
        if math.dist((x, z), door) > 1.6
    ]
    return FloorPlan(
        half,
        depth,
        door,
        furniture,
        tuple(spot for spot in grid if _shown(spot, optics, furniture, 0.4)),
        tuple(spot for spot in seats if _shown(spot, optics, furniture, _AT_TABLE_M)),
        tuple(spot for spot in cots if _shown(spot, optics, furniture, 0.1)),
        tuple(spot for spot in behind if any(_seen(spot, o) for o in optics)),
        eyes,
    )


def _tables(rng: np.random.Generator, half: float, depth: float) -> tuple[Furniture, ...]:
    tables = []
    for x in (-0.45 * half, 0.4 * half):
        left, near = x - 0.6 + rng.uniform(-0.2, 0.2), 0.36 * depth + rng.uniform(-0.2, 0.4)
        tables.append(Furniture(left, near, left + 1.2, near + 0.7, 0.5))
    return tuple(tables)


def _seats(table: Furniture) -> list[Spot]:
    rows = (table.z1 - 0.25, table.z2 + 0.25)
    return [(table.x1 + along, z) for z in rows for along in (0.2, 0.6, 1.0)]


def _corner(rng: np.random.Generator, half: float, depth: float, side: int) -> Optics:
    """Hang a camera in a near corner, looking at the room's middle."""
    x = side * rng.uniform(0.3, 0.9) * half
    yaw = math.degrees(math.atan2(-0.7 * x, 0.55 * depth))
    return Optics(
        x=x,
        z=0.15,
        height_m=rng.uniform(2.5, 3.0),
        yaw_deg=yaw + rng.uniform(-4, 4),
        pitch_deg=rng.uniform(24, 31),
        focal_px=rng.uniform(640, 820),
        width=_WIDE_PX,
        height=_HIGH_PX,
    )


def _far_corner(rng: np.random.Generator, half: float, depth: float, side: int) -> Optics:
    near = _corner(rng, half, depth, side)
    return replace(near, z=depth - 0.15, yaw_deg=180 - near.yaw_deg)


def _camera(optics: Optics, door: Spot, side: int, camera_id: str, room_id: str) -> Camera:
    zone = _door_zone(optics, door, side)
    return Camera(
        id=camera_id,
        room_id=room_id,
        name=Text(zh=camera_id, en=camera_id),
        url="file:none.mp4",
        zones=() if zone is None else (zone,),
        calibration=optics.calibration(),
    )


def _door_zone(optics: Optics, door: Spot, side: int) -> Zone | None:
    """Return the doorway as an operator draws it on the floor, or ``None`` if it is not in view."""
    inner, outer = door[0] - side * _DOOR_DEEP_M, door[0] + side * _BEYOND_M
    near, far = door[1] - _DOOR_HALF_M, door[1] + _DOOR_HALF_M
    floor = [(inner, near), (outer, near), (outer, far), (inner, far)]
    points = np.array([(x, 0.0, z) for x, z in floor])
    if optics.see(points)[:, 2].min() < 0.5:
        return None
    corners = optics.project(points) / (optics.width, optics.height)
    middle = corners[[0, 3]].mean(axis=0)
    if not (0 <= middle[0] <= 1 and 0 <= middle[1] <= 1):
        return None
    return Zone("door", Polygon.of(np.clip(corners, 0, 1).tolist()))


def _shown(
    spot: Spot, optics: list[Optics], furniture: tuple[Furniture, ...], most_m: float
) -> bool:
    """Say whether some camera has ``spot`` in its picture, hidden by furniture up to ``most_m``."""
    x, z = np.array([spot[0]]), np.array([spot[1]])
    return any(
        _seen(spot, o) and float(concealed_m(x, z, o, furniture)[0]) < most_m for o in optics
    )


def _seen(spot: Spot, optics: Optics) -> bool:
    """Say whether feet and head of somebody small at ``spot`` are in the camera's picture."""
    points = np.array([(spot[0], 0.0, spot[1]), (spot[0], 1.0, spot[1])])
    if optics.see(points)[:, 2].min() < 0.5:
        return False
    u, v = (optics.project(points) / (optics.width, optics.height)).T
    m = _STAYS_IN_VIEW
    return bool(u.min() > m and u.max() < 1 - m and v.min() > -0.2 and v.max() < 1 - m)
