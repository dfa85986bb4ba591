"""From file to checked :class:`Settings`: every mistake is listed with its line and a remedy."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from monitor.documents import (
    Complaint,
    Document,
    Location,
    read_document,
    refusal,
    schema_complaints,
)
from monitor.domain.errors import ConfigError
from monitor.domain.text import Text
from monitor.settings.checks import complaints
from monitor.settings.schema import Settings

_VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")


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
        raise refusal(document, found)
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
            Text(
                "文件应为“键: 值”的形式，以 version: 1 开头",
                "the file must be a mapping that starts with 'version: 1'",
            ),
            where=document.where(()),
            hint=Text(
                "复制 configs/district.yaml 再修改", "copy configs/district.yaml and change it"
            ),
        )
    settings: Settings | None = None
    try:
        settings = Settings.model_validate(value)
    except ValidationError as error:
        found.extend(schema_complaints(error.errors()))
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
                    Text(
                        f"没有设置环境变量 {match[1]}",
                        f"environment variable {match[1]} is not set",
                    ),
                    Text(
                        f"启动前先 export {match[1]}=…，或在这里直接写值",
                        f"export {match[1]}=… before starting, or write the value here",
                    ),
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
