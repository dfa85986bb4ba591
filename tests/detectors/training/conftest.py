from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from monitor.demo.labelled.frames import SetPlan
from monitor.detectors.evaluation.data_file import DataFile, read_data_file
from monitor.detectors.models import ensure_model
from monitor.runtime.environment import models_folder

NAME = "yolov8n"


@pytest.fixture
def models_copy(tmp_path: Path) -> Path:
    """Return a models folder of one's own, with weights and export of the stock model in it."""
    ensure_model(NAME, models_folder())
    folder = tmp_path / "models"
    folder.mkdir()
    shutil.copy(models_folder() / f"{NAME}.pt", folder)
    shutil.copytree(models_folder() / f"{NAME}_openvino", folder / f"{NAME}_openvino")
    return folder


@pytest.fixture
def data(compose: Callable[[SetPlan], Path]) -> DataFile:
    """Return a composed set: 24 small frames, 8 of them of other rooms and held out."""
    return read_data_file(compose(SetPlan(cameras=6, held_out=2, frames=2, size=(320, 192))))
