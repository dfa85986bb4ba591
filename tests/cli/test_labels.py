"""``monitor labels export``: reviewed frames become a set that ``evaluate`` reads."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from monitor.domain.labels import LabelBox
from monitor.domain.people import AgeClass, Box
from monitor.store.labels import LabelStore

NOON = datetime(2026, 11, 2, 4, 0, tzinfo=UTC)


def test_reviewed_frames_are_exported(monitor: Any, tmp_path: Path) -> None:
    config = tmp_path / "district.yaml"
    config.write_text(
        "version: 1\nservice: {data_dir: data}\ndistrict: {id: d, name: 区}\n", "utf-8"
    )
    refused = monitor("labels", "export", tmp_path / "set", "-c", config)
    assert refused.code == 2
    assert "0 reviewed frames" in refused.err
    store = LabelStore(tmp_path / "data" / "labels")
    for camera in ("cam-1", "cam-2"):
        box = LabelBox(Box(0.1, 0.1, 0.2, 0.5), AgeClass.CHILD)
        frame = store.add(camera, NOON, b"picture", (640, 360), [box])
        store.review(frame.id, [box], "li", NOON)
    outcome = monitor("labels", "export", tmp_path / "set", "-c", config, "--json")
    assert outcome.code == 0, outcome.err
    told = json.loads(outcome.out)
    assert (told["train"], told["val"]) == (1, 1)
    assert Path(told["data"]).read_text("utf-8").startswith("train: images/train\n")
    again = monitor("labels", "export", tmp_path / "set", "-c", config)
    assert again.code == 2
    assert "not an empty folder" in again.err
