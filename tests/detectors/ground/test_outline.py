"""What a camera sees of the floor, against a camera whose view is known by plain geometry."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.detectors.ground.outline import on_floor, seen_floor, standpoint
from monitor.detectors.ground.plane import GroundPlane, plane_from_mounting
from monitor.domain.geometry import Polygon
from monitor.domain.places import Calibration

HEIGHT_M = 2.7


def camera(pitch_deg: float) -> GroundPlane:
    return plane_from_mounting(Calibration(HEIGHT_M, pitch_deg, 860, 1280, 720))


def test_a_camera_hangs_above_the_origin_of_its_floor() -> None:
    assert standpoint(camera(24)) == pytest.approx((0, 0), abs=1e-9)


def test_the_floor_begins_where_the_lower_edge_of_the_picture_meets_it() -> None:
    seen = seen_floor(camera(24), 8.0)
    steepest = math.radians(24) + math.atan(360 / 860)
    assert min(y for _, y in seen) == pytest.approx(HEIGHT_M / math.tan(steepest))
    assert max(math.hypot(x, y) for x, y in seen) <= 8.0
    xs = sorted(x for x, _ in seen)
    assert xs[0] == pytest.approx(-xs[-1])


def test_a_camera_that_looks_at_the_ceiling_sees_no_floor() -> None:
    assert seen_floor(camera(0), 3.0) == ()


def test_of_an_area_across_the_horizon_only_what_is_floor_is_drawn() -> None:
    plane = camera(24)
    placed = on_floor(plane, [(0.4, 0.05), (0.6, 0.05), (0.6, 0.9), (0.4, 0.9)], 8.0)
    assert placed
    assert all(0 < forward <= 8.0 for _, forward in placed)
    assert on_floor(plane, [(0.4, 0.0), (0.6, 0.0), (0.5, 0.05)], 8.0) == ()


@given(st.floats(15, 80), st.floats(0.02, 0.98), st.floats(0.02, 0.98))
def test_whoever_stands_in_the_picture_stands_within_its_outline(
    pitch_deg: float, x: float, y: float
) -> None:
    plane = camera(pitch_deg)
    place = plane.floor((x, y))
    seen = seen_floor(plane, 12.0)
    if place is None or math.hypot(*place) > 6.0:
        return  # the corners of what is seen so far may be left out
    assert Polygon(seen).contains(place)
