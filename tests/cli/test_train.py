"""``monitor train``: what it says and refuses. What it does: tests/detectors/training."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from monitor.demo.labelled.frames import SetPlan

PLAN = SetPlan(cameras=6, held_out=2, frames=2, size=(320, 192))


@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        (("--name", "Our Rooms"), "is no name for a model"),
        (("--name", "yolov8n"), "there is a model called 'yolov8n' already"),
        (("--imgsz", "300"), "no multiple of 32"),
        (("--base", "moon"), "there is no model called 'moon'"),
        (("--minutes", "0"), "--minutes"),
        (("--epochs", "0"), "--epochs"),
        (("--language", "fr"), "zh or en"),
    ],
)
def test_wrong_options_are_explained(
    monitor: Any, compose: Callable[[SetPlan], Path], arguments: tuple[str, ...], part: str
) -> None:
    outcome = monitor("train", "--data", compose(PLAN), *arguments)
    assert outcome.code == 2
    assert part in outcome.err
    assert "Traceback" not in outcome.err


def test_the_same_pictures_in_both_parts_are_refused(
    monitor: Any, compose: Callable[[SetPlan], Path], tmp_path: Path
) -> None:
    data = tmp_path / "data.yaml"
    root = compose(PLAN).parent
    data.write_text(
        f"path: {root}\ntrain: images/val\nval: images/val\nnames: [adult, child]\n", "utf-8"
    )
    outcome = monitor("train", "--data", data, "--name", "ours")
    assert outcome.code == 2
    assert "8 pictures are in both parts" in outcome.err
