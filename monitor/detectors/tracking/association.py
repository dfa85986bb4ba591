"""Which box belongs to which track: likeness of boxes, and the best assignment."""

from __future__ import annotations

import lap
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Indices = NDArray[np.intp]


def overlap(first: Floats, second: Floats) -> Floats:
    """Return intersection over union of ``(n, 4)`` and ``(m, 4)`` corner boxes, ``(n, m)``."""
    low = np.maximum(first[:, None, :2], second[None, :, :2])
    high = np.minimum(first[:, None, 2:], second[None, :, 2:])
    size = np.maximum(high - low, 0)
    shared = size[..., 0] * size[..., 1]
    union = area(first)[:, None] + area(second)[None, :] - shared
    return np.asarray(shared / np.maximum(union, 1e-12))


def area(corners: Floats) -> Floats:
    """Return the areas of ``(n, 4)`` corner boxes."""
    return np.asarray((corners[:, 2] - corners[:, 0]) * (corners[:, 3] - corners[:, 1]))


def height_ratio(first: Floats, second: Floats) -> Floats:
    """Return how alike the heights of two sets of boxes are, 0–1, ``(n, m)``."""
    one = (first[:, 3] - first[:, 1])[:, None]
    other = (second[:, 3] - second[:, 1])[None, :]
    return np.asarray(np.minimum(one, other) / np.maximum(np.maximum(one, other), 1e-9))


def grown(corners: Floats, share: Floats) -> Floats:
    """Return boxes grown on every side by ``share`` (one a box) of their shorter side.

    People move between two frames; grown boxes still overlap where the plain ones no longer do.
    """
    size = corners[:, 2:] - corners[:, :2]
    margin = (size.min(axis=1) * share)[:, None]
    return np.concatenate((corners[:, :2] - margin, corners[:, 2:] + margin), axis=1)


def assign(likeness: Floats, least: float) -> tuple[Indices, Indices]:
    """Return the rows and columns of the best one-to-one assignment.

    Only pairs with a ``likeness`` (0–1) above ``least`` are made.
    """
    none = np.empty(0, dtype=np.intp)
    if not likeness.size or likeness.max() <= least:
        return none, none
    if likeness.shape == (1, 1):
        only = np.zeros(1, dtype=np.intp)
        return only, only
    cost = np.where(likeness > least, 1 - likeness, 2.0)
    _, columns, _ = lap.lapjv(cost, extend_cost=True, cost_limit=1 - least)
    rows = np.nonzero(columns >= 0)[0]
    found = columns[rows].astype(np.intp)
    good = likeness[rows, found] > least
    return rows[good], found[good]
