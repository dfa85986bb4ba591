"""Turn verified weights into a graph that a worker runs on the CPU without torch.

Steps: verify the weights → trace them in a process of its own → fold colour order, scale and
layout into the graph, so that a ``uint8`` BGR picture goes in as it is → write graph and sidecar
into a temporary folder → rename it into place. One export serves every input size: the worker
fixes the size when it opens the graph, which costs nothing at run time. The ONNX graph takes the
same pictures and gives the same rows.
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
from monitor.detectors.models.forms import Form
from monitor.detectors.models.manifest import ModelSpec, load_manifest
from monitor.detectors.models.onnx_graph import fold_onnx
from monitor.detectors.models.openvino_runtime import core, openvino
from monitor.detectors.models.progress import step
from monitor.detectors.models.sidecar import Sidecar, check_export
from monitor.domain.errors import ModelError

_log = structlog.get_logger(__name__)


def export_model(
    name: str,
    models_dir: Path,
    progress: Progress | None = None,
    *,
    form: Form = Form.OPENVINO,
    force: bool = False,
) -> Path:
    """Return the graph of ``name``, exported unless a good export is already there.

    Raises:
        ModelError: the weights are missing or altered, or the export failed.
        NotFoundError: the manifest has no such model.
        ConfigError: a manifest has a mistake.
    """
    spec = load_manifest(models_dir).model(name)
    return export_weights(spec, models_dir, progress, form=form, force=force)


def export_weights(
    spec: ModelSpec,
    models_dir: Path,
    progress: Progress | None = None,
    *,
    form: Form = Form.OPENVINO,
    force: bool = False,
) -> Path:
    """Do as :func:`export_model` for a model already looked up."""
    with sole_writer(models_dir):
        if force or not _is_exported(spec, models_dir, form):
            weights = check_weights(spec, models_dir)
            require_package("ultralytics", "exporting a model", "models")
            if form is Form.ONNX:
                require_package("onnx", "exporting for ONNX Runtime", "onnx")
            with (
                step(progress, f"{spec.name}: exporting for the CPU (half a minute)"),
                TemporaryDirectory(prefix=f".{spec.name}.", dir=models_dir) as scratch,
            ):
                _export(spec, weights, Path(scratch), models_dir, form)
    return models_dir / spec.folder(form) / form.graph


def put_in_place(ready: Path, target: Path) -> None:
    """Move the finished folder ``ready`` to ``target``, whose old content goes with the scratch."""
    if target.exists():
        target.rename(ready.with_name("old"))
    ready.rename(target)


def require_package(package: str, task: str, extra: str) -> None:
    """Raise ``ModelError`` if ``package``, which ``task`` needs, is not installed."""
    if importlib.util.find_spec(package) is None:
        raise ModelError(
            f"{task} needs the package '{package}', which is not installed",
            hint=f"install Kanhu with the extra '{extra}', or copy the exported folder from a "
            "machine that has it",
        )


def _is_exported(spec: ModelSpec, models_dir: Path, form: Form) -> bool:
    if not (models_dir / spec.folder(form)).exists():
        return False
    try:
        check_export(spec, models_dir, form)
    except ModelError as error:
        _log.warning("model is exported anew", model=spec.name, reason=error.message)
        return False
    return True


def _export(spec: ModelSpec, weights: Path, scratch: Path, models_dir: Path, form: Form) -> None:
    raw = trace(spec, weights, scratch, form)
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
    made_by: dict[str, str] = {}
    if form is Form.ONNX:
        made_by["onnx"] = fold_onnx(raw, ready / form.graph)
    else:
        folded = _fold(core().read_model(raw))
        openvino().save_model(folded, ready / form.graph, compress_to_fp16=False)
        made_by["openvino"] = openvino().__version__
    Sidecar(
        model=spec.name,
        source_sha256=spec.sha256,
        files={name: sha256_of(ready / name) for name in form.files},
        classes=classes,
        stride=facts["stride"],
        exported_with={"kanhu": __version__, **made_by, **facts["versions"]},
    ).write(ready)
    target = models_dir / spec.folder(form)
    put_in_place(ready, target)
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
