"""How a metric comes by its figure, for people who ask: its data, its parameters and its code."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from dataclasses import dataclass

from monitor.domain.checklists import Unit
from monitor.domain.text import Text
from monitor.inspections.metrics.base import Metric


@dataclass(frozen=True, slots=True)
class Account:
    """A metric explained; ``code`` is the very function that computes it, found at ``where``."""

    name: str
    unit: Unit
    query: Text
    meaning: str
    parameters: Mapping[str, float]
    where: str
    code: str


def account_of(metric: Metric) -> Account:
    """Return the account of a metric."""
    measure = metric.measure
    return Account(
        name=metric.name,
        unit=metric.unit,
        query=metric.query,
        meaning=inspect.getdoc(measure) or "",
        parameters=dict(metric.parameters),
        where=f"{measure.__module__}.{getattr(measure, '__name__', '')}",
        code=inspect.getsource(measure),
    )
