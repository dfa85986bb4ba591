"""A pose model, built here: the trained network of the tests' model with a new head."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from monitor.detectors.finder import load_finder
from monitor.detectors.finders.agreement import agreement
from monitor.detectors.models import export_model
from monitor.detectors.models.files import sha256_of

Image = NDArray[np.uint8]


@pytest.fixture(scope="module")
def untrained(real_models: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A models folder with a pose model, whose output is box, score and 51 rows of joints."""
    import torch
    from ultralytics.models import YOLO

    folder = tmp_path_factory.mktemp("models")
    torch.manual_seed(5)
    model: Any = YOLO("yolov8n-pose.yaml").load(real_models / "yolov8n.pt")
    with torch.no_grad():
        for scale in model.model.model[-1].cv3:
            # Untrained, all scores are next to nothing.
            scale[-1].bias.fill_(-2)
    model.save(folder / "untrained.pt")
    (folder / "manifest.toml").write_text(
        'version = 1\n[models.untrained]\ntask = "pose"\nlicence = "own"\n'
        f'sha256 = "{sha256_of(folder / "untrained.pt")}"\nroles = {{ "0" = "person" }}\n'
        '[[models.untrained.sources]]\nkind = "file"\npath = "untrained.pt"\n'
    )
    export_model("untrained", folder)
    return folder


def test_a_pose_model_finds_the_people_that_ultralytics_finds_with_it(
    untrained: Path, pictures: dict[str, Image]
) -> None:
    options = {"input_size": (320, 192), "confidence": 0.01, "overlap": 0.9}
    ours = load_finder("untrained", untrained, precision="f32", **options)  # type: ignore[arg-type]
    theirs = load_finder("untrained", untrained, engine="ultralytics", **options)  # type: ignore[arg-type]
    [people] = ours.find([pictures["bus"]])
    assert len({round(person.score, 3) for person in people}) > 5
    [same] = agreement(theirs, ours, [pictures["bus"]], [0.02])
    assert same.people > 10
    assert same.kept > 0.95
    assert same.overlap > 0.95
