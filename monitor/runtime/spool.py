"""A write-ahead spool on local disk: what a worker decided survives its own death.

Every message is a file, written whole and synced before it counts, and removed only after the
database has it. Messages are read back in the order in which they were put. Recording them twice
must be harmless; the ids of events make it so.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import structlog

log = structlog.get_logger(__name__)


class Spool:
    """An ordered set of JSON messages in one folder, for one process at a time."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        for unfinished in folder.glob("*.part"):
            unfinished.unlink()
        names = sorted(folder.glob("*.json"))
        self._next = int(names[-1].stem) + 1 if names else 1

    def put(self, message: dict[str, Any]) -> Path:
        """Store ``message`` durably and return its file.

        Raises:
            OSError: the disk is full or away.
        """
        path = self._folder / f"{self._next:012d}.json"
        self._next += 1
        part = path.with_suffix(".part")
        try:
            with part.open("w", encoding="utf-8") as file:
                json.dump(message, file, ensure_ascii=False)
                file.flush()
                os.fsync(file.fileno())
        except OSError:
            part.unlink(missing_ok=True)  # it would only fill the disk further
            raise
        part.rename(path)
        _sync_folder(self._folder)
        return path

    def waiting(self) -> Iterator[tuple[Path, dict[str, Any]]]:
        """Yield the messages not yet removed, oldest first; damaged ones are set aside.

        Raises:
            OSError: the disk cannot be read, which says nothing about the messages on it.
        """
        for path in sorted(self._folder.glob("*.json")):
            try:
                message = json.loads(path.read_text("utf-8"))
            except ValueError as error:
                path.rename(path.with_suffix(".damaged"))
                log.error("spool_message_damaged", file=path.name, error=str(error))
                continue
            yield path, message

    def remove(self, path: Path) -> None:
        """Forget a message that the database has."""
        path.unlink(missing_ok=True)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
