from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from monitor.detectors.ground.check import PlaneCheck
from monitor.detectors.ground.plane import plane_from_mounting
from monitor.domain.people import Box
from monitor.domain.places import Calibration

TRUE = Calibration(height_m=2.6, pitch_deg=26, focal_px=860, width_px=1280, height_px=720)


def people(hangs: Calibration, seed: int = 1, adults: float = 0.3) -> Iterator[Box]:
    """Yield standing people as a camera that ``hangs`` like this sees them, a little off."""
    rng = np.random.default_rng(seed)
    matrix = plane_from_mounting(hangs).projection
    while True:
        tall = rng.normal(1.63, 0.06) if rng.random() < adults else rng.normal(0.92, 0.07)
        ends = np.array([[rng.uniform(-2.5, 2.5), rng.uniform(2, 8)]] * 2)
        seen = np.column_stack((ends, [0.0, tall], [1.0, 1.0])) @ matrix.T
        (u, foot), (_, head) = seen[:, :2] / seen[:, 2:]
        head += rng.normal(0, 0.03 * (foot - head))
        if 0 < u < 1 and 0.02 < head < foot < 0.98:
            yield Box(u - 0.02, head, u + 0.02, foot)


def watched(check: PlaneCheck, boxes: Iterator[Box], count: int) -> bool:
    for _ in range(count):
        check.see(next(boxes))
    return check.doubtful


@pytest.mark.parametrize("seed", range(20))
@pytest.mark.parametrize("adults", [0.0, 0.3, 1.0])
def test_a_right_plane_is_never_doubted(seed: int, adults: float) -> None:
    check = PlaneCheck(plane_from_mounting(TRUE))
    assert not watched(check, people(TRUE, seed, adults), 400), check.reason


@pytest.mark.parametrize("off", [{"height_m": 2.4}, {"height_m": 2.8}, {"pitch_deg": 24.0}])
def test_a_plane_a_little_off_is_not_doubted(off: dict[str, Any]) -> None:
    check = PlaneCheck(plane_from_mounting(replace(TRUE, **off)))
    assert not watched(check, people(TRUE), 400), check.reason


@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize(
    "off",
    [
        {"height_m": 1.8},
        {"height_m": 3.3},
        {"height_m": 4.7},
        {"pitch_deg": 16.0},
        {"pitch_deg": 36.0},
        {"focal_px": 640.0},
    ],
)
def test_a_plane_far_off_is_doubted_with_a_reason(off: dict[str, Any], seed: int) -> None:
    check = PlaneCheck(plane_from_mounting(replace(TRUE, **off)))
    assert watched(check, people(TRUE, seed), 400)
    assert "people" in check.reason


def test_sixty_people_are_needed() -> None:
    check = PlaneCheck(plane_from_mounting(replace(TRUE, height_m=1.8)))
    boxes = people(TRUE)
    assert not watched(check, boxes, 59)
    assert watched(check, boxes, 11)


def test_doubt_goes_when_the_camera_hangs_as_it_should_again() -> None:
    check = PlaneCheck(plane_from_mounting(TRUE))
    sunk = people(replace(TRUE, pitch_deg=38))
    assert not watched(check, people(TRUE), 240)
    assert watched(check, sunk, 240)
    boxes = people(TRUE, seed=2)
    assert watched(check, boxes, 60), "most of the window still speaks against it"
    assert not watched(check, boxes, 240)


def test_a_plane_that_tells_no_heights_is_left_alone() -> None:
    flat = plane_from_mounting(TRUE)
    flat.projection[:, 2] = 0
    check = PlaneCheck(type(flat)(flat.projection))
    assert not watched(check, people(TRUE), 200)
    assert math.isclose(flat.error_m, 0)
