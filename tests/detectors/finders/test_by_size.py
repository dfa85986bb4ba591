from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from monitor.detectors.finder import Finder, load_finder
from monitor.detectors.finders.by_size import MOST_SIZES, SizedFinders
from monitor.domain.people import Person

Image = NDArray[np.uint8]


class Blind:
    sha256, classes = "0" * 64, ("person",)

    def __init__(self, size: tuple[int, int]) -> None:
        self.name = f"blind {size}"

    def find(self, frames: Sequence[Image]) -> list[list[Person]]:
        return [[] for _ in frames]


def test_sizes_are_opened_once_and_the_usual_one_is_kept() -> None:
    opened: list[tuple[int, int]] = []

    def blind(size: tuple[int, int]) -> Finder:
        opened.append(size)
        return Blind(size)

    finders = SizedFinders(blind, (640, 384))
    assert finders.at(None) is finders.at((640, 384))
    assert finders.at((320, 192)) is finders.at((320, 192))
    assert opened == [(640, 384), (320, 192)]
    for side in range(1, MOST_SIZES + 1):
        finders.at((64 * side, 64))
    assert finders.at((320, 192)).name == "blind (320, 192)"
    assert opened.count((320, 192)) == 2
    assert opened.count((640, 384)) == 1
    assert finders.name == "blind (640, 384)"


def test_real_sizes_share_a_model(real_models: Path, pictures: dict[str, Image]) -> None:
    finders = SizedFinders(
        lambda size: load_finder("yolov8n", real_models, input_size=size), (320, 192)
    )
    [few] = finders.find([pictures["bus"]])
    [many] = finders.at((640, 384)).find([pictures["bus"]])
    assert finders.name == "yolov8n (openvino, 320×192)"
    assert few != many
    assert finders.sha256 == finders.at((640, 384)).sha256
