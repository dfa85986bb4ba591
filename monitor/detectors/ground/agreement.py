"""How well the heights that a plane gives people agree with those that people have."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_LEAST_INLIERS = 0.6
_LEAST_ROWS = 0.15
_MOST_ERROR_M = 0.065


@dataclass(frozen=True, slots=True)
class Agreement:
    """What the heights of ``people`` sightings say about a plane.

    ``error_m`` and ``error_p90_m`` are the median and the 0.9 quantile of the distance of those
    who fit from the nearest expected height, ``inf`` if nobody fits; ``inliers`` is the share who
    fit, ``adults`` the share of adults among these, and ``rows`` the uppermost and lowermost feet
    of those who fit (0 is the picture's upper edge).
    """

    people: int
    error_m: float
    error_p90_m: float
    inliers: float
    adults: float
    rows: tuple[float, float]


def agreement_of(
    heights_m: Floats, feet: Floats, statures: Sequence[float], tolerance: float
) -> Agreement:
    """Compare ``heights_m`` (n,), of people whose feet are at the rows ``feet`` (n,).

    ``statures`` are the heights that people may have, the adults' first; who is within
    ``tolerance`` (of the logarithm) of one of them fits.
    """
    expected = np.asarray(statures, np.float64)
    apart = np.abs(np.log(np.maximum(heights_m, 1e-3)[:, None] / expected[None, :]))
    nearest = apart.argmin(axis=1)
    good = apart.min(axis=1) < tolerance
    if not good.any():
        return Agreement(len(heights_m), math.inf, math.inf, 0.0, 0.0, (0.0, 0.0))
    distance = np.abs(heights_m[good] - expected[nearest[good]])
    median, most = np.quantile(distance, (0.5, 0.9))
    return Agreement(
        people=len(heights_m),
        error_m=float(median),
        error_p90_m=float(most),
        inliers=float(good.mean()),
        adults=float((nearest[good] == 0).mean()),
        rows=(float(feet[good].min()), float(feet[good].max())),
    )


def objection(agreement: Agreement) -> str:
    """Return why a plane with this agreement must not be relied on; empty if it may."""
    if agreement.inliers < _LEAST_INLIERS:
        return "too few of the people fit one floor"
    if agreement.rows[1] - agreement.rows[0] < _LEAST_ROWS:
        return "people were seen at one distance only"
    if agreement.error_m > _MOST_ERROR_M:
        return "the people's heights do not agree well enough"
    return ""
