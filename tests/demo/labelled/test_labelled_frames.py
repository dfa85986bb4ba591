"""Composed sets: readable, repeatable, with boxes that fit, and rooms in one part only."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from monitor.demo.footage.cutouts import cut_out
from monitor.demo.labelled.frames import SetPlan, camera_frames
from monitor.demo.labelled.lens import Barrel, Weather
from monitor.detectors.evaluation.data_file import read_data_file
from monitor.detectors.evaluation.labels import read_part
from monitor.domain.people import AgeClass

PLAN = SetPlan(cameras=2, held_out=1, windows=2, frames=2, size=(640, 360), seed=3)


@pytest.fixture(scope="module")
def data(compose: Callable[[SetPlan], Path]) -> Path:
    return compose(PLAN)


def test_no_room_is_in_both_parts(data: Path) -> None:
    file = read_data_file(data)
    rooms = {part: {i.sequence for i in read_part(file, part)} for part in ("train", "val")}
    assert rooms == {"train": {"room000"}, "val": {"room001"}}


def test_frames_lie_in_windows_of_ten_seconds(data: Path) -> None:
    images = read_part(read_data_file(data), "train")
    assert [image.time for image in images] == [1.0, 9.0, 11.0, 19.0]


def test_the_same_seed_gives_the_same_people() -> None:
    cutouts = cut_out()
    first, again = ([frame.people for frame in camera_frames(PLAN, 0, cutouts)] for _ in range(2))
    assert first == again
    assert any(age is AgeClass.CHILD for people in first for age, _ in people)


def test_boxes_fit_the_people() -> None:
    """What a walker changes between two moments lies inside the boxes of both."""
    plan = replace(PLAN, windows=1, frames=2, cameras=1, seed=5)
    painter_frames = list(camera_frames(plan, 0, cut_out()))
    first, last = (cv2.GaussianBlur(f.picture, (0, 0), 3).astype(int) for f in painter_frames)
    changed = np.abs(first - last).max(axis=2) > 40
    inside = np.zeros(changed.shape, bool)
    for frame in painter_frames:
        for _, box in frame.people:
            rows = slice(int(box.y1 * 360) - 4, int(box.y2 * 360) + 5)
            inside[rows, int(box.x1 * 640) - 4 : int(box.x2 * 640) + 5] = True
    assert changed.sum() > 100
    assert (changed & inside).sum() > 0.8 * changed.sum()


def test_the_lens_keeps_corners_and_magnifies_the_middle() -> None:
    barrel = Barrel(200, 100, 0.3)
    picture = np.zeros((100, 200, 3), np.uint8)
    cv2.circle(picture, (100, 50), 10, (255, 255, 255), -1)
    picture[:6, :6] = 200
    bent = barrel.picture(picture)
    assert bent[0, 0, 0] == 200
    wider = (bent[50, :, 0] > 127).sum() / (picture[50, :, 0] > 127).sum()
    assert wider == pytest.approx(1.3, abs=0.1)
    assert barrel.mask(picture[..., 0] > 127).sum() > (picture[..., 0] > 127).sum()


def test_darkness_darkens_and_grey_has_no_colour() -> None:
    picture = np.full((64, 64, 3), (40, 120, 200), np.uint8)
    rng = np.random.default_rng(1)
    dark = Weather(light=0.5, blur_px=0, noise=0.0, grey=False, jpeg=90).apply(picture, rng)
    assert dark.mean() == pytest.approx(picture.mean() / 2, abs=1)
    grey = Weather(light=1.0, blur_px=5, noise=0.0, grey=True, jpeg=90).apply(picture, rng)
    assert np.ptp(grey[32, 32].astype(int)) == 0
