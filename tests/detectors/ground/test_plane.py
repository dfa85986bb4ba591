from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.detectors.ground import GroundPlane, ground_plane_of
from monitor.detectors.ground.plane import plane_from_marks, plane_from_mounting
from monitor.domain.errors import ConfigError
from monitor.domain.people import Box
from monitor.domain.places import Calibration, Camera, FloorMark

MOUNTING = Calibration(height_m=2.6, pitch_deg=28, focal_px=900, width_px=1280, height_px=720)


def seen(plane: GroundPlane, x: float, z: float, up: float = 0.0) -> tuple[float, float]:
    u, v, depth = plane.projection @ np.array([x, z, up, 1.0])
    return float(u / depth), float(v / depth)


def standing(plane: GroundPlane, x: float, z: float, tall: float) -> Box:
    (u, v), (_, top) = seen(plane, x, z), seen(plane, x, z, tall)
    return Box(u - 0.02, top, u + 0.02, v)


def marks_on(plane: GroundPlane, *places: tuple[float, float]) -> tuple[FloorMark, ...]:
    return tuple(FloorMark(seen(plane, *place), place) for place in places)


CORNERS = ((-1.0, 3.0), (1.0, 3.0), (1.5, 6.0), (-1.5, 5.5))


def test_a_known_mounting_by_hand() -> None:
    # The optical axis meets the floor at height / tan(pitch), in the middle of the picture.
    plane = plane_from_mounting(MOUNTING)
    place = plane.floor((0.5, 0.5))
    assert place == pytest.approx((0.0, 2.6 / math.tan(math.radians(28))))
    assert plane.error_m == 0.0


@settings(max_examples=80, deadline=None)
@given(
    st.floats(2.0, 4.0),
    st.floats(5, 60),
    st.floats(500, 1500),
    st.floats(-2, 2),
    st.floats(1.5, 8),
    st.floats(0.5, 1.9),
)
def test_people_are_as_tall_and_where_they_are(
    height: float, pitch: float, focal: float, x: float, z: float, tall: float
) -> None:
    mounting = Calibration(height, pitch, focal, 1280, 720)
    plane = plane_from_mounting(mounting)
    box = standing(plane, x, z, tall)
    if not 0 <= box.foot[1] < 0.99:
        assert box.y2 < 0.99 or plane.height(box) is None
        return
    assert plane.floor(box.foot) == pytest.approx((x, z), abs=1e-6)
    assert plane.height(box) == pytest.approx(tall, abs=1e-6)


def rounded(plane: GroundPlane, x: float, z: float, size: tuple[float, float]) -> Box:
    """Return the box of a body with narrow head and feet, seen across the line to the camera."""
    tall, wide = size
    far = math.hypot(x, z)
    across = (z / far, -x / far)
    points = []
    for step in range(120):
        turn = step * math.tau / 120
        aside = wide / 2 * math.cos(turn)
        up = tall / 2 * (1 + math.sin(turn))
        points.append(seen(plane, x + aside * across[0], z + aside * across[1], up))
    us, vs = zip(*points, strict=True)
    return Box(min(us), min(vs), max(us), max(vs))


@pytest.mark.parametrize("size", [(1.62, 0.56), (1.07, 0.62), (0.95, 0.33), (0.63, 0.4)])
@pytest.mark.parametrize("place", [(1.2, 2.4), (-1.6, 3.0), (-1.7, 2.4), (2.4, 4.2)])
def test_people_are_as_wide_at_the_sides_of_the_picture_as_in_the_middle(
    place: tuple[float, float], size: tuple[float, float]
) -> None:
    mounting = Calibration(height_m=2.6, pitch_deg=40, focal_px=700, width_px=1280, height_px=720)
    plane = plane_from_mounting(mounting)
    aside, ahead = rounded(plane, *place, size), rounded(plane, 0.0, math.hypot(*place), size)
    assert max(aside.y2, ahead.y2) < 0.98
    leans, upright = plane.body(aside), plane.body(ahead)
    assert leans is not None
    assert upright is not None
    assert leans.width_m == pytest.approx(upright.width_m, rel=0.12)
    assert leans.height_m == pytest.approx(size[0], rel=0.1)
    assert math.dist(leans.place, place) < 0.2


def test_how_long_somebody_would_lie() -> None:
    plane = plane_from_mounting(MOUNTING)
    (u, near), (_, far) = seen(plane, 0.0, 3.0), seen(plane, 0.0, 4.0)
    lying = plane.body(Box(u - 0.04, far, u + 0.04, near))
    assert lying is not None
    assert lying.lying_m == pytest.approx(1.0, abs=1e-6)
    for tall in (1.0, 1.6):
        upright = plane.body(standing(plane, 0.0, 3.0, tall))
        assert upright is not None
        assert upright.lying_m == pytest.approx(3.0 * tall / (2.6 - tall), rel=1e-6)
    above = plane.body(standing(plane, 0.0, 6.0, 2.7))
    assert above is not None
    assert math.isinf(above.lying_m)


