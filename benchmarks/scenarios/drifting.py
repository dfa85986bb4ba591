"""Values that wander: mistakes last, since what causes them lasts."""

from __future__ import annotations

import numpy as np

from benchmarks.scenarios.people import Floats

LOGISTIC = 1.702
"""A logistic with this slope is nearly the normal distribution."""


class Drift:
    """Standard normal values that change over about ``seconds``; ``count`` of them."""

    def __init__(self, count: int, seconds: float, step: float, rng: np.random.Generator) -> None:
        """``step`` is the time between two moments, seconds."""
        self._keep = float(np.exp(-step / seconds))
        self._rng = rng
        self._now = rng.normal(size=count)

    def run(self, moments: int) -> Floats:
        """Return the next values, (moments, count)."""
        fresh = self._rng.normal(0, np.sqrt(1 - self._keep**2), (moments, len(self._now)))
        values = fresh
        now = self._now
        for row in values:
            row += self._keep * now
            now = row
        self._now = now.copy()
        return values


def drift(
    count: int, seconds: float, step: float, moments: int, rng: np.random.Generator
) -> Floats:
    """Return uniform values (0–1) that change over about ``seconds``, (moments, count)."""
    return uniform(Drift(count, seconds, step, rng).run(moments))


def uniform(latent: Floats) -> Floats:
    """Return standard normal values as values between 0 and 1."""
    return np.asarray(1 / (1 + np.exp(-LOGISTIC * latent)))
