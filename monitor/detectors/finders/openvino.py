"""The finder of the workers: OpenVINO on the CPU, one thread per picture, no torch.

Two threads on one picture gain at most half as much again for twice the cores, so several pictures
run side by side instead. Pinning is off: pinned, all processes of a machine end up on one core.
"""

from __future__ import annotations

import queue
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from monitor.detectors.finder import FinderOptions, Image, check_frame
from monitor.detectors.finders.boxes import people_of
from monitor.detectors.finders.letterbox import FILL, Letterbox, letterbox
from monitor.detectors.finders.roles import ClassRoles, roles_of
from monitor.detectors.models.forms import Form
from monitor.detectors.models.manifest import load_manifest
from monitor.detectors.models.openvino_runtime import core, openvino
from monitor.detectors.models.sidecar import check_export
from monitor.domain.errors import InputError, ModelError
from monitor.domain.people import Person


class OpenVinoFinder:
    """Finds people with an exported model. See :class:`monitor.detectors.finder.Finder`."""

    def __init__(
        self, name: str, sha256: str, graph: Path, roles: ClassRoles, options: FinderOptions
    ) -> None:
        """Compile ``graph`` for the CPU and run it once.

        Raises:
            ModelError: the graph cannot run here.
        """
        width, height = options.input_size
        kind = "openvino INT8" if options.precision == "int8" else "openvino"
        self.name = f"{name} ({kind}, {width}×{height})"
        self.sha256 = sha256
        self.classes = roles.names
        self._ages = roles.ages
        self._options = options
        compiled = _compile(graph, roles, options)
        # A request is in the queue exactly while no thread uses it.
        # One more than can run: the next picture is drawn while the others are looked at.
        self._idle: queue.Queue[_Request] = queue.Queue(options.streams + 1)
        for _ in range(options.streams + 1):
            self._idle.put(_Request(compiled.create_infer_request()))
        self.find([np.full((height, width, 3), FILL, np.uint8)] * options.streams)

    def find(self, frames: Sequence[Image]) -> list[list[Person]]:
        """Return the people of each frame, best score first.

        Raises:
            ValueError: a frame is not ``uint8`` of shape (height, width, 3).
            ModelError: the inference failed.
        """
        for frame in frames:
            check_frame(frame)
        found: list[list[Person]] = []
        running: deque[_Request] = deque()
        try:
            for frame in frames:
                request = self._next(running, found)
                running.append(request)
                request.start(frame, self._options.input_size)
            while running:
                found.append(self._people(running[0]))
                self._idle.put(running.popleft())
        finally:
            for request in running:
                request.settle()
                self._idle.put(request)
        return found

    def _next(self, running: deque[_Request], found: list[list[Person]]) -> _Request:
        # Whoever holds requests finishes its own before waiting for others, so no two threads wait
        # for each other.
        if not running:
            return self._idle.get()
        try:
            return self._idle.get_nowait()
        except queue.Empty:
            found.append(self._people(running[0]))
            return running.popleft()

    def _people(self, request: _Request) -> list[Person]:
        output, fit = request.result()
        return people_of(
            output,
            self._ages,
            fit,
            confidence=self._options.confidence,
            overlap=self._options.overlap,
        )


class _Request:
    """One inference at a time, drawing straight into the graph's own input memory."""

    def __init__(self, request: Any) -> None:
        self._request = request
        self._canvas: NDArray[np.uint8] = request.get_input_tensor().data[0]
        self._canvas[:] = FILL
        self._fit = Letterbox(1, 1, 0, 0, 1, 1)

    def start(self, frame: Image, input_size: tuple[int, int]) -> None:
        height, width = frame.shape[:2]
        fit = letterbox(width, height, *input_size)
        if fit != self._fit:
            self._canvas[:] = FILL
            self._fit = fit
        fit.draw(frame, self._canvas)
        self._request.start_async()

    def result(self) -> tuple[NDArray[np.float32], Letterbox]:
        try:
            self._request.wait()
        except RuntimeError as error:
            raise ModelError(f"the inference failed: {_last_line(error)}") from error
        return self._request.get_output_tensor().data[0], self._fit

    def settle(self) -> None:
        # Only after a failure, which is already on its way to the caller.
        with suppress(RuntimeError):
            self._request.wait()


def load(name: str, models_dir: Path, options: FinderOptions) -> OpenVinoFinder:
    """Open the exported model ``name`` after verifying it; the factory of engine ``openvino``.

    Raises:
        ModelError: the export is missing, altered or cannot run here.
        NotFoundError: the manifest has no such model.
        InputError: the options do not fit the model.
    """
    spec = load_manifest(models_dir).model(name)
    form = Form.OPENVINO_INT8 if options.precision == "int8" else Form.OPENVINO
    sidecar = check_export(spec, models_dir, form)
    if any(side % sidecar.stride for side in options.input_size):
        raise InputError(
            f"input size {options.input_size} is not made of multiples of {sidecar.stride}",
            where=name,
        )
    roles = roles_of(spec, sidecar.classes)
    graph = models_dir / spec.folder(form) / form.graph
    return OpenVinoFinder(name, spec.sha256, graph, roles, options)


def _compile(graph: Path, roles: ClassRoles, options: FinderOptions) -> Any:
    width, height = options.input_size
    settings: dict[str, Any] = {
        "INFERENCE_NUM_THREADS": options.streams,
        "NUM_STREAMS": options.streams,
        "ENABLE_CPU_PINNING": False,
    }
    # What an INT8 graph leaves in floating point runs as the processor does it best.
    if options.precision not in (None, "int8"):
        settings["INFERENCE_PRECISION_HINT"] = options.precision
    try:
        model = core().read_model(graph)
        model.reshape([1, height, width, 3])
        return core().compile_model(_only_people(model, roles), options.device or "CPU", settings)
    except RuntimeError as error:
        raise ModelError(
            f"OpenVINO cannot run the model: {_last_line(error)}",
            where=str(graph),
            hint="export it anew with: monitor models export",
        ) from error


def _only_people(model: Any, roles: ClassRoles) -> Any:
    # Dropping the other classes inside the graph makes post-processing independent of how many
    # there are.
    operations = openvino().opset13
    rows = np.array([0, 1, 2, 3, *(4 + index for index in roles.indices)], np.int64)
    output = model.outputs[0].node.input_value(0)
    chosen = operations.gather(output, operations.constant(rows), operations.constant(np.int64(1)))
    return openvino().Model([operations.result(chosen)], model.get_parameters(), "people")


def _last_line(error: RuntimeError) -> str:
    return str(error).strip().splitlines()[-1]
