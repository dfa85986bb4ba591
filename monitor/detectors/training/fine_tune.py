"""From labelled frames to a proposed model: train, export, judge old and new, register.

Everything is made in a hidden folder inside the models folder. Only a model that is better on the
held-out part leaves it: its files first, its entry in ``local.toml`` last, so that whatever
interrupts this leaves either a whole model or none.
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import structlog

from monitor.detectors.evaluation.attended import Costs
from monitor.detectors.evaluation.compare import Candidate, best_balance, examine
from monitor.detectors.evaluation.data_file import DataFile
from monitor.detectors.evaluation.evaluate import Evaluation
from monitor.detectors.evaluation.labels import LabelledImage
from monitor.detectors.models.catalogue import ensure_model
from monitor.detectors.models.files import sole_writer
from monitor.detectors.models.local import register
from monitor.detectors.models.manifest import ModelSpec, load_manifest
from monitor.detectors.training.frames import check_apart, data_hash
from monitor.detectors.training.staging import Progress, Staged, Wish, train_and_stage
from monitor.detectors.training.verdict import Demand, Verdict, decide
from monitor.domain.errors import ConflictError

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of it; ``spec`` is registered only if the verdict proposes it."""

    spec: ModelSpec
    before: Evaluation
    after: Evaluation
    verdict: Verdict
    facts: dict[str, object]


def fine_tune(
    wish: Wish,
    data: DataFile,
    train: Sequence[LabelledImage],
    held_out: Sequence[LabelledImage],
    models_dir: Path,
    progress: Progress,
    costs: Costs | None = None,
    demand: Demand | None = None,
) -> Outcome:
    """Fine-tune ``wish.base`` on ``train`` and judge it on ``held_out``.

    Raises:
        InputError: the parts share pictures, a picture cannot be read, or a wish does not fit.
        ConflictError: there is a model of that name already.
        ModelError: the base is missing, or training or export failed.
        NotFoundError: the manifest has no such base.
    """
    _check_free(wish.name, models_dir)
    hashes = check_apart(train, held_out)
    with TemporaryDirectory(prefix=f".{wish.name}.training.", dir=models_dir) as scratch:
        staged = train_and_stage(wish, data, train, models_dir, Path(scratch), progress)
        ensure_model(wish.base, models_dir)
        before, after = (
            examine(
                Candidate(name, "openvino", staged.spec.input_sizes[0]),
                folder,
                data,
                held_out,
                costs=costs,
                progress=partial(progress, f"judging {name}"),
            )
            for name, folder in ((wish.base, models_dir), (wish.name, staged.folder))
        )
        told = {"trained_on": data_hash(hashes, train, data), "metrics": _metrics(after)}
        spec = staged.spec.model_copy(update=told)
        verdict = decide(before, after, demand)
        if verdict.proposed:
            _adopt(spec, staged, models_dir)
    return Outcome(spec, before, after, verdict, staged.facts)


def _check_free(name: str, models_dir: Path) -> None:
    if name in load_manifest(models_dir).models:
        raise ConflictError(
            f"there is a model called '{name}' already",
            where="--name",
            hint="choose another name, or remove it from local.toml in the models folder",
        )


def _metrics(evaluation: Evaluation) -> dict[str, float]:
    ages = evaluation.ages
    told = {
        "person_ap50": evaluation.person.ap50,
        "adult_ap50": ages.adult.ap50 if ages else None,
        "child_ap50": ages.child.ap50 if ages else None,
        "balanced_accuracy": best_balance(evaluation),
        "threshold": ages.frames.cheapest(evaluation.costs).threshold if ages else None,
    }
    return {name: round(value, 4) for name, value in told.items() if value is not None}


def _adopt(spec: ModelSpec, staged: Staged, models_dir: Path) -> None:
    """Move the model into the models folder, and name it there last."""
    weights, export = models_dir / spec.weights_file, models_dir / spec.export_folder
    with sole_writer(models_dir):
        _check_free(spec.name, models_dir)
        try:
            # Whatever lies there under this name belongs to no model.
            shutil.rmtree(export, ignore_errors=True)
            (staged.folder / spec.weights_file).replace(weights)
            (staged.folder / spec.export_folder).rename(export)
            register(spec, models_dir)
        except BaseException:
            weights.unlink(missing_ok=True)
            shutil.rmtree(export, ignore_errors=True)
            raise
    _log.info("model_registered", model=spec.name, parent=spec.parent)
