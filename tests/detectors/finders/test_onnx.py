import shutil
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from monitor.detectors.finder import Finder, load_finder
from monitor.detectors.finders.agreement import agreement
from monitor.detectors.models import export_model, load_manifest
from monitor.detectors.models.forms import Form
from monitor.detectors.models.sidecar import check_export
from monitor.domain.errors import InputError, ModelError

Image = NDArray[np.uint8]


@pytest.fixture(scope="module")
def models(real_models: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models")
    shutil.copy(real_models / "yolov8n.pt", folder)
    export_model("yolov8n", folder, form=Form.ONNX)
    return folder


@pytest.fixture(scope="module")
def onnx(models: Path) -> Finder:
    return load_finder("yolov8n", models, engine="onnxruntime", precision="f32")


def test_it_agrees_with_the_other_engines(
    onnx: Finder, reference: Finder, real_models: Path, pictures: dict[str, Image]
) -> None:
    exact = load_finder("yolov8n", real_models, precision="f32")
    small = [cv2.resize(each, None, fx=0.4, fy=0.4) for each in pictures.values()]
    frames = [*pictures.values(), *(each.astype(np.uint8, copy=False) for each in small)]
    [same] = agreement(exact, onnx, frames, [0.1])
    assert same.people > 6
    assert (same.kept, same.added) == (1.0, 0.0)
    assert same.overlap > 0.999
    assert same.spread < 0.001
    [near] = agreement(reference, onnx, frames, [0.3])
    assert near.kept_weak == 1.0
    assert near.overlap > 0.9
    assert near.spread < 0.05


def test_several_streams_find_what_one_finds(
    onnx: Finder, models: Path, pictures: dict[str, Image]
) -> None:
    frames = [*pictures.values(), np.zeros((4, 900, 3), np.uint8), *pictures.values()]
    several = load_finder("yolov8n", models, engine="onnxruntime", streams=2)
    assert several.find(frames) == onnx.find(frames)
    assert several.find([]) == []
    with pytest.raises(ValueError, match="not a uint8 BGR picture"):
        several.find([np.zeros((4, 4), np.uint8)])


def test_it_names_its_model(onnx: Finder, models: Path) -> None:
    assert onnx.name == "yolov8n (onnxruntime, 640×384)"
    assert onnx.sha256 == load_manifest().model("yolov8n").sha256
    sidecar = check_export(load_manifest().model("yolov8n"), models, Form.ONNX)
    assert set(sidecar.files) == {"model.onnx"}
    assert "onnx" in sidecar.exported_with


def test_what_it_cannot_do_is_refused(models: Path, tmp_path: Path) -> None:
    for options in ({"precision": "int8"}, {"device": "NoSuchProvider"}):
        with pytest.raises(InputError):
            load_finder("yolov8n", models, engine="onnxruntime", **options)  # type: ignore[arg-type]
    with pytest.raises(ModelError, match="not been exported") as caught:
        load_finder("yolov8n", tmp_path, engine="onnxruntime")
    assert caught.value.hint == "run: monitor models export --engine onnxruntime yolov8n"


def test_an_altered_graph_is_never_run(models: Path, tmp_path: Path) -> None:
    shutil.copytree(models / "yolov8n_onnx", tmp_path / "yolov8n_onnx")
    with (tmp_path / "yolov8n_onnx" / "model.onnx").open("r+b") as file:
        file.write(b"\0\1\2\3")
    with pytest.raises(ModelError, match="the exported file was altered"):
        load_finder("yolov8n", tmp_path, engine="onnxruntime")
