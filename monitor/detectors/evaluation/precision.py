"""Average precision, interpolated at 101 recalls as COCO defines it."""

from __future__ import annotations

import numpy as np

from monitor.detectors.evaluation.matching import Flags, Floats

THRESHOLDS = tuple(round(0.5 + 0.05 * step, 2) for step in range(10))
_RECALLS = np.linspace(0.0, 1.0, 101)


def average_precision(scores: Floats, hits: Flags, positives: int) -> float | None:
    """Return the average precision, or ``None`` where there is nobody to find.

    ``hits`` says of each found box whether it is a labelled person; order does not matter, boxes
    of equal score keep theirs.
    """
    if positives == 0:
        return None
    order = np.argsort(-scores, kind="stable")
    right = np.cumsum(hits[order])
    precision = right / np.arange(1, right.size + 1)
    recall = right / positives
    # At each recall the best precision at that recall or any higher one.
    envelope = np.maximum.accumulate(precision[::-1])[::-1]
    places = np.searchsorted(recall, _RECALLS, side="left")
    reached = places < recall.size
    values = np.zeros_like(_RECALLS)
    values[reached] = envelope[places[reached]]
    return float(values.mean())
