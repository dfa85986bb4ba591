"""What is signed: a hash over all answers, photos and the checklist itself, and what is missing.

The same text is made on the device (``static/js/on-site/signing.js``): JSON without spaces of
``[content_sha256, [[item, result, note], …], [[photo, sha256], …]]``, both lists sorted.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from monitor.domain.checklists import Answer, Checklist, Entry, EvidenceType, Result
from monitor.inspections.answers import effective_results


class Lack(StrEnum):
    """What an item needs before an inspection may be signed."""

    ANSWER = "answer"
    PHOTO = "photo"


@dataclass(frozen=True, slots=True)
class Missing:
    """One item that is not ready."""

    item_id: str
    lack: Lack


def signed_text(content_sha256: str, answers: Iterable[Answer], photos: Mapping[str, str]) -> str:
    """Return the text that is hashed; ``photos`` are hashes by the photos' ids."""
    lines = sorted([answer.item_id, answer.result.value, answer.note] for answer in answers)
    files = sorted([photo, sha256] for photo, sha256 in photos.items())
    return json.dumps([content_sha256, lines, files], ensure_ascii=False, separators=(",", ":"))


def answers_hash(checklist: Checklist, answers: Iterable[Answer], photos: Mapping[str, str]) -> str:
    """Return the hash that signatures stand under."""
    text = signed_text(checklist.content_sha256, answers, photos)
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def photo_needed(checklist: Checklist, entry: Entry, result: Result) -> bool:
    """Say whether an item with this result needs a photo.

    A failed item does if it is judged by photo, or if its deadline asks for photos.
    """
    if result is not Result.FAIL:
        return False
    deadline = checklist.rules.deadlines[entry.item.severity]
    return EvidenceType.PHOTO in entry.item.evidence or deadline.photo


def missing(
    checklist: Checklist, answers: Iterable[Answer], pictured: Iterable[str]
) -> tuple[Missing, ...]:
    """Return what is missing; ``pictured`` are the ids of items with photos."""
    results = effective_results(checklist, answers)
    seen = frozenset(pictured)
    found = []
    for entry in checklist.entries:
        result = results.get(entry.item.id)
        if result is None:
            found.append(Missing(entry.item.id, Lack.ANSWER))
        elif photo_needed(checklist, entry, result) and entry.item.id not in seen:
            found.append(Missing(entry.item.id, Lack.PHOTO))
    return tuple(found)
