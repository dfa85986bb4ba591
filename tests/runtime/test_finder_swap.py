import os
import threading
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from monitor.detectors.finder import Finder
from monitor.detectors.models import ensure_model
from monitor.domain.errors import ModelError
from monitor.domain.people import Box, Person
from monitor.runtime.environment import Environment, models_folder
from monitor.runtime.finder_choice import ChoiceWatch, open_finder
from monitor.runtime.finder_swap import SwappableFinder

Image = NDArray[np.uint8]
FRAME = np.zeros((9, 16, 3), np.uint8)


class Named:
    classes, size = ("person",), (640, 384)

    def __init__(self, name: str, score: float) -> None:
        self.name, self.sha256 = name, name[0] * 64
        self._score = score

    def find(self, frames: Sequence[Image]) -> list[list[Person]]:
        return [[Person(Box(0, 0, 1, 1), self._score)] for _ in frames]

    def at(self, _size: tuple[int, int] | None) -> Finder:
        return self


def score(finder: Finder) -> float:
    return finder.find([FRAME])[0][0].score


def test_the_old_model_goes_on_until_the_new_one_is_open() -> None:
    finder = SwappableFinder(Named("old", 0.1))
    warm = threading.Event()

    def slowly() -> Named:
        assert warm.wait(20)
        return Named("new", 0.2)

    assert finder.swap(slowly)
    assert not finder.swap(slowly)
    assert (finder.name, score(finder)) == ("old", 0.1)
    warm.set()
    assert finder.wait(20)
    assert (finder.name, finder.sha256, score(finder)) == ("new", "n" * 64, 0.2)
    assert finder.problem == ""


@pytest.mark.parametrize("error", [ModelError("altered", where="model"), OSError("no memory")])
def test_a_model_that_cannot_be_opened_leaves_the_old_one(error: Exception) -> None:
    finder = SwappableFinder(Named("old", 0.1))

    def fail() -> Named:
        raise error

    finder.swap(fail)
    assert finder.wait(20)
    assert (finder.name, score(finder)) == ("old", 0.1)
    assert str(error).splitlines()[0] in finder.problem
    finder.swap(lambda: Named("new", 0.2))
    assert finder.wait(20)
    assert (finder.name, finder.problem) == ("new", "")


def test_swapping_while_others_look_harms_nobody() -> None:
    finder = SwappableFinder(Named("0", 0.5))
    stop = threading.Event()
    seen: list[float] = []

    def look() -> None:
        while not stop.is_set():
            seen.append(score(finder))

    threads = [threading.Thread(target=look, daemon=True) for _ in range(2)]
    for thread in threads:
        thread.start()
    for index in range(20):
        finder.swap(lambda index=index: Named(f"{index}", 0.5))  # type: ignore[misc]
        assert finder.wait(20)
    stop.set()
    for thread in threads:
        thread.join(20)
    assert set(seen) == {0.5}
    assert finder.name == "19"


CONFIG = """\
version: 1
service: {data_dir: data}
model: {input_width: 64, input_height: 64, models_dir: MODELS}
district: {id: d, name: 区}
"""


def rewrite(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert old in text
    before = path.stat().st_mtime_ns
    path.write_text(text.replace(old, new), "utf-8")
    os.utime(path, ns=(before + 10**9, before + 10**9))


def test_another_choice_in_the_configuration_is_taken_up(tmp_path: Path) -> None:
    ensure_model("yolov8n", models_folder())
    config = tmp_path / "district.yaml"
    config.write_text(CONFIG.replace("MODELS", str(models_folder())), "utf-8")
    environment = Environment.load(config)
    finder = SwappableFinder(open_finder(environment.settings.model, environment.models_folder))
    watch = ChoiceWatch(environment, finder)

    def now() -> str:
        watch.look()
        assert finder.wait(60)
        return finder.name

    assert now() == "yolov8n (openvino, 64×64)"
    rewrite(config, "input_width: 64", "calm_fps: 1.5, input_width: 64")
    first = finder.at(None)
    assert now() == "yolov8n (openvino, 64×64)"
    assert finder.at(None) is first
    rewrite(config, "input_width: 64", "input_width: 96")
    assert now() == "yolov8n (openvino, 96×64)"
    rewrite(config, "input_width: 96", "name: absent, input_width: 128")
    assert now() == "yolov8n (openvino, 96×64)"
    assert "no model called 'absent'" in finder.problem
    rewrite(config, "name: absent", "nmae: absent")
    assert now() == "yolov8n (openvino, 96×64)"
    rewrite(config, "nmae: absent, ", "")
    assert now() == "yolov8n (openvino, 128×64)"
    assert finder.problem == ""
