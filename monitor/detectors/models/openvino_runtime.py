"""OpenVINO without its telemetry.

``import openvino`` reports each start to an analytics service and leaves an identifier in the home
folder, without asking. Nothing may leave the host that the configuration does not name, so the
reporting package is made unimportable first; OpenVINO then falls back to its own silent stub.
Import OpenVINO only through this module.
"""

from __future__ import annotations

import sys
from functools import cache
from typing import Any

_REPORTER = "openvino_telemetry"


def silence_telemetry() -> None:
    """Keep OpenVINO's reporting package from being imported in this process."""
    sys.modules[_REPORTER] = None  # type: ignore[assignment]


def openvino() -> Any:
    """Return the silenced ``openvino`` module."""
    if "openvino" not in sys.modules:
        silence_telemetry()
    import openvino as module

    return module


@cache
def core() -> Any:
    """Return this process's OpenVINO core; devices are looked up once."""
    return openvino().Core()
