"""Durations as a type of configuration values."""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator

from monitor.domain.durations import seconds

Seconds = Annotated[float, BeforeValidator(seconds)]
"""A duration in seconds, written as a number or as ``90s``, ``2m``, ``1.5h``, ``90d``."""
