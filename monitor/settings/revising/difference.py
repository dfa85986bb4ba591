"""What a change of a configuration changes, line by line, without secrets."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from monitor.documents import parse_document
from monitor.settings.revising.secrets import hidden_text

Mark = Literal["+", "-", " ", "@"]
_CONTEXT = 3
_HUNK = re.compile(r"^@@ -(\d+)(?:,\d+)? \+(\d+)(?:,\d+)? @@")


@dataclass(frozen=True, slots=True)
class DiffLine:
    """One line: gone (``-``), new (``+``), the same, or the head (``@``) of what follows.

    ``before`` and ``after`` are the line's number in either text.
    """

    mark: Mark
    text: str
    before: int | None = None
    after: int | None = None


def difference(before: str, after: str, name: str) -> tuple[DiffLine, ...]:
    """Return the lines in which two YAML texts differ, with a few lines around them.

    Raises:
        ConfigError: one of them is not sound YAML.
    """
    former = parse_document(before, name).value
    old = hidden_text(before, name).splitlines()
    new = hidden_text(after, name, former).splitlines()
    lines = list(difflib.unified_diff(old, new, n=_CONTEXT, lineterm=""))[2:]
    return tuple(_numbered(lines))


def as_text(lines: tuple[DiffLine, ...]) -> str:
    """Return a difference as plain text."""
    return "\n".join(line.text if line.mark == "@" else line.mark + line.text for line in lines)


def _numbered(lines: list[str]) -> Iterator[DiffLine]:
    before = after = 0
    for line in lines:
        head = _HUNK.match(line)
        if head is not None:
            before, after = int(head[1]), int(head[2])
            yield DiffLine("@", line)
        elif line.startswith("-"):
            yield DiffLine("-", line[1:], before=before)
            before += 1
        elif line.startswith("+"):
            yield DiffLine("+", line[1:], after=after)
            after += 1
        else:
            yield DiffLine(" ", line[1:], before, after)
            before, after = before + 1, after + 1
