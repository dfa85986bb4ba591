"""``monitor models``: the person models of the manifest."""

from __future__ import annotations

from typing import Annotated

import typer

from monitor.cli.output import JsonFlag, errors, print_json, print_rows
from monitor.cli.quantise import quantise
from monitor.detectors.models.catalogue import list_models, verify_models
from monitor.detectors.models.export import export_model
from monitor.detectors.models.fetch import fetch_model
from monitor.detectors.models.forms import Form
from monitor.detectors.models.progress import progress_display
from monitor.domain.errors import InputError
from monitor.domain.text import Text
from monitor.runtime.environment import models_folder
from monitor.settings.schema import Finder

group = typer.Typer(help="Fetch, export and verify person models.", no_args_is_help=True)

_FORMS = {"openvino": Form.OPENVINO, "onnxruntime": Form.ONNX}
_DEFAULT = str(Finder.model_fields["name"].default)
Model = Annotated[str, typer.Argument(help="Name in models/manifest.toml.")]


@group.command("list")
def list_all(as_json: JsonFlag = False) -> None:
    """List the models of the manifest and what of them is here.

    Example: `monitor models list`
    """
    rows = [
        {
            "name": status.spec.name,
            "task": status.spec.task,
            "licence": status.spec.licence,
            "hash": "unknown" if status.spec.unverified else "known",
            "fetched": status.fetched,
            "exported": ", ".join(status.forms),
            "parent": status.spec.parent,
            "metrics": status.spec.metrics,
        }
        for status in list_models(models_folder())
    ]
    columns = ("name", "task", "licence", "hash", "fetched", "exported", "parent")
    print_rows(columns, rows, as_json=as_json)


@group.command("fetch")
def fetch(
    name: Model = _DEFAULT,
    sha256: Annotated[
        str | None,
        typer.Option(help="The hash you trust, for a model whose publisher names none."),
    ] = None,
    as_json: JsonFlag = False,
) -> None:
    """Fetch a model's weights from the first source that has them, and verify their hash.

    Example: `monitor models fetch yolov8n`
    """
    with progress_display(errors) as progress:
        path = fetch_model(name, models_folder(), progress, sha256=sha256)
    if as_json:
        print_json({"model": name, "path": str(path)})


@group.command("export")
def export(
    name: Model = _DEFAULT,
    engine: Annotated[
        str, typer.Option(help="Which finder runs it: openvino or onnxruntime.")
    ] = "openvino",
    as_json: JsonFlag = False,
) -> None:
    """Export fetched weights for this processor, unless that was done before.

    Example: `monitor models export yolov8n --engine onnxruntime`
    """
    if engine not in _FORMS:
        raise InputError(
            Text(f"没有为“{engine}”导出的模型", f"nothing is exported for '{engine}'"),
            where="--engine",
            hint=Text(f"可用：{'、'.join(_FORMS)}", f"use {', '.join(_FORMS)}"),
        )
    with progress_display(errors) as progress:
        path = export_model(name, models_folder(), progress, form=_FORMS[engine])
    if as_json:
        print_json({"model": name, "path": str(path)})


group.command("quantise")(quantise)


@group.command("verify")
def verify(as_json: JsonFlag = False) -> None:
    """Compare every model that is here with the manifest; exit code 1 if one was altered.

    Example: `monitor models verify`
    """
    findings = verify_models(models_folder())
    rows = [
        {
            "model": finding.model,
            "part": finding.part,
            "good": finding.good,
            "problem": finding.problem,
        }
        for finding in findings
    ]
    print_rows(("model", "part", "good", "problem"), rows, as_json=as_json)
    if not all(finding.good for finding in findings):
        raise typer.Exit(1)