@pytest.mark.parametrize("aspect", [16 / 9, 4 / 3])
def test_marked_points_give_the_same_floor_and_heights(aspect: float) -> None:
    mounting = replace(MOUNTING, height_px=round(1280 / aspect))
    given_plane = plane_from_mounting(mounting)
    marked = plane_from_marks(marks_on(given_plane, *CORNERS, (0.0, 4.0)), aspect)
    assert marked.error_m < 1e-6
    box = standing(given_plane, 0.7, 4.4, 1.62)
    assert marked.floor(box.foot) == pytest.approx((0.7, 4.4), abs=1e-6)
    assert marked.height(box) == pytest.approx(1.62, abs=1e-3)
    assert marked.width_m(box) == pytest.approx(given_plane.width_m(box), abs=1e-6)


def test_marks_may_be_measured_from_any_corner_and_mirrored() -> None:
    plane = plane_from_mounting(MOUNTING)
    moved = tuple(
        FloorMark(mark.pixel, (10 - mark.floor[1], 4 - mark.floor[0]))
        for mark in marks_on(plane, *CORNERS)
    )
    mirrored = tuple(FloorMark(m.pixel, (-m.floor[0], m.floor[1])) for m in moved)
    box = standing(plane, -0.4, 4.0, 0.95)
    for marks in (moved, mirrored):
        assert plane_from_marks(marks).height(box) == pytest.approx(0.95, abs=1e-3)


def test_badly_measured_marks_state_their_error() -> None:
    plane = plane_from_mounting(MOUNTING)
    marks = list(marks_on(plane, *CORNERS, (0.0, 4.0), (0.5, 5.0)))
    marks[0] = FloorMark(marks[0].pixel, (-1.1, 3.05))
    found = plane_from_marks(tuple(marks))
    assert 0.005 < found.error_m < 0.11
    assert found.height(standing(plane, 0.3, 4.0, 1.6)) == pytest.approx(1.6, abs=0.15)


def test_looking_straight_down_tells_places_but_no_heights() -> None:
    corners = ((0.2, 0.2), (0.8, 0.2), (0.8, 0.8), (0.2, 0.8))
    marks = tuple(FloorMark((u, v), (u * 4, 3 - v * 2.25)) for u, v in corners)
    plane = plane_from_marks(marks)
    assert not plane.tells_heights
    assert plane.height(Box(0.4, 0.3, 0.5, 0.6)) is None
    assert plane.floor((0.5, 0.5)) == pytest.approx((2.0, 1.875))


def test_feet_below_the_picture_give_no_height() -> None:
    plane = plane_from_mounting(MOUNTING)
    assert plane.height(Box(0.4, 0.3, 0.5, 1.0)) is None
    assert plane.width_m(Box(0.4, 0.3, 0.5, 1.0)) is None


def test_feet_above_the_horizon_are_nowhere() -> None:
    plane = plane_from_mounting(replace(MOUNTING, pitch_deg=5))
    assert plane.floor((0.5, 0.2)) is None
    assert plane.height(Box(0.4, 0.1, 0.5, 0.2)) is None


@pytest.mark.parametrize(
    "change",
    [{"height_m": 0.0}, {"focal_px": -1.0}, {"pitch_deg": 120.0}, {"height_m": math.nan}],
)
def test_an_impossible_mounting_is_refused(
    change: dict[str, Any], make_camera: Callable[..., Camera]
) -> None:
    camera = make_camera("north", calibration=replace(MOUNTING, **change))
    with pytest.raises(ConfigError, match="camera north"):
        ground_plane_of(camera)


@pytest.mark.parametrize(
    ("floor", "complaint"),
    [
        (((0, 1), (1, 2), (2, 3)), "too few"),
        (((0, 1), (1, 2), (2, 3), (3, 4)), "do not span"),
        (((1, 1), (1, 1), (1, 1), (1, 1)), "do not span"),
        (((-1, 3), (1.5, 6), (1, 3), (-1.5, 5.5)), "behind it|no flat floor"),
        (((-1, 3), (math.nan, 3), (1.5, 6), (-1.5, 5.5)), "not a number"),
    ],
)
def test_marks_that_are_no_floor_are_refused(
    floor: tuple[tuple[float, float], ...], complaint: str, make_camera: Callable[..., Camera]
) -> None:
    pixels = [seen(plane_from_mounting(MOUNTING), *corner) for corner in CORNERS]
    marks = tuple(FloorMark(p, f) for p, f in zip(pixels, floor, strict=False))
    with pytest.raises(ConfigError, match=complaint) as caught:
        ground_plane_of(make_camera("north", floor_marks=marks))
    assert "camera north" in caught.value.where
    assert caught.value.hint


def test_marks_on_one_line_of_the_picture_are_refused() -> None:
    marks = tuple(
        FloorMark((0.1 + 0.2 * i, 0.5), floor)
        for i, floor in enumerate(((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)))
    )
    with pytest.raises(ConfigError):
        plane_from_marks(marks)


def test_one_mistyped_mark_among_many_is_noticed() -> None:
    marks = list(marks_on(plane_from_mounting(MOUNTING), *CORNERS, (0.0, 4.0), (0.5, 5.0)))
    marks[2] = FloorMark(marks[2].pixel, (15.0, 6.0))
    with pytest.raises(ConfigError, match=r"m off|behind it"):
        plane_from_marks(tuple(marks))


def test_a_camera_without_calibration_has_no_plane(make_camera: Callable[..., Camera]) -> None:
    assert ground_plane_of(make_camera()) is None
