"""Turn an exported graph into INT8: NNCF measures it on pictures, nothing is trained.

The pictures are best taken from the cameras that the model will look through. The last steps of the
head, from raw numbers to boxes and scores, stay in floating point: in eight bits a box of a wide
picture could only lie on every fifth pixel. Activations are quantised asymmetrically (NNCF's mixed
preset): symmetric ones are a fifth cheaper and lose weak boxes.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import logging
from collections.abc import Iterator, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import structlog
from numpy.typing import NDArray
from rich.progress import Progress

from monitor import __version__
from monitor.detectors.finders.letterbox import FILL, letterbox
from monitor.detectors.models.export import put_in_place, require_package
from monitor.detectors.models.files import sha256_of, sole_writer
from monitor.detectors.models.forms import Form
from monitor.detectors.models.manifest import load_manifest
from monitor.detectors.models.openvino_runtime import core, openvino, silence_telemetry
from monitor.detectors.models.progress import step
from monitor.detectors.models.sidecar import Quantisation, check_export
from monitor.domain.errors import InputError, ModelError

Image = NDArray[np.uint8]

FEWEST_PICTURES = 8
_ARITHMETIC = frozenset(
    ("Add", "Subtract", "Multiply", "Divide", "Sigmoid", "Softmax", "Convolution", "Concat")
)

_log = structlog.get_logger(__name__)


def quantise_model(
    name: str,
    models_dir: Path,
    pictures: Sequence[Image],
    progress: Progress | None = None,
    *,
    input_size: tuple[int, int] = (640, 384),
) -> Path:
    """Return the INT8 graph of ``name``, made anew from its export and from ``pictures``.

    ``pictures`` are ``uint8`` BGR (height, width, 3), of any size; ``input_size`` is (width,
    height) of the input at which they are shown to the model.

    Raises:
        ModelError: the export is missing or altered, or NNCF is missing or failed.
        InputError: there are too few pictures.
        NotFoundError: the manifest has no such model.
    """
    require_package("nncf", "quantising a model", "quantise")
    if len(pictures) < FEWEST_PICTURES:
        raise InputError(
            f"{len(pictures)} pictures are too few to quantise with, at least {FEWEST_PICTURES} "
            "are needed",
            hint="100 to 300, from different cameras and times of day, are better",
        )
    spec = load_manifest(models_dir).model(name)
    parent = check_export(spec, models_dir)
    inputs = [fitted(picture, input_size) for picture in pictures]
    target = models_dir / spec.folder(Form.OPENVINO_INT8)
    with (
        sole_writer(models_dir),
        step(progress, f"{name}: quantising with {len(inputs)} pictures"),
        TemporaryDirectory(prefix=f".{name}.", dir=models_dir) as scratch,
    ):
        ready = Path(scratch) / "ready"
        ready.mkdir()
        graph = models_dir / spec.export_folder / Form.OPENVINO.graph
        kept, version = _quantise(graph, inputs, ready / Form.OPENVINO_INT8.graph)
        parent.model_copy(
            update={
                "precision": "int8",
                "files": {file: sha256_of(ready / file) for file in Form.OPENVINO_INT8.files},
                "exported_with": {**parent.exported_with, "kanhu": __version__, "nncf": version},
                "quantisation": Quantisation(
                    method="NNCF post-training, mixed preset",
                    parent=parent.files,
                    calibration_sha256=digest_of(inputs),
                    pictures=len(inputs),
                    input_size=input_size,
                    kept_f32=kept,
                ),
            }
        ).write(ready)
        put_in_place(ready, target)
    _log.info("model quantised", model=name, folder=str(target), pictures=len(inputs))
    return target / Form.OPENVINO_INT8.graph


def fitted(picture: Image, input_size: tuple[int, int]) -> Image:
    """Return ``picture`` as the model sees it: (1, height, width, 3), scaled, on grey."""
    width, height = input_size
    canvas = np.full((height, width, 3), FILL, np.uint8)
    letterbox(picture.shape[1], picture.shape[0], width, height).draw(picture, canvas)
    return canvas[np.newaxis]


def digest_of(inputs: Sequence[Image]) -> str:
    """Return the SHA-256 over the pictures' bytes, in order."""
    digest = hashlib.sha256()
    for each in inputs:
        digest.update(each.tobytes())
    return digest.hexdigest()


def _quantise(graph: Path, inputs: Sequence[Image], target: Path) -> tuple[int, str]:
    silence_telemetry()
    with _quietly():
        import nncf

        nncf.set_log_level(logging.ERROR)
        model = core().read_model(graph)
        kept = _decoding(model)
        try:
            quantised = nncf.quantize(
                model,
                nncf.Dataset(inputs),
                preset=nncf.QuantizationPreset.MIXED,
                subset_size=len(inputs),
                ignored_scope=nncf.IgnoredScope(names=kept),
            )
        except (RuntimeError, ValueError, nncf.ValidationError) as error:
            raise ModelError(
                f"NNCF cannot quantise the model: {error}", where=str(graph)
            ) from error
        openvino().save_model(quantised, target, compress_to_fp16=False)
    return len(kept), str(nncf.__version__)


def _decoding(model: Any) -> list[str]:
    """Return the operations from the last convolutions to the output, by name.

    They turn the network's raw numbers into boxes in pixels and scores: everything that is met
    walking back from the output to the network's own convolutions.
    """
    found: dict[str, str] = {}
    waiting = [model.outputs[0].node.input_value(0).get_node()]
    while waiting:
        node = waiting.pop()
        name = node.get_friendly_name()
        if name in found or _ends_the_head(node):
            continue
        found[name] = node.get_type_name()
        waiting += [value.get_node() for value in node.input_values()]
    return sorted(name for name, kind in found.items() if kind in _ARITHMETIC)


def _ends_the_head(node: Any) -> bool:
    # The sum of distances is a convolution with one output channel; any other one is the network.
    return bool(node.get_type_name() == "Convolution" and node.input(1).get_partial_shape()[0] != 1)


@contextlib.contextmanager
def _quietly() -> Iterator[None]:
    # NNCF draws progress bars of its own between ours.
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        yield
