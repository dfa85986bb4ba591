"""Let a finder look at a labelled set as it would look at a camera, and judge it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from monitor.detectors.evaluation.attended import Costs, Curve, by_frame, by_window
from monitor.detectors.evaluation.labels import LabelledImage
from monitor.detectors.evaluation.people import Findings, Sight, false_boxes, find_out
from monitor.detectors.finder import Finder, Image
from monitor.detectors.finders.roles import role_of
from monitor.detectors.models.manifest import ModelSpec, Role
from monitor.domain.errors import InputError
from monitor.domain.people import AgeClass

LEAST_CONFIDENCE = 0.01
"""Boxes down to this score are asked for: average precision needs the weak ones."""

_BATCH = 4


@dataclass(frozen=True, slots=True)
class Ages:
    """What can be said only where labels and model both tell adults from children.

    ``windows`` is ``None`` where the file names tell no time.
    """

    adult: Findings
    child: Findings
    frames: Curve
    windows: Curve | None


@dataclass(frozen=True, slots=True)
class Evaluation:
    """What a model is worth on a set; ``ages`` is ``None`` where ages are not told.

    ``false_boxes`` counts boxes an image that are nobody.
    """

    finder: str
    images: int
    confidence: float
    costs: Costs
    person: Findings
    false_boxes: float
    ages: Ages | None


def look(
    finder: Finder,
    images: Sequence[LabelledImage],
    progress: Callable[[float], None] = lambda _share: None,
) -> tuple[Sight, ...]:
    """Return what ``finder`` sees in ``images``; it must give boxes down to a low score.

    Raises:
        InputError: a picture cannot be read.
    """
    sights: list[Sight] = []
    for start in range(0, len(images), _BATCH):
        group = images[start : start + _BATCH]
        pictures = [read_picture(image.path) for image in group]
        for image, picture, people in zip(group, pictures, finder.find(pictures), strict=True):
            height, width = picture.shape[:2]
            sights.append(Sight(image, width, height, tuple(people)))
        progress(len(sights) / len(images))
    return tuple(sights)


def judge(
    finder: Finder,
    sights: Sequence[Sight],
    *,
    tells_ages: bool,
    confidence: float = 0.25,
    costs: Costs | None = None,
) -> Evaluation:
    """Return what the boxes of ``sights`` are worth.

    ``tells_ages`` says whether both the labels and the model tell adults from children.
    """
    ages = None
    if tells_ages:
        ages = Ages(
            adult=find_out(sights, AgeClass.ADULT, confidence),
            child=find_out(sights, AgeClass.CHILD, confidence),
            frames=by_frame(sights),
            windows=by_window(sights),
        )
    return Evaluation(
        finder=finder.name,
        images=len(sights),
        confidence=confidence,
        costs=costs or Costs(),
        person=find_out(sights, None, confidence),
        false_boxes=false_boxes(sights, confidence),
        ages=ages,
    )


def model_tells_ages(spec: ModelSpec, classes: Sequence[str]) -> bool:
    """Say whether a model with ``classes`` names both adults and children."""
    roles = {spec.roles.get(name) if spec.roles else role_of(name) for name in classes}
    return {Role.ADULT, Role.CHILD} <= roles


def read_picture(path: Path) -> Image:
    """Return a picture as BGR.

    Raises:
        InputError: the file is not a picture.
    """
    try:
        data = np.fromfile(path, np.uint8)
    except OSError as error:
        raise InputError(f"cannot be read: {error.strerror}", where=str(path)) from None
    picture = cv2.imdecode(data, cv2.IMREAD_COLOR) if data.size else None
    if picture is None:
        raise InputError(
            "is not a picture", where=str(path), hint="remove it from the set, or save it anew"
        )
    return np.asarray(picture, np.uint8)
