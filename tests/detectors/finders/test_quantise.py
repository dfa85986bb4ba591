import shutil
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from monitor.detectors.finder import load_finder
from monitor.detectors.finders.agreement import agreement
from monitor.detectors.models import load_manifest, verify_models
from monitor.detectors.models.forms import Form
from monitor.detectors.models.quantise import digest_of, fitted, quantise_model
from monitor.detectors.models.sidecar import check_export
from monitor.domain.errors import InputError, ModelError

Image = NDArray[np.uint8]
SIZE = (320, 192)


@pytest.fixture(scope="module")
def frames(pictures: dict[str, Image]) -> list[Image]:
    """Sixteen different views of two photographs: every second one is held out."""
    scales = np.linspace(0.35, 1.0, 8)
    return [
        cv2.resize(picture, None, fx=scale, fy=scale).astype(np.uint8, copy=False)
        for scale in scales
        for picture in pictures.values()
    ]


@pytest.fixture(scope="module")
def models(
    real_models: Path, frames: list[Image], tmp_path_factory: pytest.TempPathFactory
) -> Path:
    folder = tmp_path_factory.mktemp("models")
    shutil.copytree(real_models / "yolov8n_openvino", folder / "yolov8n_openvino")
    quantise_model("yolov8n", folder, frames[::2], input_size=SIZE)
    return folder


def test_int8_keeps_the_people(models: Path, frames: list[Image]) -> None:
    exact = load_finder("yolov8n", models, input_size=SIZE, precision="f32")
    quantised = load_finder("yolov8n", models, input_size=SIZE, precision="int8")
    assert quantised.name == "yolov8n (openvino INT8, 320×192)"
    assert quantised.sha256 == exact.sha256
    [loss] = agreement(exact, quantised, frames[1::2], [0.25])
    assert loss.people > 15
    assert loss.kept > 0.85
    assert loss.overlap > 0.9
    # Were it the same graph, nothing at all would have changed.
    assert 0 < loss.spread < 0.1


def test_the_sidecar_says_how_it_was_made(models: Path, frames: list[Image]) -> None:
    spec = load_manifest().model("yolov8n")
    parent, sidecar = check_export(spec, models), check_export(spec, models, Form.OPENVINO_INT8)
    assert (parent.precision, sidecar.precision) == ("f32", "int8")
    assert sidecar.quantisation is not None
    assert sidecar.quantisation.parent == parent.files != sidecar.files
    inputs = [fitted(frame, SIZE) for frame in frames[::2]]
    assert sidecar.quantisation.calibration_sha256 == digest_of(inputs) != digest_of(inputs[::-1])
    assert sidecar.quantisation.kept_f32 > 5
    assert "nncf" in sidecar.exported_with
    assert [finding.good for finding in verify_models(models)] == [True, True]


def test_an_altered_int8_graph_is_noticed(models: Path, tmp_path: Path) -> None:
    shutil.copytree(models, tmp_path / "models")
    with (tmp_path / "models/yolov8n_openvino_int8/model.bin").open("r+b") as file:
        file.write(b"\0\1\2\3")
    with pytest.raises(ModelError, match="the exported file was altered"):
        load_finder("yolov8n", tmp_path / "models", precision="int8")


def test_what_is_missing_is_named(real_models: Path, tmp_path: Path, frames: list[Image]) -> None:
    with pytest.raises(InputError, match="2 pictures are too few"):
        quantise_model("yolov8n", real_models, frames[:2])
    with pytest.raises(ModelError, match="not been exported"):
        quantise_model("yolov8n", tmp_path, frames)
    shutil.copytree(real_models / "yolov8n_openvino", tmp_path / "yolov8n_openvino")
    with pytest.raises(ModelError, match="not been quantised") as caught:
        load_finder("yolov8n", tmp_path, precision="int8")
    assert caught.value.hint == "run: monitor models quantise yolov8n"
