from __future__ import annotations

from pathlib import Path

import pytest

from monitor.detectors.models.local import register
from monitor.detectors.models.manifest import ModelSpec, Role, load_manifest
from monitor.domain.errors import ConfigError


def spec(name: str, **more: object) -> ModelSpec:
    return ModelSpec.model_validate(
        {
            "name": name,
            "task": "detect",
            "licence": 'AGPL "own" \\ 自有画面',
            "sha256": "0" * 64,
            "sources": [{"kind": "file", "path": f"{name}.pt"}],
        }
        | more
    )


def test_what_is_registered_is_read_back(tmp_path: Path) -> None:
    first = spec(
        "our.rooms-1",
        classes=("adult", '幼儿 "x"'),
        roles={"adult": Role.ADULT, '幼儿 "x"': Role.CHILD},
        input_sizes=((960, 544),),
        parent="yolov8n",
        trained_on="a" * 64,
        metrics={"adult_ap50": 0.91},
    )
    register(first, tmp_path)
    register(spec("second"), tmp_path)
    models = load_manifest(tmp_path).models
    assert models["our.rooms-1"] == first
    assert list(models)[-2:] == ["our.rooms-1", "second"]
    assert "yolov8n" in models


def test_the_same_name_is_replaced(tmp_path: Path) -> None:
    register(spec("one", parent="a"), tmp_path)
    register(spec("one", parent="b"), tmp_path)
    assert load_manifest(tmp_path).model("one").parent == "b"


def test_a_broken_file_is_named_and_not_overwritten(tmp_path: Path) -> None:
    broken = tmp_path / "local.toml"
    broken.write_text("version = 1\n[models.x]\ntask = 3\n")
    with pytest.raises(ConfigError, match="task"):
        register(spec("one"), tmp_path)
    assert "task = 3" in broken.read_text()
