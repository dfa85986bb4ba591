"""Several models, or one model in several precisions, on the same frames."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from monitor.detectors.evaluation.attended import Costs
from monitor.detectors.evaluation.data_file import DataFile
from monitor.detectors.evaluation.evaluate import (
    LEAST_CONFIDENCE,
    Evaluation,
    judge,
    look,
    model_tells_ages,
)
from monitor.detectors.evaluation.labels import LabelledImage
from monitor.detectors.finder import Precision, load_finder
from monitor.detectors.models.manifest import load_manifest


@dataclass(frozen=True, slots=True)
class Candidate:
    """A model as it is run; ``precision`` ``None`` is what the processor does best."""

    model: str
    engine: str
    input_size: tuple[int, int]
    precision: Precision | None = None

    def __str__(self) -> str:
        return self.model if self.precision is None else f"{self.model} {self.precision}"


def examine(
    candidate: Candidate,
    models_dir: Path,
    data: DataFile,
    images: Sequence[LabelledImage],
    *,
    confidence: float = 0.25,
    costs: Costs | None = None,
    progress: Callable[[float], None] = lambda _share: None,
) -> Evaluation:
    """Return what ``candidate`` is worth on ``images`` of the set ``data``.

    Raises:
        InputError: a picture cannot be read, or an option does not fit.
        ModelError: the model is missing, altered or cannot run here.
        NotFoundError: the manifest has no such model.
    """
    finder = load_finder(
        candidate.model,
        models_dir,
        engine=candidate.engine,
        input_size=candidate.input_size,
        confidence=LEAST_CONFIDENCE,
        precision=candidate.precision,
    )
    spec = load_manifest(models_dir).model(candidate.model)
    return judge(
        finder,
        look(finder, images, progress),
        tells_ages=data.tells_ages and model_tells_ages(spec, finder.classes),
        confidence=confidence,
        costs=costs,
    )


def losses(first: Evaluation, other: Evaluation) -> dict[str, float | None]:
    """Return by how much ``other`` is worse than ``first``; ``None`` where one is not told."""
    return {
        name: None if a is None or b is None else round(a - b, 4)
        for (name, a), (_, b) in zip(_marks(first).items(), _marks(other).items(), strict=True)
    }


def _marks(evaluation: Evaluation) -> dict[str, float | None]:
    ages = evaluation.ages
    return {
        "person_recall": evaluation.person.recall.value,
        "person_ap50": evaluation.person.ap50,
        "person_ap": evaluation.person.ap,
        "adult_ap50": ages.adult.ap50 if ages else None,
        "child_ap50": ages.child.ap50 if ages else None,
        "balanced_accuracy": best_balance(evaluation),
    }


def best_balance(evaluation: Evaluation) -> float | None:
    """Return the balanced accuracy, by frame, at the threshold of least cost."""
    if evaluation.ages is None:
        return None
    return evaluation.ages.frames.cheapest(evaluation.costs).balanced_accuracy
