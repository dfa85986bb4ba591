import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from monitor.detectors.models import (
    ensure_model,
    export_model,
    list_models,
    load_manifest,
    verify_models,
)
from monitor.detectors.models.sidecar import GRAPH, SIDECAR, WEIGHTS, check_export
from monitor.domain.errors import ModelError

NAME = "yolov8n"


@pytest.fixture
def models_copy(real_models: Path, tmp_path: Path) -> Path:
    """A models folder of one's own to spoil, with weights and export in it."""
    folder = tmp_path / "models"
    folder.mkdir()
    shutil.copy(real_models / f"{NAME}.pt", folder)
    shutil.copytree(real_models / f"{NAME}_openvino", folder / f"{NAME}_openvino")
    return folder


def problems(folder: Path) -> list[str]:
    return [finding.problem for finding in verify_models(folder) if not finding.good]


def test_a_second_start_uses_what_is_there(real_models: Path) -> None:
    graph = real_models / f"{NAME}_openvino" / GRAPH
    exported = graph.stat().st_mtime_ns
    assert ensure_model(NAME, real_models) == graph
    assert graph.stat().st_mtime_ns == exported


def test_what_was_fetched_and_exported_verifies(real_models: Path) -> None:
    findings = verify_models(real_models)
    assert [(finding.model, finding.part) for finding in findings] == [
        (NAME, "weights"),
        (NAME, "export"),
    ]
    assert all(finding.good for finding in findings)
    status = next(item for item in list_models(real_models) if item.spec.name == NAME)
    assert status.fetched
    assert status.exported


def test_the_sidecar_says_what_the_export_was_made_from(real_models: Path) -> None:
    spec = load_manifest().model(NAME)
    sidecar = check_export(spec, real_models)
    assert sidecar.source_sha256 == spec.sha256
    assert sidecar.classes == spec.classes
    assert sidecar.stride == 32
    assert set(sidecar.exported_with) == {"kanhu", "openvino", "torch", "ultralytics"}


def test_a_machine_that_only_runs_the_export_needs_no_weights(models_copy: Path) -> None:
    (models_copy / f"{NAME}.pt").unlink()
    assert ensure_model(NAME, models_copy).exists()
    assert problems(models_copy) == []


def test_an_export_that_is_good_is_left_alone(models_copy: Path) -> None:
    sidecar = models_copy / f"{NAME}_openvino" / SIDECAR
    before = sidecar.stat().st_mtime_ns
    export_model(NAME, models_copy)
    assert sidecar.stat().st_mtime_ns == before


@pytest.mark.parametrize("file", [GRAPH, WEIGHTS])
def test_an_altered_graph_is_noticed(file: str, models_copy: Path) -> None:
    path = models_copy / f"{NAME}_openvino" / file
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    with pytest.raises(ModelError, match=r"altered: expected SHA-256 \w{64}, actual \w{64}"):
        check_export(load_manifest().model(NAME), models_copy)
    assert len(problems(models_copy)) == 1


def test_a_missing_graph_is_noticed(models_copy: Path) -> None:
    (models_copy / f"{NAME}_openvino" / WEIGHTS).unlink()
    assert "actual missing" in problems(models_copy)[0]


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        ("classes", ["teacher"], "sidecar was altered"),
        ("stride", 16, "sidecar was altered"),
        ("source_sha256", "0" * 64, "sidecar was altered"),
        ("files", {GRAPH: "0" * 64}, "sidecar was altered"),
        ("colour", "RGB", "cannot be read"),
        ("stride", "wide", "cannot be read"),
    ],
)
def test_an_altered_sidecar_is_noticed(
    field: str, value: object, reason: str, models_copy: Path
) -> None:
    path = models_copy / f"{NAME}_openvino" / SIDECAR
    path.write_text(json.dumps(json.loads(path.read_text()) | {field: value}))
    assert reason in problems(models_copy)[0]


def test_an_export_of_other_weights_is_noticed(models_copy: Path) -> None:
    spec = load_manifest().model(NAME)
    folder = models_copy / spec.export_folder
    check_export(spec, models_copy).model_copy(update={"source_sha256": "1" * 64}).write(folder)
    assert f"expected SHA-256 {spec.sha256}, actual {'1' * 64}" in problems(models_copy)[0]


def test_altered_weights_are_never_opened(models_copy: Path) -> None:
    (models_copy / f"{NAME}.pt").write_bytes(b"import os")
    shutil.rmtree(models_copy / f"{NAME}_openvino")
    for prepare in (ensure_model, export_model):
        with pytest.raises(ModelError, match="not what the manifest says"):
            prepare(NAME, models_copy)
    assert not (models_copy / f"{NAME}_openvino").exists()


def test_exporting_without_weights_says_what_to_run(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="not here") as caught:
        export_model(NAME, tmp_path)
    assert caught.value.hint == "run: monitor models fetch yolov8n"


def test_a_model_that_was_never_exported_is_a_finding_only_when_named(tmp_path: Path) -> None:
    assert verify_models(tmp_path) == ()
    [finding] = verify_models(tmp_path, [NAME])
    assert finding.problem == "the model has not been exported"
    assert finding.hint == "run: monitor models export yolov8n"


def test_weights_that_are_no_model_fail_with_what_was_printed(
    declare: Callable[..., Path], content: bytes
) -> None:
    folder = declare(extra='[[models.tiny.sources]]\nkind = "file"\npath = "own.pt"\n')
    (folder / "own.pt").write_bytes(content)
    with pytest.raises(ModelError, match="the export failed with status 1") as caught:
        ensure_model("tiny", folder)
    assert "tiny.pt is no PyTorch file" in caught.value.message
    assert {path.name for path in folder.iterdir()} == {
        ".lock",
        "manifest.toml",
        "own.pt",
        "tiny.pt",
    }


def test_openvino_reports_nothing_and_leaves_the_home_folder_alone(
    real_models: Path, tmp_path: Path
) -> None:
    code = (
        "import sys; from pathlib import Path; from monitor.detectors.finder import load_finder; "
        f"load_finder({NAME!r}, Path({str(real_models)!r})); "
        "assert 'openvino' in sys.modules and sys.modules['openvino_telemetry'] is None; "
        "assert 'torch' not in sys.modules and 'ultralytics' not in sys.modules"
    )
    environment = {**os.environ, "HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path)}
    subprocess.run([sys.executable, "-c", code], check=True, env=environment, timeout=60)
    assert list(tmp_path.iterdir()) == []
