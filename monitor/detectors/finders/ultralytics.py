"""The reference finder: ultralytics itself, on the CPU or a GPU.

Slower than the exported graph on a CPU, the choice on a GPU, and what the exported graph is
measured against. Needs the extra ``models``.
"""

from __future__ import annotations

import atexit
import os
import shutil
import threading
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

import numpy as np

from monitor.detectors.finder import FinderOptions, Image, check_frame
from monitor.detectors.finders.boxes import MOST_PEOPLE, age_certainty
from monitor.detectors.finders.letterbox import FILL
from monitor.detectors.finders.roles import ClassRoles, roles_of
from monitor.detectors.models.export_process import quiet_environment
from monitor.detectors.models.fetch import check_weights
from monitor.detectors.models.manifest import load_manifest
from monitor.detectors.models.openvino_runtime import silence_telemetry
from monitor.domain.errors import InputError, ModelError
from monitor.domain.people import AgeClass, Box, Person


class UltralyticsFinder:
    """Finds people with ultralytics. See :class:`monitor.detectors.finder.Finder`."""

    def __init__(
        self, name: str, sha256: str, model: Any, roles: ClassRoles, options: FinderOptions
    ) -> None:
        """Take an opened ``ultralytics.YOLO`` and run it once."""
        width, height = options.input_size
        self.name = f"{name} (ultralytics, {width}×{height})"
        self.sha256 = sha256
        self.classes = roles.names
        self._model = model
        self._ages = dict(zip(roles.indices, roles.ages, strict=True))
        self._options = options
        self._one_at_a_time = threading.Lock()
        self.find([np.full((height, width, 3), FILL, np.uint8)])

    def find(self, frames: Sequence[Image]) -> list[list[Person]]:
        """Return the people of each frame, best score first.

        Raises:
            ValueError: a frame is not ``uint8`` of shape (height, width, 3).
        """
        for frame in frames:
            check_frame(frame)
        if not frames:
            return []
        width, height = self._options.input_size
        with self._one_at_a_time:
            results = self._model.predict(
                list(frames),
                imgsz=(height, width),
                conf=self._options.confidence,
                iou=self._options.overlap,
                classes=list(self._ages),
                agnostic_nms=True,
                max_det=MOST_PEOPLE,
                # Else the margin, and with it the scores, depends on what else is in the batch.
                rect=False,
                device=self._options.device or None,
                verbose=False,
                save=False,
            )
        return [self._people(result.boxes) for result in results]

    def _people(self, boxes: Any) -> list[Person]:
        rows = zip(
            boxes.xyxyn.cpu().numpy().clip(0, 1).tolist(),
            boxes.conf.tolist(),
            boxes.cls.tolist(),
            strict=True,
        )
        people = []
        for (x1, y1, x2, y2), score, index in rows:
            age = self._ages[int(index)]
            # Only the winning class is reported here: the score of the other age is not known.
            sure = 0.0 if age is AgeClass.UNKNOWN else age_certainty(score, 0.0)
            if x1 < x2 and y1 < y2:
                people.append(Person(Box(x1, y1, x2, y2), score, age, sure))
        return people


def load(name: str, models_dir: Path, options: FinderOptions) -> UltralyticsFinder:
    """Open the weights of ``name`` after verifying them; the factory of engine ``ultralytics``.

    Raises:
        ModelError: the weights are missing or altered, or ultralytics is not installed.
        NotFoundError: the manifest has no such model.
        InputError: a precision was asked for that torch does not run on a CPU here.
    """
    if options.precision not in (None, "f32"):
        raise InputError(
            f"the engine 'ultralytics' does not run {options.precision}",
            hint="use the engine 'openvino', or leave precision to f32",
        )
    spec = load_manifest(models_dir).model(name)
    weights = check_weights(spec, models_dir)
    model = _ultralytics().YOLO(weights, task=spec.task)
    classes = [model.names[index] for index in sorted(model.names)]
    return UltralyticsFinder(name, spec.sha256, model, roles_of(spec, classes), options)


@cache
def _ultralytics() -> Any:
    folder = Path(mkdtemp(prefix="kanhu-ultralytics-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    for variable, value in quiet_environment(folder).items():
        os.environ.setdefault(variable, value)
    silence_telemetry()
    try:
        import ultralytics
    except ImportError as error:
        raise ModelError(
            "the finder engine 'ultralytics' needs the package 'ultralytics'",
            hint="install Kanhu with the extra 'models', or use the engine 'openvino'",
        ) from error
    return ultralytics
