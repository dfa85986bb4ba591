"""Durations as people write them: ``90s``, ``2m``, ``1.5h``."""

from __future__ import annotations

import re

from monitor.domain.errors import WrongValueError
from monitor.domain.text import Text

_DURATION = re.compile(r"^\s*(\d+(?:\.\d+)?)\s*(ms|s|sec|m|min|h|d)?\s*$")
_FACTOR = {"ms": 0.001, "s": 1, "sec": 1, "m": 60, "min": 60, "h": 3600, "d": 86400}


def seconds(value: object) -> float:
    """Return seconds from a number or from text such as ``90s``, ``2m``, ``1.5h``, ``90d``.

    Raises:
        WrongValueError: neither a non-negative number nor such a text.
    """
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise WrongValueError(
            Text("应为时长，如 60s、2m、1.5h", "must be a duration such as 60s, 2m or 1.5h")
        )
    if isinstance(value, int | float):
        if not 0 <= value < float("inf"):
            raise WrongValueError(Text("不能为负", "must not be negative"))
        return float(value)
    match = _DURATION.match(value)
    if match is None:
        raise WrongValueError(
            Text(
                f"“{value}”不是时长，应如 60s、2m、1.5h",
                f"'{value}' is not a duration; write for example 60s, 2m or 1.5h",
            )
        )
    return float(match[1]) * _FACTOR[match[2] or "s"]
