"""Hashes that the owner of this machine trusts, for models whose publisher names none.

``pins.json`` in the models folder: model name → SHA-256. It is written by
``monitor models fetch NAME --sha256 …`` once a file with that hash has come.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

from monitor.detectors.models.files import whole_file
from monitor.domain.errors import ConfigError

PINS = "pins.json"
_HASH = re.compile(r"[0-9a-f]{64}")


def read_pins(models_dir: Path) -> dict[str, str]:
    """Return the pinned hashes by model name; empty where nothing was pinned.

    Raises:
        ConfigError: the file is not what :func:`write_pin` writes.
    """
    path = models_dir / PINS
    if not path.is_file():
        return {}
    try:
        content = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise _unreadable(path) from error
    if not isinstance(content, dict) or not all(is_hash(value) for value in content.values()):
        raise _unreadable(path)
    return content


def write_pin(models_dir: Path, name: str, sha256: str) -> None:
    """Trust ``sha256`` for the model ``name`` from now on."""
    pins = read_pins(models_dir) | {name: sha256}
    with whole_file(models_dir / PINS) as part:
        part.write_text(json.dumps(pins, indent=1, sort_keys=True) + "\n")


def is_hash(value: object) -> bool:
    """Say whether ``value`` is a SHA-256 as 64 lower-case hexadecimal digits."""
    return isinstance(value, str) and _HASH.fullmatch(value) is not None


def _unreadable(path: Path) -> ConfigError:
    return ConfigError(
        "is not a list of pinned hashes",
        where=str(path),
        hint="delete it and pin anew with: monitor models fetch NAME --sha256 HASH",
    )
