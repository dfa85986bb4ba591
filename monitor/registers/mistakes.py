"""Mistakes in a document, all of them at once, each with its file, line and field."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from monitor.documents import Document, Location
from monitor.domain.errors import ConfigError

_MOST = 20
_HINTS = {
    "extra_forbidden": "remove it, or check its spelling",
    "missing": "add it",
    "enum": "use one of the values named",
    "literal_error": "use one of the values named",
}
M = TypeVar("M", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class Mistake:
    """One mistake: where in the document, what is wrong, what to do."""

    location: Location
    message: str
    hint: str = "correct the value"


def checked(document: Document, schema: type[M], context: Mapping[str, Any] | None = None) -> M:
    """Return the document as ``schema`` says it must be.

    Raises:
        ConfigError: it is not; every mistake is listed with its line.
    """
    try:
        return schema.model_validate(document.value, context=dict(context or {}))
    except ValidationError as error:
        raise refusal(document, [_translated(detail) for detail in error.errors()]) from None


def refusal(document: Document, mistakes: Sequence[Mistake]) -> ConfigError:
    """Return one error that lists the mistakes, at least one, in the order of their lines."""
    ordered = sorted(mistakes, key=lambda mistake: document.lines.get(mistake.location, 0))
    errors = [
        ConfigError(mistake.message, where=document.where(mistake.location), hint=mistake.hint)
        for mistake in ordered[:_MOST]
    ]
    if len(errors) == 1:
        return errors[0]
    lines = [str(error) for error in errors]
    if len(ordered) > _MOST:
        lines.append(f"… and {len(ordered) - _MOST} more")
    return ConfigError(f"{len(ordered)} mistakes in {document.name}\n" + "\n".join(lines))


def _translated(detail: ErrorDetails) -> Mistake:
    kind = detail["type"]
    location = tuple(detail["loc"])
    message = detail["msg"].removeprefix("Value error, ")
    if kind == "extra_forbidden":
        message = f"unknown key '{location[-1]}'"
    elif kind == "missing":
        message = f"'{location[-1]}' is missing"
    elif kind in ("model_type", "dict_type"):
        message = "must be a mapping of keys and values"
    message = message[0].lower() + message[1:]
    return Mistake(location, message, _HINTS.get(kind, "correct the value"))
