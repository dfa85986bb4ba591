"""``monitor calibrate`` on drawn rooms whose cameras' true mounting is known."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from monitor.demo.footage.composer import render
from monitor.demo.scenes import SCENES
from monitor.detectors.ground.plane import plane_from_mounting
from monitor.domain.people import Box
from monitor.domain.places import Calibration

pytestmark = pytest.mark.timeout(300)
SCENE = "maple-playroom"
TRUE = SCENES[SCENE].optics.calibration()


@pytest.fixture(scope="module")
def recording(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("playroom") / "playroom.mp4"
    render(SCENES[SCENE], path, seconds=16, start=16)
    return path


def test_adults_and_children_give_their_camera(
    monitor: Any, recording: Path, tmp_path: Path
) -> None:
    picture = tmp_path / "floor.png"
    outcome = monitor("calibrate", "--video", recording, "--json", "--picture", picture)
    assert outcome.code == 0, outcome.out + outcome.err
    found = json.loads(outcome.out)
    assert found["usable"]
    assert found["people"]["error_cm"] < 6.5
    assert found["people"]["inliers"] > 0.8
    plane = plane_from_mounting(
        Calibration(
            found["height_m"],
            found["pitch_deg"],
            found["focal_px"],
            found["width_px"],
            found["height_px"],
        )
    )
    for box in (Box(0.4, 0.35, 0.45, 0.6), Box(0.6, 0.45, 0.66, 0.8)):
        true = plane_from_mounting(TRUE).height(box)
        assert true is not None
        assert plane.height(box) == pytest.approx(true, rel=0.08)
    with av.open(str(picture)) as file:
        drawn = next(file.decode(video=0)).to_ndarray(format="bgr24").astype(int)
    with av.open(str(recording)) as file:
        last = [frame.to_ndarray(format="bgr24") for frame in file.decode(video=0)][-1]
    assert np.abs(drawn - last).max(axis=2).mean() > 2, "the grid is drawn"


def test_a_configured_plane_is_measured_and_points_are_too(
    monitor: Any, recording: Path, tmp_path: Path
) -> None:
    plane = plane_from_mounting(TRUE)
    lines = ["calibration:", "  points:"]
    for pixel in ((0.2, 0.9), (0.8, 0.9), (0.7, 0.5), (0.3, 0.5), (0.5, 0.7)):
        floor = plane.floor(pixel)
        assert floor is not None
        lines.append(
            f"    - {{pixel: [{pixel[0]}, {pixel[1]}], floor: [{floor[0]:.2f}, {floor[1]:.2f}]}}"
        )
    points = tmp_path / "points.yaml"
    points.write_text("\n".join(lines) + "\n")
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text("calibration: {height_m: 4.2, pitch_deg: 23, focal_px: 840}\n")
    outcome = monitor("calibrate", "--video", recording, "--points", points, "-c", wrong, "--json")
    assert outcome.code == 0, outcome.out + outcome.err
    found = json.loads(outcome.out)
    assert found["marks_error_cm"] < 2
    assert found["people"]["inliers"] > 0.8
    assert found["configured"]["inliers"] < 0.5
    assert found["yaml"].count("pixel") == 5


def test_an_empty_recording_is_not_usable_and_says_so(monitor: Any, clip: Path) -> None:
    outcome = monitor("calibrate", "--video", clip)
    assert outcome.code == 1
    assert "Not usable: only 0 sightings" in outcome.err
    assert "calibration:" not in outcome.out
