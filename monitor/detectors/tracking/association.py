"""Which box belongs to which track: likeness of boxes, and the best assignment."""

from __future__ import annotations

import lap
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Indices = NDArray[np.intp]

_NONE: Indices = np.empty(0, dtype=np.intp)
_CONTRADICTED = 0.7


def overlap(first: Floats, second: Floats) -> Floats:
    """Return intersection over union of ``(n, 4)`` and ``(m, 4)`` corner boxes, ``(n, m)``."""
    size = np.minimum(first[:, None, 2:], second[None, :, 2:])
    size -= np.maximum(first[:, None, :2], second[None, :, :2])
    np.maximum(size, 0, out=size)
    shared: Floats = size[..., 0] * size[..., 1]
    union = area(first)[:, None] + area(second)[None, :] - shared
    shared /= np.maximum(union, 1e-12)
    return shared


def area(corners: Floats) -> Floats:
    """Return the areas of ``(n, 4)`` corner boxes."""
    return np.asarray((corners[:, 2] - corners[:, 0]) * (corners[:, 3] - corners[:, 1]))


def height_ratio(first: Floats, second: Floats) -> Floats:
    """Return how alike the heights of two sets of boxes are, 0–1, ``(n, m)``."""
    ratio: Floats = (first[:, 3] - first[:, 1])[:, None] / (second[:, 3] - second[:, 1])[None, :]
    return np.minimum(ratio, 1 / ratio)


def one_kind(known: Floats, told: Floats) -> Floats:
    """Return how well what boxes are told to show fits people known so far, 0.3–1, ``(n, m)``.

    ``known`` ``(n,)`` and ``told`` ``(m,)`` are the log-odds of adults by the model's classes, 0
    where these name no ages. Only who is taken for the opposite counts as unlike.
    """
    differ = np.abs(np.tanh(known / 2)[:, None] - np.tanh(told / 2)[None, :]) / 2
    opposite = known[:, None] * told[None, :] < 0
    return np.asarray(1 - _CONTRADICTED * np.where(opposite, differ, 0.0))


def grown(corners: Floats, share: Floats | float) -> Floats:
    """Return boxes grown on every side by ``share`` (one, or one a box) of their shorter side.

    People move between two frames; grown boxes still overlap where the plain ones no longer do.
    """
    size = corners[:, 2:] - corners[:, :2]
    margin = (np.minimum(size[:, 0], size[:, 1]) * share)[:, None]
    return np.concatenate((corners[:, :2] - margin, corners[:, 2:] + margin), axis=1)


def assign(likeness: Floats, least: float) -> tuple[Indices, Indices]:
    """Return the rows and columns of the best one-to-one assignment.

    Only pairs with a ``likeness`` (0–1) above ``least`` are made.
    """
    if not likeness.size or likeness.max() <= least:
        return _NONE, _NONE
    _, columns, _ = lap.lapjv(1 - likeness, extend_cost=True, cost_limit=1 - least)
    rows = np.nonzero(columns >= 0)[0]
    found = columns[rows].astype(np.intp)
    good = likeness[rows, found] > least
    return rows[good], found[good]
