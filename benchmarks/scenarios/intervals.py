"""Exact confidence intervals, by bisection: Clopper–Pearson for shares, Garwood for counts."""

from __future__ import annotations

import math
from collections.abc import Callable

_STEPS = 80
_LEVEL = 0.95


def share_interval(successes: int, trials: int) -> tuple[float, float]:
    """Return the 95 % Clopper–Pearson interval of a share."""
    if trials == 0:
        return 0.0, 1.0
    tail = (1 - _LEVEL) / 2
    low = (
        0.0
        if successes == 0
        else _solve(lambda p: 1 - _binomial(successes - 1, trials, p), tail, 0.0, 1.0)
    )
    high = (
        1.0
        if successes == trials
        else _solve(lambda p: -_binomial(successes, trials, p), -tail, 0.0, 1.0)
    )
    return low, high


def rate_interval(count: int, exposure: float) -> tuple[float, float]:
    """Return the exact 95 % interval of a Poisson rate: ``count`` events in ``exposure``."""
    if exposure <= 0:
        return 0.0, math.inf
    tail = (1 - _LEVEL) / 2
    most = 10.0 + 3 * count + 10 * math.sqrt(count + 1)
    low = 0.0 if count == 0 else _solve(lambda m: 1 - _poisson(count - 1, m), tail, 0.0, most)
    high = _solve(lambda m: -_poisson(count, m), -tail, 0.0, most)
    return low / exposure, high / exposure


def percentile(values: list[float], share: float) -> float:
    """Return the value below which ``share`` (0–1) of ``values`` lie; NaN for none."""
    if not values:
        return math.nan
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, math.ceil(share * len(ordered)) - 1)]


def _solve(rising: Callable[[float], float], wanted: float, low: float, high: float) -> float:
    for _ in range(_STEPS):
        middle = (low + high) / 2
        if rising(middle) < wanted:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def _binomial(most: int, trials: int, share: float) -> float:
    """Return P(at most ``most`` of ``trials``)."""
    if share <= 0:
        return 1.0
    if share >= 1:
        return 1.0 if most >= trials else 0.0
    log_p, log_q = math.log(share), math.log1p(-share)
    terms = (
        math.lgamma(trials + 1)
        - math.lgamma(k + 1)
        - math.lgamma(trials - k + 1)
        + k * log_p
        + (trials - k) * log_q
        for k in range(most + 1)
    )
    return math.fsum(math.exp(term) for term in terms)


def _poisson(most: int, mean: float) -> float:
    """Return P(at most ``most``) events where ``mean`` are expected."""
    if mean <= 0:
        return 1.0
    return math.fsum(
        math.exp(k * math.log(mean) - mean - math.lgamma(k + 1)) for k in range(most + 1)
    )
