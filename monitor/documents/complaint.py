"""Mistakes in a document, all of them at once, each with its file, line and field."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from monitor.documents.reading import Document, Location
from monitor.domain.errors import ConfigError
from monitor.domain.text import Language, Text, in_brackets

CORRECT = Text("改正这个值", "correct the value")
_MOST = 20


@dataclass(frozen=True, slots=True)
class Complaint:
    """One mistake: where in the document, what is wrong, what to do."""

    location: Location
    message: Text
    hint: Text = CORRECT

    def brief(self) -> Text:
        """Return what is wrong and, in brackets, what to do."""
        return in_brackets(self.message, self.hint)


def refusal(document: Document, complaints: Sequence[Complaint]) -> ConfigError:
    """Return one error that lists the complaints, at least one, in the order of their lines."""
    ordered = sorted(complaints, key=lambda item: document.line(item.location))
    errors = [
        ConfigError(item.message, where=document.where(item.location), hint=item.hint)
        for item in ordered[:_MOST]
    ]
    if len(errors) == 1:
        return errors[0]
    more = len(ordered) - len(errors)
    head = Text(
        f"{document.name} 有 {len(ordered)} 处错误", f"{len(ordered)} mistakes in {document.name}"
    )
    tail = Text(f"\n… 另有 {more} 处", f"\n… and {more} more") if more else Text("", "")

    def listed(language: Language) -> str:
        lines = (head.of(language), *(error.says(language) for error in errors))
        return "\n".join(lines) + tail.of(language)

    return ConfigError(Text.by(listed))
