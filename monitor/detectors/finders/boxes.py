"""From a model's raw output to people: threshold, non-maximum suppression, age.

One person gives one box even where the model's classes name ages: suppression runs over all
classes together, since nobody is an adult and a child at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

import cv2
import numpy as np
from numpy.typing import NDArray

from monitor.detectors.finders.letterbox import Letterbox
from monitor.domain.people import AgeClass, Box, Person

MOST_CANDIDATES = 2048
MOST_PEOPLE = 256
_AGE_PRIOR = 0.1

Floats = NDArray[np.float32]


def people_of(
    output: Floats,
    ages: Sequence[AgeClass],
    fit: Letterbox,
    *,
    confidence: float,
    overlap: float,
) -> list[Person]:
    """Return the people in one picture, best score first.

    ``output`` has shape (4 + len(ages), places): centre x, centre y, width and height in input
    pixels, then the scores of the classes that ``ages`` names. At most ``MOST_PEOPLE`` are kept.
    """
    scores = output[4] if len(ages) == 1 else output[4:].max(axis=0)
    chosen = np.flatnonzero(scores >= confidence)
    if chosen.size > MOST_CANDIDATES:
        best = np.argpartition(scores[chosen], -MOST_CANDIDATES)[-MOST_CANDIDATES:]
        chosen = chosen[best]
    if not chosen.size:
        return []
    centres, sizes, scores = output[:2, chosen].T, output[2:4, chosen].T, scores[chosen]
    corners: Floats = np.concatenate((centres - sizes / 2, centres + sizes / 2), axis=1)
    kept = suppress(corners, scores, overlap)[:MOST_PEOPLE]
    boxes = fit.to_frame(corners[kept])
    classes = output[4:, chosen[kept]]
    return [
        Person(Box(x1, y1, x2, y2), float(scores[index]), *_age(ages, classes[:, row]))
        for row, (index, (x1, y1, x2, y2)) in enumerate(zip(kept, boxes.tolist(), strict=True))
        if x1 < x2 and y1 < y2
    ]


def suppress(corners: Floats, scores: Floats, overlap: float) -> NDArray[np.intp]:
    """Return the rows that survive non-maximum suppression, best score first."""
    sized = np.concatenate((corners[:, :2], corners[:, 2:] - corners[:, :2]), axis=1)
    # OpenCV declares sequences but takes arrays, which spares a copy into Python floats.
    kept = cv2.dnn.NMSBoxes(cast(Any, sized.astype(np.float64)), cast(Any, scores), 0.0, overlap)
    return np.asarray(kept, np.intp).reshape(-1)


def age_certainty(best: float, other: float) -> float:
    """Return how sure an age is (0.5–1), given the score it won with and that of the other age.

    Both scores are smoothed towards "either", so that a weak box says little of the age even when
    the other age scores nothing.
    """
    return (best + _AGE_PRIOR) / (best + other + 2 * _AGE_PRIOR)


def _age(ages: Sequence[AgeClass], scores: Floats) -> tuple[AgeClass, float]:
    age = ages[int(scores.argmax())]
    if age is AgeClass.UNKNOWN:
        return age, 0.0
    other = AgeClass.CHILD if age is AgeClass.ADULT else AgeClass.ADULT
    rival = max((s for a, s in zip(ages, scores.tolist(), strict=True) if a is other), default=0.0)
    return age, age_certainty(float(scores.max()), rival)
