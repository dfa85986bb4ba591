from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest

from monitor.detectors.ground import GroundPlane, ground_plane_of
from monitor.domain.geometry import Polygon
from monitor.domain.people import AgeClass, Box, Track
from monitor.domain.places import Calibration, Camera, Room, RoomType, Zone
from monitor.domain.room_state import CameraView, RoomState, View
from monitor.domain.text import Text

ASPECT = 16 / 9
MOUNTING = Calibration(height_m=2.6, pitch_deg=28, focal_px=800, width_px=1280, height_px=720)
DOORWAY = Zone("door-west", Polygon.of([[0, 0.3], [0.05, 0.3], [0.05, 1], [0, 1]]))

MakeRoom = Callable[..., Room]
MakeCamera = Callable[..., Camera]
MakeTrack = Callable[..., Track]
MakeState = Callable[..., RoomState]
BoxOf = Callable[..., Box]


@pytest.fixture
def make_room() -> MakeRoom:
    def make(
        type: RoomType = RoomType.ACTIVITY,  # noqa: A002
        rules: dict[str, dict[str, object]] | None = None,
        **parts: Any,
    ) -> Room:
        return Room(
            id="room",
            institution_id="sunshine",
            name=Text(zh="托小班", en="Toddler room"),
            type=type,
            rules=rules or {},
            **parts,
        )

    return make


@pytest.fixture
def make_camera() -> MakeCamera:
    def make(id: str = "east", zones: Sequence[Zone] = (), **parts: Any) -> Camera:  # noqa: A002
        return Camera(
            id=id,
            room_id="room",
            name=Text(zh=f"摄像机 {id}", en=f"Camera {id}"),
            url="file:none.mp4",
            zones=tuple(zones),
            **parts,
        )

    return make


@pytest.fixture
def make_track() -> MakeTrack:
    def make(
        id: int = 1,  # noqa: A002
        age: AgeClass = AgeClass.ADULT,
        at: tuple[float, float] = (0.5, 0.7),
        size: tuple[float, float] = (0.06, 0.3),
        seen: float = 0.0,
        **parts: Any,
    ) -> Track:
        box = Box(at[0] - size[0] / 2, at[1] - size[1], at[0] + size[0] / 2, at[1])
        odds = {AgeClass.ADULT: 5.0, AgeClass.CHILD: -5.0, AgeClass.UNKNOWN: 0.0}[age]
        values: dict[str, Any] = {
            "camera_id": "east",
            "score": 0.6,
            "first_seen": seen - 10,
            "hits": 20,
            "adult_log_odds": odds,
        }
        return Track(id=id, box=box, seen=seen, age=age, **{**values, **parts})

    return make


@pytest.fixture
def make_state() -> MakeState:
    def make(
        time: float, adults: int = 0, children: int = 0, unknown: int = 0, **parts: Any
    ) -> RoomState:
        values: dict[str, Any] = {
            "view": View.FULL,
            "confidence": 0.9,
            "cameras": (CameraView("east"),),
        }
        return RoomState(
            "room",
            time,
            adults=adults,
            children=children,
            unknown=unknown,
            **{
                **values,
                **parts,
            },
        )

    return make


@pytest.fixture
def plane(make_camera: MakeCamera) -> GroundPlane:
    found = ground_plane_of(make_camera(calibration=MOUNTING))
    assert found is not None
    return found


def project(plane: GroundPlane, x: float, z: float, up: float) -> tuple[float, float]:
    u, v, depth = plane.projection @ np.array([x, z, up, 1.0])
    return float(u / depth), float(v / depth)


@pytest.fixture
def box_of(plane: GroundPlane) -> BoxOf:
    """Return the box of somebody ``tall`` and ``wide`` metres at floor point (x, z)."""

    def box(x: float, z: float, tall: float, wide: float = 0.4) -> Box:
        foot, head = project(plane, x, z, 0.0), project(plane, x, z, tall)
        half = (project(plane, x + wide, z, 0.0)[0] - foot[0]) / 2
        left, right = min(foot[0], head[0]) - half, max(foot[0], head[0]) + half
        return Box(left, head[1], right, foot[1])

    return box
