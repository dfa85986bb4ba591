"""Values made fit to be stored, whoever sent them.

PostgreSQL refuses NUL in text and NaN in JSON; an event or a reason must never be lost to that.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence, Set
from enum import Enum
from typing import Any

_DEEPEST = 12
_SAFE_INTEGER = 2**63


def clean_line(value: str, limit: int) -> str:
    """Return ``value`` on one line without control characters, cut to ``limit``."""
    return " ".join(clean_text(value, len(value)).split())[:limit]


def clean_text(value: str, limit: int) -> str:
    """Return ``value`` without control characters (lines and tabs stay), cut to ``limit``."""
    valid = value.encode("utf-8", "replace").decode("utf-8")
    kept = (char for char in valid if char in "\n\t" or (ord(char) >= 32 and ord(char) != 127))
    return "".join(kept).strip()[:limit]


def plain(value: Any, depth: int = 0) -> Any:
    """Return ``value`` as plain JSON: no NaN, no NumPy scalars, no control characters.

    What has no JSON form is kept as its text; what is nested too deeply is left out.
    """
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, Enum):
        return plain(value.value, depth)
    if isinstance(value, str):
        return clean_text(value, len(value))
    if isinstance(value, int):
        return value if abs(value) < _SAFE_INTEGER else str(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if depth >= _DEEPEST:
        return None
    if isinstance(value, Mapping):
        return {clean_text(str(key), 200): plain(item, depth + 1) for key, item in value.items()}
    if isinstance(value, Sequence | Set) and not isinstance(value, bytes | bytearray):
        return [plain(item, depth + 1) for item in value]
    return _other(value, depth)


def _other(value: Any, depth: int) -> Any:
    to_list = getattr(value, "tolist", None)  # NumPy scalars and arrays, without importing NumPy
    if callable(to_list):
        return plain(to_list(), depth + 1)
    return clean_text(str(value), 500)
