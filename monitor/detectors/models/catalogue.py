"""What the command line asks of models: list them, verify them, have one ready."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from rich.progress import Progress

from monitor.detectors.models.export import export_weights
from monitor.detectors.models.fetch import check_weights, fetch_weights
from monitor.detectors.models.forms import Form
from monitor.detectors.models.manifest import ModelSpec, load_manifest
from monitor.detectors.models.sidecar import GRAPH, check_export
from monitor.domain.errors import ModelError


@dataclass(frozen=True, slots=True)
class ModelStatus:
    """One model of the manifest and which of its files are here (present, not verified)."""

    spec: ModelSpec
    fetched: bool
    forms: tuple[Form, ...]

    @property
    def exported(self) -> bool:
        """Say whether the graph that the workers usually run is here."""
        return Form.OPENVINO in self.forms


@dataclass(frozen=True, slots=True)
class Finding:
    """What verifying one part of one model brought to light; ``problem`` is empty when good."""

    model: str
    part: Literal["weights", "export"]
    path: Path
    problem: str = ""
    hint: str = ""

    @property
    def good(self) -> bool:
        """Say whether the part is what the manifest and the sidecar promise."""
        return not self.problem


def list_models(models_dir: Path) -> tuple[ModelStatus, ...]:
    """Return all models of the manifest, in its order.

    Raises:
        ConfigError: a manifest has a mistake.
    """
    return tuple(
        ModelStatus(
            spec,
            fetched=(models_dir / spec.weights_file).is_file(),
            forms=tuple(
                form for form in Form if (models_dir / spec.folder(form) / form.graph).is_file()
            ),
        )
        for spec in load_manifest(models_dir).models.values()
    )


def verify_models(models_dir: Path, names: Iterable[str] | None = None) -> tuple[Finding, ...]:
    """Hash every file of the named models, or of those that are here at all.

    A model named explicitly must have been exported; its weights may be absent, since a machine
    that only runs the export does not need them.

    Raises:
        NotFoundError: the manifest has no such model.
        ConfigError: a manifest has a mistake.
    """
    manifest = load_manifest(models_dir)
    chosen = manifest.models if names is None else list(names)
    findings: list[Finding] = []
    for spec in map(manifest.model, chosen):
        if (models_dir / spec.weights_file).exists():
            findings.append(_verify(spec, models_dir, "weights"))
        for form in Form:
            wanted = names is not None and form is Form.OPENVINO
            if wanted or (models_dir / spec.folder(form)).exists():
                findings.append(_verify(spec, models_dir, "export", form))
    return tuple(findings)


def ensure_model(name: str, models_dir: Path, progress: Progress | None = None) -> Path:
    """Return the verified graph of ``name``, fetching and exporting it only if needed.

    Raises:
        ModelError: no source gave the weights, files were altered, or the export failed.
        NotFoundError: the manifest has no such model.
        ConfigError: a manifest has a mistake.
    """
    spec = load_manifest(models_dir).model(name)
    try:
        check_export(spec, models_dir)
    except ModelError:
        fetch_weights(spec, models_dir, progress)
        return export_weights(spec, models_dir, progress)
    return models_dir / spec.export_folder / GRAPH


def _verify(
    spec: ModelSpec,
    models_dir: Path,
    part: Literal["weights", "export"],
    form: Form = Form.OPENVINO,
) -> Finding:
    name = spec.weights_file if part == "weights" else spec.folder(form)
    try:
        if part == "weights":
            check_weights(spec, models_dir)
        else:
            check_export(spec, models_dir, form)
    except ModelError as error:
        return Finding(spec.name, part, models_dir / name, error.message, error.hint)
    return Finding(spec.name, part, models_dir / name)
