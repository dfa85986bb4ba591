"""Turn verified weights into a graph that a worker runs on the CPU without torch.

Steps: verify the weights → trace them in a process of its own → fold colour order, scale and
layout into the graph, so that a ``uint8`` BGR picture goes in as it is → write graph and sidecar
into a temporary folder → rename it into place. One export serves every input size: the worker
fixes the size when it opens the graph, which costs nothing at run time.
"""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import structlog
from rich.progress import Progress

from monitor import __version__
from monitor.detectors.models.export_process import trace
from monitor.detectors.models.fetch import check_weights
from monitor.detectors.models.files import sha256_of, sole_writer
from monitor.detectors.models.manifest import ModelSpec, load_manifest
from monitor.detectors.models.openvino_runtime import core, openvino
from monitor.detectors.models.progress import step
from monitor.detectors.models.sidecar import GRAPH, WEIGHTS, Sidecar, check_export
from monitor.domain.errors import ModelError

_log = structlog.get_logger(__name__)


def export_model(
    name: str, models_dir: Path, progress: Progress | None = None, *, force: bool = False
) -> Path:
    """Return the graph of ``name``, exported unless a good export is already there.

    Raises:
        ModelError: the weights are missing or altered, or the export failed.
        NotFoundError: the manifest has no such model.
        ConfigError: a manifest has a mistake.
    """
    return export_weights(load_manifest(models_dir).model(name), models_dir, progress, force=force)


def export_weights(
    spec: ModelSpec, models_dir: Path, progress: Progress | None = None, *, force: bool = False
) -> Path:
    """Do as :func:`export_model` for a model already looked up."""
    with sole_writer(models_dir):
        if force or not _is_exported(spec, models_dir):
            weights = check_weights(spec, models_dir)
            _require_ultralytics()
            with (
                step(progress, f"{spec.name}: exporting for the CPU (half a minute)"),
                TemporaryDirectory(prefix=f".{spec.name}.", dir=models_dir) as scratch,
            ):
                _export(spec, weights, Path(scratch), models_dir / spec.export_folder)
    return models_dir / spec.export_folder / GRAPH


def _is_exported(spec: ModelSpec, models_dir: Path) -> bool:
    if not (models_dir / spec.export_folder).exists():
        return False
    try:
        check_export(spec, models_dir)
    except ModelError as error:
        _log.warning("model is exported anew", model=spec.name, reason=error.message)
        return False
    return True


def _require_ultralytics() -> None:
    if importlib.util.find_spec("ultralytics") is None:
        raise ModelError(
            "exporting a model needs the package 'ultralytics', which is not installed",
            hint="install Kanhu with the extra 'models', or copy the exported folder from a "
            "machine that has it",
        )


def _export(spec: ModelSpec, weights: Path, scratch: Path, target: Path) -> None:
    raw = trace(spec, weights, scratch)
    facts = json.loads((scratch / "raw.json").read_text())
    classes = tuple(facts["classes"])
    if spec.classes and classes != spec.classes:
        raise ModelError(
            "the weights have other classes than the manifest says",
            where=str(weights),
            hint=f"the weights say: {', '.join(classes)}",
        )
    ready = scratch / "ready"
    ready.mkdir()
    openvino().save_model(_fold(core().read_model(raw)), ready / GRAPH, compress_to_fp16=False)
    Sidecar(
        model=spec.name,
        source_sha256=spec.sha256,
        files={name: sha256_of(ready / name) for name in (GRAPH, WEIGHTS)},
        classes=classes,
        stride=facts["stride"],
        exported_with={
            "kanhu": __version__,
            "openvino": openvino().__version__,
            **facts["versions"],
        },
    ).write(ready)
    if target.exists():
        target.rename(scratch / "old")
    ready.rename(target)
    _log.info("model exported", model=spec.name, folder=str(target))


def _fold(model: Any) -> Any:
    preprocess = openvino().preprocess
    steps = preprocess.PrePostProcessor(model)
    tensor = steps.input().tensor()
    tensor.set_element_type(openvino().Type.u8)
    tensor.set_layout(openvino().Layout("NHWC"))
    tensor.set_color_format(preprocess.ColorFormat.BGR)
    steps.input().model().set_layout(openvino().Layout("NCHW"))
    chain = steps.input().preprocess()
    chain.convert_color(preprocess.ColorFormat.RGB)
    chain.convert_element_type(openvino().Type.f32)
    chain.scale(255.0)
    return steps.build()
