"""Evidence: what was seen, kept as files with their hash so that nobody can alter it unnoticed."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class EvidenceKind(StrEnum):
    """What a piece of evidence is."""

    SNAPSHOT = "snapshot"
    CLIP = "clip"


@dataclass(frozen=True, slots=True)
class NewEvidence:
    """A file already written, about to be filed with an event.

    ``path`` is its key in the file store, ``size`` in bytes, ``start`` and ``end`` the POSIX
    seconds it shows (equal for a snapshot).
    """

    kind: EvidenceKind
    path: str
    media_type: str
    sha256: str
    size: int
    start: float
    end: float
