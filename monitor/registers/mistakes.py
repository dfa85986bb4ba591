"""Mistakes in a document, all of them at once, each with its file, line and field."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
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
        raise refusal(document, list(_translated(error.errors()))) from None


def refusal(document: Document, mistakes: Sequence[Mistake]) -> ConfigError:
    """Return one error that lists the mistakes, at least one, in the order of their lines."""
    ordered = sorted(mistakes, key=lambda mistake: _line(document, mistake.location))
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


def _line(document: Document, location: Location) -> int:
    known = location
    while known and known not in document.lines:
        known = known[:-1]
    return document.lines.get(known, 1)


def _translated(details: Sequence[ErrorDetails]) -> Iterator[Mistake]:
    for detail in details:
        location = tuple(detail["loc"])
        inner = (other["loc"][: len(location)] == location for other in details)
        # A list whose entries are wrong also counts as too short: say the cause only.
        if detail["type"] != "too_short" or sum(inner) == 1:
            message = _message(detail)
            hint = _HINTS.get(detail["type"], "correct the value")
            yield Mistake(location, message[0].lower() + message[1:], hint)


def _message(detail: ErrorDetails) -> str:
    kind = detail["type"]
    if kind == "extra_forbidden":
        return f"unknown key '{detail['loc'][-1]}'"
    if kind == "missing":
        return f"'{detail['loc'][-1]}' is missing"
    if kind in ("model_type", "dict_type"):
        return "must be a mapping of keys and values"
    if kind == "tuple_type":
        return "must be a list"
    if kind == "too_short":
        return "must not be empty"
    return detail["msg"].removeprefix("Value error, ")
