"""What outlives the platform's process: who is signed in, and which calls are open.

Without it, every device would stay silent after a restart until it noticed, and calls that
nobody wants would go on sending.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from pathlib import Path

import structlog

from monitor.streams.gb28181.author import Dialog
from monitor.streams.gb28181.registrar import Registration

log = structlog.get_logger(__name__)


class Memory:
    """A small file, replaced whole."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def save(self, registrations: Iterable[Registration], dialogs: Iterable[Dialog]) -> None:
        """Replace what is remembered; a full disk is no reason to stop."""
        value = {
            "registrations": [item.as_dict() for item in registrations],
            "dialogs": [item.as_dict() for item in dialogs],
        }
        try:
            write_private(self._path, json.dumps(value))
        except OSError as error:
            log.warning("gb28181_memory_not_written", error=error.strerror)

    def load(self) -> tuple[list[Registration], list[Dialog]]:
        """Return what was remembered; nothing if there is none or it is damaged."""
        try:
            value = json.loads(self._path.read_text("utf-8"))
            registrations = [
                Registration(**{**item, "address": tuple(item["address"]), "peer": None})
                for item in value["registrations"]
            ]
            return registrations, [Dialog(**item) for item in value["dialogs"]]
        except FileNotFoundError:
            return [], []
        except (OSError, ValueError, TypeError, KeyError) as error:
            log.warning("gb28181_memory_unreadable", error=type(error).__name__)
            return [], []


def write_private(path: Path, text: str) -> None:
    """Replace ``path`` whole by ``text``, readable by nobody else."""
    draft = path.with_name(f"{path.name}.{os.getpid()}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(text)
    draft.replace(path)
