"""The real person model looks at the composed pictures."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import cv2
import numpy as np
import pytest

from monitor.demo.footage.cutouts import Cutout
from monitor.demo.footage.painter import Painter
from monitor.demo.scenes import SCENES
from monitor.detectors.finder import Finder, load_finder
from monitor.detectors.models import ensure_model
from monitor.domain.people import AgeClass, Box
from monitor.runtime.environment import models_folder

CONFIDENCE = 0.25
PICTURES = 5


@pytest.fixture(scope="module")
def finder() -> Finder:
    ensure_model("yolov8n", models_folder())
    return load_finder("yolov8n", models_folder())


def overlap(a: Box, b: Box) -> float:
    width = min(a.x2, b.x2) - max(a.x1, b.x1)
    height = min(a.y2, b.y2) - max(a.y1, b.y1)
    if width <= 0 or height <= 0:
        return 0.0
    shared = width * height
    return shared / (a.width * a.height + b.width * b.height - shared)


def seen_box(mask: np.ndarray[tuple[int, int], np.dtype[np.bool_]]) -> Box:
    rows, columns = np.nonzero(mask)
    height, width = mask.shape
    return Box(
        columns.min() / width,
        rows.min() / height,
        (columns.max() + 1) / width,
        (rows.max() + 1) / height,
    )


@pytest.mark.parametrize("name", SCENES)
def test_people_are_found_and_furniture_is_not(
    name: str, finder: Finder, cutouts: Sequence[Cutout]
) -> None:
    scene = SCENES[name]
    painter = Painter(scene, cutouts)
    wanted = {AgeClass.ADULT: 0, AgeClass.CHILD: 0}
    found = dict(wanted)
    strays = 0
    edges = np.linspace(0, scene.world.loop, PICTURES + 1)
    for index, (start, end) in enumerate(pairwise(edges)):
        time = float(start + end) / 2
        if scene.covering and scene.covering.start - 1 < time < scene.covering.end + 1:
            continue
        planes = painter.planar(time, index)
        (people,) = finder.find([np.asarray(cv2.cvtColor(planes, cv2.COLOR_YUV2BGR_I420))])
        sure = [person.box for person in people if person.score >= CONFIDENCE]
        boxes = []
        for stance, mask, whole in painter.visible(time):
            if mask.sum() < 200:
                continue
            boxes.append(seen_box(mask))
            if mask.sum() < 0.7 * whole:
                continue
            wanted[stance.actor.age] += 1
            found[stance.actor.age] += any(overlap(boxes[-1], box) > 0.4 for box in sure)
        strays += sum(all(overlap(box, known) < 0.1 for known in boxes) for box in sure)
    assert strays == 0
    assert found[AgeClass.ADULT] == wanted[AgeClass.ADULT]
    assert found[AgeClass.CHILD] >= 0.9 * wanted[AgeClass.CHILD]
    assert bool(sum(wanted.values())) == bool(scene.world.actors)
