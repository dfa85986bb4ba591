"""``monitor models``: what is listed, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("export", "--engine", "magic"), "nothing is exported for 'magic'"),
        (("fetch", "yolov8n", "--sha256", "abc"), "64 hexadecimal digits"),
        (("fetch", "yolov8n", "--sha256", "0" * 64), "another hash is known"),
        (("fetch", "yolov8n-oiv7"), "names no hash"),
        (("quantise", "--width", "33"), "multiples of 32"),
        (("quantise", "--frames", "/nowhere"), "no such file or folder"),
    ],
)
def test_what_cannot_be_done_is_said(arguments: tuple[str, ...], said: str, monitor: Any) -> None:
    outcome = monitor("models", *arguments)
    assert outcome.code == 2
    assert said in outcome.err
    assert "Traceback" not in outcome.err


def test_too_few_pictures_are_refused(monitor: Any, tmp_path: Path) -> None:
    for index in range(4):
        cv2.imwrite(str(tmp_path / f"{index}.png"), np.zeros((36, 64, 3), np.uint8))
    outcome = monitor("models", "quantise", "--frames", tmp_path)
    assert outcome.code == 2
    assert "2 pictures are too few" in outcome.err


def test_the_list_says_whose_hash_is_known(monitor: Any) -> None:
    outcome = monitor("models", "list", "--json")
    rows = {row["name"]: row for row in json.loads(outcome.out)}
    assert rows["yolov8n"]["hash"] == "known"
    assert "openvino" in rows["yolov8n"]["exported"]
    assert rows["yolov8n-oiv7"] == {
        "name": "yolov8n-oiv7",
        "task": "detect",
        "licence": rows["yolov8n-oiv7"]["licence"],
        "hash": "unknown",
        "fetched": False,
        "exported": "",
        "parent": None,
        "metrics": {},
    }
