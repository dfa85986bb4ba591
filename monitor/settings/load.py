"""From file to checked :class:`Settings`: every mistake is listed with its line and a remedy."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from monitor.documents import Document, Location, read_document
from monitor.domain.errors import ConfigError
from monitor.settings.checks import complaints
from monitor.settings.complaint import Complaint
from monitor.settings.schema import Settings

_VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
_MOST_COMPLAINTS = 20


def load_settings(path: Path, environment: Mapping[str, str] | None = None) -> Settings:
    """Read, check and return the configuration at ``path``.

    Relative folders and ``file:`` sources are taken from the file's own folder. ``${NAME}``
    inside a text is replaced by the environment variable ``NAME``, so that secrets may stay
    outside the file.

    Raises:
        ConfigError: one or more mistakes, each with file, line and what to do.
    """
    return parse_settings(read_document(path), path.resolve().parent, environment)


def parse_settings(
    document: Document, folder: Path, environment: Mapping[str, str] | None = None
) -> Settings:
    """Check a parsed document; ``folder`` is where its relative paths start.

    Raises:
        ConfigError: one or more mistakes, each with file, line and what to do.
    """
    settings, found = examined(document, folder, environment)
    if found or settings is None:
        raise all_of(found, document)
    return settings


def examined(
    document: Document, folder: Path, environment: Mapping[str, str] | None = None
) -> tuple[Settings | None, list[Complaint]]:
    """Return the settings, ``None`` if they cannot be built, and everything that is wrong.

    Raises:
        ConfigError: the document is no mapping at all.
    """
    variables = os.environ if environment is None else environment
    found: list[Complaint] = []
    value = _with_variables(document.value, variables, (), found)
    if not isinstance(value, dict):
        raise ConfigError(
            "the file must be a mapping that starts with 'version: 1'",
            where=document.where(()),
            hint="copy configs/district.yaml and change it",
        )
    settings: Settings | None = None
    try:
        settings = Settings.model_validate(value)
    except ValidationError as error:
        found.extend(translate(detail) for detail in error.errors())
    if settings is not None:
        settings = _anchored(settings, folder)
        found.extend(complaints(settings, folder.resolve()))
    return settings, found


def _with_variables(
    value: Any, variables: Mapping[str, str], location: Location, found: list[Complaint]
) -> Any:
    if isinstance(value, dict):
        return {
            key: _with_variables(item, variables, (*location, key), found)
            for key, item in value.items()
        }
    if isinstance(value, list):
        return [
            _with_variables(item, variables, (*location, index), found)
            for index, item in enumerate(value)
        ]
    if not isinstance(value, str):
        return value

    def replace(match: re.Match[str]) -> str:
        if match[1] not in variables:
            found.append(
                Complaint(
                    location,
                    f"environment variable {match[1]} is not set",
                    f"export {match[1]}=… before starting, or write the value here",
                )
            )
        return variables.get(match[1], "")

    return _VARIABLE.sub(replace, value)


def _anchored(settings: Settings, folder: Path) -> Settings:
    service = settings.service.model_copy(
        update={"data_dir": (folder / settings.service.data_dir).resolve()}
    )
    changes: dict[str, Any] = {
        "service": service,
        "sources": settings.sources.anchored(folder),
    }
    if settings.registers is not None:
        changes["registers"] = (folder / settings.registers).resolve()
    if settings.model.models_dir is not None:
        changes["model"] = settings.model.model_copy(
            update={"models_dir": (folder / settings.model.models_dir).resolve()}
        )
    if settings.notify.push.authorities is not None:
        found = (folder / settings.notify.push.authorities).resolve()
        push = settings.notify.push.model_copy(update={"authorities": found})
        changes["notify"] = settings.notify.model_copy(update={"push": push})
    return settings.model_copy(update=changes)


_POSITIONS = {"polygon", "pixel", "masks", "blind", "from", "to"}
_OUT_OF_RANGE = ("less_than_equal", "greater_than_equal")
_HINTS = {
    "extra_forbidden": "remove it, or check its spelling against docs/reference/configuration.md",
    "missing": "add it",
    "enum": "use one of the values named",
    "literal_error": "use one of the values named",
}


def translate(detail: ErrorDetails) -> Complaint:
    """Return a validation error in plain words with a remedy."""
    kind = detail["type"]
    location = tuple(part for part in detail["loc"] if part != "function-before")
    message = detail["msg"].removeprefix("Value error, ")
    if kind == "extra_forbidden":
        message = f"unknown key '{location[-1]}'"
    elif kind == "missing":
        message = f"'{location[-1]}' is missing"
    elif kind in _OUT_OF_RANGE and not _POSITIONS.isdisjoint(location):
        message = f"{detail['input']} lies outside the picture: positions go from 0 to 1"
    message = message[0].lower() + message[1:] if message[:1].isupper() else message
    return Complaint(location, message, _HINTS.get(kind, "correct the value"))


def all_of(found: list[Complaint], document: Document) -> ConfigError:
    """Return one error that lists every complaint with its file and line."""
    first, *others = found
    if not others:
        return ConfigError(first.message, where=document.where(first.location), hint=first.hint)
    lines = [
        str(ConfigError(item.message, where=document.where(item.location), hint=item.hint))
        for item in found[:_MOST_COMPLAINTS]
    ]
    if len(found) > _MOST_COMPLAINTS:
        lines.append(f"… and {len(found) - _MOST_COMPLAINTS} more")
    return ConfigError(f"{len(found)} mistakes in {document.name}\n" + "\n".join(lines))
