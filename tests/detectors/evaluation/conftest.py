from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest

from monitor.detectors.evaluation.labels import LabelledImage, TruePerson
from monitor.detectors.evaluation.people import Sight
from monitor.domain.people import AgeClass, Box, Person

Row = tuple[float, float, float, float]
MakeSight = Callable[..., Sight]


@pytest.fixture(scope="session")
def make_sight() -> MakeSight:
    """Return a function that builds a picture of 1000×1000 from true people and found boxes."""

    def build(
        true: list[tuple[AgeClass, Row]],
        found: list[tuple[AgeClass, float, Row]],
        sequence: str = "",
        time: float | None = None,
    ) -> Sight:
        people = tuple(TruePerson(Box(*row), age) for age, row in true)
        boxes = [Person(Box(*row), score, age) for age, score, row in found]
        boxes.sort(key=lambda person: -person.score)
        image = LabelledImage(Path("x.jpg"), people, (0,) * len(people), sequence, time)
        return Sight(image, 1000, 1000, tuple(boxes))

    return build


@pytest.fixture
def write_set(tmp_path: Path) -> Callable[..., Path]:
    """Write a set with one picture and the given label lines; return its data.yaml."""

    def write(lines: str, names: str = "[adult, child]", stem: str = "cam1_001500") -> Path:
        for part in ("images", "labels"):
            (tmp_path / part / "val").mkdir(parents=True, exist_ok=True)
        picture = np.zeros((90, 160, 3), np.uint8)
        cv2.imwrite(str(tmp_path / "images" / "val" / f"{stem}.jpg"), picture)
        (tmp_path / "labels" / "val" / f"{stem}.txt").write_text(lines, "utf-8")
        data = tmp_path / "data.yaml"
        data.write_text(f"train: images/val\nval: images/val\nnames: {names}\n", "utf-8")
        return data

    return write
