"""Which found box is which labelled person: greedy by score, as COCO does it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from monitor.domain.people import Box

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


def corners(boxes: list[Box]) -> Floats:
    """Return (n, 4) ``x1, y1, x2, y2``."""
    rows = [(box.x1, box.y1, box.x2, box.y2) for box in boxes]
    return np.array(rows, np.float64).reshape(-1, 4)


def match(overlap: Floats, least: float) -> NDArray[np.intp]:
    """Return for each found box the labelled person it is, or -1.

    ``overlap`` has one row a found box, best score first, and one column a person. Each box takes
    the person it overlaps most of those still free, if by at least ``least``.
    """
    taken = np.full(overlap.shape[0], -1, np.intp)
    free = np.ones(overlap.shape[1], bool)
    for row in range(overlap.shape[0]):
        candidates = np.where(free, overlap[row], -1.0)
        best = int(candidates.argmax()) if candidates.size else -1
        if best >= 0 and candidates[best] >= least:
            taken[row] = best
            free[best] = False
    return taken
