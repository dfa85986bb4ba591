"""Hash chains: rows of which none can be altered, left out or put in between unnoticed.

The hash of a row is ``SHA-256(former hash ‖ line feed ‖ canonical JSON)``, all as UTF-8; the
first row follows :data:`GENESIS`. Cutting rows off the end cannot be seen from the chain alone:
whoever checks writes the newest hash down and asks next time whether it is still in there.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

GENESIS = "0" * 64
"""What the first row follows."""


@dataclass(frozen=True, slots=True)
class Link:
    """One row as it is stored: ``content`` is the very text that was hashed."""

    position: int
    content: str
    former: str
    hash: str


@dataclass(frozen=True, slots=True)
class ChainVerdict:
    """What looking through a chain came to.

    ``head`` is the hash of the newest row, ``problem`` the first thing found wrong (empty when all
    is well) and ``at`` the position of the row it was found in.
    """

    rows: int
    head: str
    problem: str = ""
    at: int | None = None

    @property
    def sound(self) -> bool:
        """Say whether nothing was found wrong."""
        return not self.problem


def canonical(content: Mapping[str, Any]) -> str:
    """Return ``content`` as the one JSON text that stands for it.

    Raises:
        ValueError: it holds NaN or infinity.
    """
    return json.dumps(
        content, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False
    )


def chained(former: str, content: str) -> str:
    """Return the hash of a row with ``content`` that follows the row with hash ``former``."""
    return hashlib.sha256(f"{former}\n{content}".encode()).hexdigest()


def look_through(links: Iterable[Link], known: str | None = None) -> ChainVerdict:
    """Check rows in the order of their positions, from the first one on.

    Args:
        links: all rows.
        known: a hash written down earlier that has to be among them.
    """
    head, rows, met = GENESIS, 0, known in (None, GENESIS)
    for link in links:
        rows += 1
        problem = _problem(link, rows, head)
        if problem:
            return ChainVerdict(rows, head, problem, link.position)
        head = link.hash
        met = met or head == known
    if not met:
        return ChainVerdict(rows, head, "the hash written down earlier is not in the chain")
    return ChainVerdict(rows, head)


def _problem(link: Link, expected: int, head: str) -> str:
    if link.position != expected:
        return f"row {expected} is missing"
    if link.former != head:
        return "the row does not follow the one before it"
    if chained(link.former, link.content) != link.hash:
        return "the row was altered"
    return ""
