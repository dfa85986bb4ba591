"""A finder on ONNX Runtime: for processors and accelerators that OpenVINO does not serve well.

One thread per picture, as with OpenVINO. Needs the extra ``onnx`` and an export made with
``monitor models export --engine onnxruntime``.
"""

from __future__ import annotations

import queue
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.detectors.finder import FinderOptions, Image, check_frame
from monitor.detectors.finders.boxes import people_of
from monitor.detectors.finders.letterbox import FILL, Letterbox, letterbox
from monitor.detectors.finders.roles import ClassRoles, roles_of
from monitor.detectors.models.export import require_package
from monitor.detectors.models.forms import Form
from monitor.detectors.models.manifest import load_manifest
from monitor.detectors.models.onnx_graph import PICTURES
from monitor.detectors.models.sidecar import check_export
from monitor.domain.errors import InputError, ModelError
from monitor.domain.people import Person

_ON_CPU = "CPUExecutionProvider"


class OnnxFinder:
    """Finds people with an exported ONNX graph. See :class:`monitor.detectors.finder.Finder`."""

    def __init__(
        self, name: str, sha256: str, graph: Path, roles: ClassRoles, options: FinderOptions
    ) -> None:
        """Open ``graph`` and run it once.

        Raises:
            ModelError: the graph cannot run here.
            InputError: there is no such device.
        """
        width, height = options.input_size
        self.name = f"{name} (onnxruntime, {width}×{height})"
        self.sha256 = sha256
        self.classes = roles.names
        self._ages = roles.ages
        self._options = options
        # Dropping the other classes makes post-processing independent of how many there are.
        self._rows = [0, 1, 2, 3, *(4 + index for index in roles.indices)]
        self._session = _open(graph, options)
        self._canvases: queue.SimpleQueue[_Canvas] = queue.SimpleQueue()
        for _ in range(options.streams):
            self._canvases.put(_Canvas(options.input_size))
        self._threads = ThreadPoolExecutor(options.streams, "onnx") if options.streams > 1 else None
        self.find([np.full((height, width, 3), FILL, np.uint8)])

    def find(self, frames: Sequence[Image]) -> list[list[Person]]:
        """Return the people of each frame, best score first.

        Raises:
            ValueError: a frame is not ``uint8`` of shape (height, width, 3).
            ModelError: the inference failed.
        """
        for frame in frames:
            check_frame(frame)
        if self._threads is None:
            return [self._look(frame) for frame in frames]
        return list(self._threads.map(self._look, frames))

    def _look(self, frame: Image) -> list[Person]:
        canvas = self._canvases.get()
        try:
            fit = canvas.draw(frame)
            output = self._session.run(None, {PICTURES: canvas.batch})[0][0]
        except Exception as error:  # its errors share no other base
            raise ModelError(f"the inference failed: {error}") from error
        finally:
            self._canvases.put(canvas)
        return people_of(
            output[self._rows],
            self._ages,
            fit,
            confidence=self._options.confidence,
            overlap=self._options.overlap,
        )


class _Canvas:
    """Input memory of one inference at a time."""

    def __init__(self, size: tuple[int, int]) -> None:
        self._size = size
        self.batch: NDArray[np.uint8] = np.full((1, size[1], size[0], 3), FILL, np.uint8)
        self._fit = Letterbox(1, 1, 0, 0, 1, 1)

    def draw(self, frame: Image) -> Letterbox:
        height, width = frame.shape[:2]
        fit = letterbox(width, height, *self._size)
        if fit != self._fit:
            self.batch[:] = FILL
            self._fit = fit
        fit.draw(frame, self.batch[0])
        return fit


def load(name: str, models_dir: Path, options: FinderOptions) -> OnnxFinder:
    """Open the ONNX export of ``name`` after verifying it; the factory of engine ``onnxruntime``.

    Raises:
        ModelError: ONNX Runtime or the export is missing, or the export was altered or cannot run.
        NotFoundError: the manifest has no such model.
        InputError: the options do not fit the model or the engine.
    """
    require_package("onnxruntime", "the finder engine 'onnxruntime'", "onnx")
    if options.precision not in (None, "f32"):
        raise InputError(
            f"the engine 'onnxruntime' does not run {options.precision}",
            hint="use the engine 'openvino', or leave precision to f32",
        )
    spec = load_manifest(models_dir).model(name)
    sidecar = check_export(spec, models_dir, Form.ONNX)
    if any(side % sidecar.stride for side in options.input_size):
        raise InputError(
            f"input size {options.input_size} is not made of multiples of {sidecar.stride}",
            where=name,
        )
    graph = models_dir / spec.folder(Form.ONNX) / Form.ONNX.graph
    return OnnxFinder(name, spec.sha256, graph, roles_of(spec, sidecar.classes), options)


def _open(graph: Path, options: FinderOptions) -> Any:
    import onnxruntime

    provider = options.device or _ON_CPU
    known = onnxruntime.get_available_providers()
    if provider not in known:
        raise InputError(
            f"ONNX Runtime has no execution provider '{provider}' here",
            hint=f"it has: {', '.join(known)}",
        )
    settings = onnxruntime.SessionOptions()
    settings.intra_op_num_threads = 1
    settings.inter_op_num_threads = 1
    # A thread that waits must not burn the core that another camera needs.
    settings.add_session_config_entry("session.intra_op.allow_spinning", "0")
    settings.log_severity_level = 3
    try:
        return onnxruntime.InferenceSession(
            str(graph), settings, providers=list(dict.fromkeys((provider, _ON_CPU)))
        )
    except Exception as error:  # its errors share no other base
        raise ModelError(
            f"ONNX Runtime cannot run the model: {str(error).strip().splitlines()[-1]}",
            where=str(graph),
            hint="export it anew with: monitor models export --engine onnxruntime",
        ) from error
