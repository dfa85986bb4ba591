from importlib.util import find_spec
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from monitor.detectors.finder import Finder, load_finder
from monitor.detectors.models import ensure_model

Image = NDArray[np.uint8]


@pytest.fixture(scope="session")
def real_models() -> Path:
    """The checkout's models folder, with the person model really fetched and exported."""
    folder = Path(__file__).parents[3] / "models"
    ensure_model("yolov8n", folder)
    return folder


@pytest.fixture(scope="session")
def pictures() -> dict[str, Image]:
    """Two photographs of people that come with ultralytics: a street and a bench."""
    found = find_spec("ultralytics")
    assert found is not None
    assert found.origin is not None
    folder = Path(found.origin).parent / "assets"
    pictures = {}
    for name in ("bus", "zidane"):
        image = cv2.imread(str(folder / f"{name}.jpg"))
        assert image is not None
        pictures[name] = image.astype(np.uint8, copy=False)
    return pictures


@pytest.fixture(scope="session")
def finder(real_models: Path) -> Finder:
    return load_finder("yolov8n", real_models)


@pytest.fixture(scope="session")
def reference(real_models: Path) -> Finder:
    return load_finder("yolov8n", real_models, engine="ultralytics")
