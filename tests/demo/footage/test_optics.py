from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.demo.footage.optics import Optics

optics = st.builds(
    Optics,
    x=st.floats(-3, 3),
    z=st.floats(-3, 3),
    height_m=st.floats(2.2, 4),
    yaw_deg=st.floats(-180, 180),
    pitch_deg=st.floats(5, 45),
    focal_px=st.floats(500, 1500),
)


@given(optics, st.floats(-2, 2), st.floats(3, 9), st.floats(0.7, 1.8))
def test_the_calibration_tells_true_heights(
    camera: Optics, aside: float, ahead: float, height: float
) -> None:
    yaw = math.radians(camera.yaw_deg)
    x = camera.x + aside * math.cos(yaw) + ahead * math.sin(yaw)
    z = camera.z - aside * math.sin(yaw) + ahead * math.cos(yaw)
    foot, head = camera.project(np.array([[x, 0, z], [x, height, z]]))
    known = camera.calibration()
    pitch = math.radians(known.pitch_deg)

    def slope(row: float) -> float:
        down = (row - known.height_px / 2) / known.focal_px
        return (math.sin(pitch) + down * math.cos(pitch)) / (
            math.cos(pitch) - down * math.sin(pitch)
        )

    distance = known.height_m / slope(foot[1])
    assert distance == pytest.approx(ahead, rel=1e-6)
    assert known.height_m - distance * slope(head[1]) == pytest.approx(height, abs=1e-6)


def test_the_picture_is_not_mirrored() -> None:
    camera = Optics(x=0, z=0, yaw_deg=0)
    left, right, near, far = camera.project(
        np.array([[-1.0, 0, 5], [1.0, 0, 5], [0, 0, 4], [0, 0, 6.0]])
    )
    assert left[0] < 640 < right[0]
    assert near[1] > far[1]


def test_turning_right_moves_things_left() -> None:
    ahead = np.array([[0.0, 0, 5]])
    assert Optics(x=0, z=0, yaw_deg=20).project(ahead)[0, 0] < 640


@given(optics, st.floats(0, 1), st.floats(0, 1))
def test_a_plane_lies_where_its_points_are_seen(camera: Optics, u: float, v: float) -> None:
    ahead = camera.position + camera.axes[2] * 6
    along, across = np.array([1.0, 0, 0.2]), np.array([0, -0.8, 0.1])
    flat = camera.homography(ahead, along, across) @ [u, v, 1]
    direct = camera.project((ahead + u * along + v * across)[None])[0]
    assert flat[:2] / flat[2] == pytest.approx(direct, abs=1e-6)


def test_a_smaller_picture_shows_the_same() -> None:
    camera = Optics(x=0, z=0)
    point = np.array([[0.7, 1.0, 4.0]])
    assert camera.resized(640, 360).project(point) * 2 == pytest.approx(camera.project(point))
