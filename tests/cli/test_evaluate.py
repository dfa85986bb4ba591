"""``monitor evaluate`` on composed frames with the real person model."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from monitor.demo.labelled.frames import SetPlan
from monitor.detectors.models import ensure_model
from monitor.runtime.environment import models_folder

PLAN = SetPlan(cameras=6, held_out=3, windows=2, frames=2, size=(960, 544), seed=2)


@pytest.fixture(scope="module")
def data(compose: Callable[[SetPlan], Path]) -> Path:
    ensure_model("yolov8n", models_folder())
    return compose(PLAN)


def test_the_stock_model_finds_composed_people(monitor: Any, data: Path) -> None:
    outcome = monitor("evaluate", "--data", data, "--size", "960x544", "--json")
    assert outcome.code == 0, outcome.err
    (found,) = json.loads(outcome.out)["evaluations"]
    assert found["images"] == 12
    assert found["person"]["people"] > 30
    assert found["person"]["recall"] > 0.8
    assert found["person"]["precision"] > 0.8
    assert 0.5 < found["person"]["ap"] < found["person"]["ap50"] <= 1
    assert found["false_boxes_per_image"] < 1
    assert found["adult"] is None
    assert found["attended"] is None


def test_the_loss_of_a_precision_is_told(monitor: Any, data: Path) -> None:
    arguments = ("evaluate", "--data", data, "--precision", "f32", "--precision", "bf16")
    told = json.loads(monitor(*arguments, "--json").out)
    assert [found["model"] for found in told["evaluations"]] == ["yolov8n f32", "yolov8n bf16"]
    assert all("640×384" in found["finder"] for found in told["evaluations"])
    (loss,) = told["losses_against_first"]
    assert abs(loss["person_ap50"]) < 0.03
    assert loss["adult_ap50"] is None
    text = monitor(*arguments, "--language", "zh").out
    assert "yolov8n bf16 相对 yolov8n f32 的损失" in text
    assert "模型或标注未区分" in text


@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        (("--split", "test"), "there is no part 'test'"),
        (("--size", "960"), "--size"),
        (("--size", "961x544"), "multiples of 32"),
        (("--precision", "f8"), "there is no precision 'f8'"),
        (("--model", "moon"), "moon"),
        (("--language", "fr"), "zh or en"),
        (("--confidence", "2"), "--confidence"),
    ],
)
def test_wrong_options_are_explained(
    monitor: Any, data: Path, arguments: tuple[str, ...], part: str
) -> None:
    outcome = monitor("evaluate", "--data", data, *arguments)
    assert outcome.code == 2
    assert part in outcome.err
    assert "Traceback" not in outcome.err


def test_a_file_that_is_no_picture_is_named(monitor: Any, data: Path, tmp_path: Path) -> None:
    for part in ("images", "labels"):
        (tmp_path / part).mkdir()
    (tmp_path / "images" / "a.jpg").write_bytes(b"no picture")
    (tmp_path / "labels" / "a.txt").write_text("0 0.5 0.5 0.1 0.1\n")
    (tmp_path / "data.yaml").write_text("names: [person]\nval: images\n")
    outcome = monitor("evaluate", "--data", tmp_path / "data.yaml")
    assert outcome.code == 2
    assert "a.jpg: is not a picture" in outcome.err


def test_a_broken_label_line_is_named(monitor: Any, tmp_path: Path, data: Path) -> None:
    (tmp_path / "a.jpg").write_bytes(next(data.parent.glob("images/val/*.jpg")).read_bytes())
    (tmp_path / "a.txt").write_text("0 0.5 0.5 0.1 0.1\n0 1.5 0.5 0.1 0.1\n")
    (tmp_path / "data.yaml").write_text("names: [person]\nval: .\n")
    outcome = monitor("evaluate", "--data", tmp_path / "data.yaml")
    assert outcome.code == 2
    assert "a.txt:2: reaches out of the picture" in outcome.err
