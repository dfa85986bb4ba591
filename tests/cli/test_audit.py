"""``monitor audit retention`` on a district that has recorded nothing yet."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

CONFIG = """\
version: 1
service: {data_dir: data}
sources: {networks: [127.0.0.0/8]}
recording: {enabled: true, keep: 2d}
district: {id: d, name: 区}
institutions:
  - id: sun
    name: 阳光
    rooms:
      - id: sun-room
        name: 托小班
        type: activity
        cameras: [{id: sun-cam, name: 东角, url: "rtsp://127.0.0.1/1"}]
"""


@pytest.fixture
def config(monitor: Any, tmp_path: Path) -> Path:
    """Return a configuration whose database is ready."""
    path = tmp_path / "district.yaml"
    path.write_text(CONFIG, "utf-8")
    assert monitor("db", "upgrade", "-c", path).code == 0
    assert monitor("inspect", "generate", "-c", path, "--out", tmp_path).code == 0
    return path


def test_missing_days_are_told_and_fail(monitor: Any, config: Path) -> None:
    outcome = monitor("audit", "retention", "-c", config, "--json", "--seed", 5)
    assert outcome.code == 1
    result = json.loads(outcome.out)
    assert result["seed"] == 5
    (channel,) = result["channels"]
    assert (channel["verdict"], channel["required"], channel["unbroken"]) == ("short", 2, 0)
    assert [share for _, share in channel["days"]] == [0.0, 0.0]
    assert len(channel["gaps"]) == 1
    table = monitor("audit", "retention", "-c", config)
    assert table.code == 1
    assert "sun-cam" in table.out
    assert "short" in table.out


def test_an_unknown_institution_is_bad_input(monitor: Any, config: Path) -> None:
    outcome = monitor("audit", "retention", "-c", config, "--institution", "moon")
    assert outcome.code == 2
    assert "--institution" in outcome.err
