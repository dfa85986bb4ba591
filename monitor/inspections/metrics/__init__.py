"""Metrics: one function for every figure that a checklist can be filled in with.

A new metric is one new function in a file beside these; importing this package registers all.
"""

from __future__ import annotations

import importlib
import pkgutil

from monitor.inspections.metrics.base import Metric, metric_named, metrics

__all__ = ["Metric", "metric_named", "metrics"]

for _module in pkgutil.iter_modules(__path__):
    importlib.import_module(f"{__name__}.{_module.name}")
