"""``monitor evaluate``: how good is a model on labelled frames?"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Annotated, Any, cast, get_args

import typer

from monitor.cli.language import language_named
from monitor.cli.output import JsonFlag, console, print_json, progress
from monitor.detectors.evaluation.attended import Costs
from monitor.detectors.evaluation.compare import Candidate, examine, losses
from monitor.detectors.evaluation.data_file import read_data_file
from monitor.detectors.evaluation.evaluate import Evaluation
from monitor.detectors.evaluation.labels import read_part
from monitor.detectors.evaluation.report import as_dict, as_lines
from monitor.detectors.finder import Precision
from monitor.detectors.models.manifest import load_manifest
from monitor.domain.errors import InputError
from monitor.domain.text import Language, Text
from monitor.runtime.environment import models_folder
from monitor.settings.schema import Finder

_DEFAULTS = Finder()
_PRECISIONS = get_args(Precision)

DataOption = Annotated[
    Path, typer.Option("--data", help="data.yaml of a set in YOLO format: names, train, val.")
]
LanguageOption = Annotated[str, typer.Option(help="Language of the report: zh or en.")]


def evaluate(
    data: DataOption,
    model: Annotated[str, typer.Option(help="Model in models/manifest.toml.")] = _DEFAULTS.name,
    against: Annotated[
        str | None, typer.Option(help="A second model, whose losses against the first are told.")
    ] = None,
    split: Annotated[str, typer.Option(help="Part of the set: train, val or test.")] = "val",
    confidence: Annotated[
        float, typer.Option(min=0.01, max=0.99, help="Score from which a box counts.")
    ] = 0.25,
    ghost_cost: Annotated[
        float, typer.Option(min=0, help="Cost of an adult found where none is.")
    ] = 2.0,
    miss_cost: Annotated[
        float, typer.Option(min=0, help="Cost of an adult not found who is there.")
    ] = 1.0,
    precision: Annotated[
        list[str] | None,
        typer.Option(
            help=f"Arithmetic: {', '.join(_PRECISIONS)}. Give it twice to be told the loss."
        ),
    ] = None,
    engine: Annotated[str, typer.Option(help="Engine that runs the model.")] = _DEFAULTS.finder,
    size: Annotated[
        str | None,
        typer.Option(help="Input of the model, WIDTHxHEIGHT; what the manifest says if not given."),
    ] = None,
    fps: Annotated[
        float | None,
        typer.Option(min=0.01, help="File names count frames at this rate, not milliseconds."),
    ] = None,
    language: LanguageOption = "en",
    as_json: JsonFlag = False,
) -> None:
    """Find people in labelled frames, just as a camera's frames are looked at, and judge it.

    Reports recall, precision and average precision of people, adults and children, and how often
    a room is wrongly taken for attended or unattended, with the score of least cost.

    Example: `monitor evaluate --data frames/data.yaml --model yolov8n --size 960x544`
    """
    spoken = language_named(language)
    data_file = read_data_file(data)
    images = read_part(data_file, split, fps)
    kinds: list[Precision | None] = [_precision(name) for name in precision or ()] or [None]
    candidates = [
        Candidate(name, engine, size_of(size) if size else _usual_size(name), kind)
        for name in (model, against)
        if name is not None
        for kind in kinds
    ]
    costs = Costs(ghost_cost, miss_cost)
    with progress() as report:
        evaluations = [
            examine(
                candidate,
                models_folder(),
                data_file,
                images,
                confidence=confidence,
                costs=costs,
                progress=partial(report, str(candidate)),
            )
            for candidate in candidates
        ]
    _print(candidates, evaluations, None if as_json else spoken)


def _print(
    candidates: Sequence[Candidate], evaluations: Sequence[Evaluation], language: Language | None
) -> None:
    """Print sentences, or JSON where no language is given."""
    lost = [losses(evaluations[0], other) for other in evaluations[1:]]
    if language is None:
        found = [
            {"model": str(candidate), **as_dict(evaluation)}
            for candidate, evaluation in zip(candidates, evaluations, strict=True)
        ]
        print_json({"evaluations": found, "losses_against_first": lost})
        return
    for evaluation in evaluations:
        for line in as_lines(evaluation):
            console.print(line.of(language), highlight=False, markup=False, soft_wrap=True)
    for candidate, loss in zip(candidates[1:], lost, strict=True):
        told = _told(candidate, candidates[0], loss, language)
        console.print(told, highlight=False, markup=False, soft_wrap=True)


def size_of(text: str) -> tuple[int, int]:
    """Return width and height written as ``960x544``.

    Raises:
        InputError: it is not written like that.
    """
    parts = text.lower().replace("×", "x").split("x")
    if len(parts) != 2 or not all(part.isascii() and part.isdigit() for part in parts):
        raise InputError(
            Text(f"“{text}”不是尺寸", f"'{text}' is no size"),
            where="--size",
            hint=Text("写作 960x544", "write it like 960x544"),
        )
    return int(parts[0]), int(parts[1])


def _usual_size(model: str) -> tuple[int, int]:
    return load_manifest(models_folder()).model(model).input_sizes[0]


def _precision(name: str) -> Precision:
    if name not in _PRECISIONS:
        raise InputError(
            Text(f"没有精度“{name}”", f"there is no precision '{name}'"),
            where="--precision",
            hint=Text(f"可用：{'、'.join(_PRECISIONS)}", f"known: {', '.join(_PRECISIONS)}"),
        )
    return cast(Precision, name)


def _told(candidate: Candidate, first: Candidate, loss: dict[str, Any], language: Language) -> str:
    parts = ", ".join(f"{name} {value:+.4f}" for name, value in loss.items() if value is not None)
    if language == "zh":
        return f"{candidate} 相对 {first} 的损失（正数为更差）：{parts}"
    return f"Lost by {candidate} against {first} (positive is worse): {parts}"
