"""Scales: round numbers beside an axis."""

from __future__ import annotations

import math
from dataclasses import dataclass

_STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)
_LEAST = 1e-6  # nothing that is counted or measured here differs by less


@dataclass(frozen=True, slots=True)
class Scale:
    """Values from ``low`` to ``high`` on an axis, with the values that are written beside it."""

    low: float
    high: float
    ticks: tuple[float, ...]

    def share(self, value: float) -> float:
        """Return how far along the axis a value lies, 0–1; beyond the ends it stays at the end."""
        return min(1.0, max(0.0, (value - self.low) / (self.high - self.low)))


def scale(values: list[float], *, ceiling: float | None = None, whole: bool = False) -> Scale:
    """Return a scale from nought, or from below the values where they are close to ``ceiling``.

    Args:
        values: what is to be shown.
        ceiling: a value that none exceeds, such as 1 for shares.
        whole: whether only whole numbers make sense.
    """
    if ceiling is not None:
        lowest = min(values, default=0.0)
        share = 0.9 if lowest >= 0.9 * ceiling else 0.5 if lowest >= 0.5 * ceiling else 0.0
        return _divided(share * ceiling, ceiling, (1 - share) * ceiling / 5)
    low, high = min([0.0, *values]), max(values, default=1.0)
    if high - low < _LEAST:
        high = low + 1.0
    step = _step((high - low) / 4, whole=whole)
    return _divided(low, math.ceil(round(high / step, 9)) * step, step)


def _divided(low: float, high: float, step: float) -> Scale:
    count = round((high - low) / step)
    inner = (round(low + number * step, 9) for number in range(count))
    return Scale(low, high, (*inner, high))


def _step(rough: float, *, whole: bool) -> float:
    if whole and rough <= 1:
        return 1.0
    power = 10.0 ** math.floor(math.log10(rough))
    steps = [size * power for size in _STEPS]
    if whole:
        steps = [size for size in steps if size == int(size)]
    return next((size for size in steps if size >= rough - 1e-12), steps[-1])
