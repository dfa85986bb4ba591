"""Writes the reference pages that are made from the code: ``make docs``; ``--check`` in CI."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer
from typer.core import TyperGroup

from monitor.cli.application import application
from monitor.detectors.rules import rule_kinds
from monitor.settings import Settings
from monitor.settings.camera_file import CameraFile

REFERENCE = Path(__file__).parent / "reference"
_NOTE = "<!-- Made by `make docs` from the code. Change it there. -->\n"


def pages() -> dict[Path, str]:
    """Return the text of every generated page by its path."""
    schema = Settings.model_json_schema(by_alias=True)
    return {
        REFERENCE / "configuration.md": _configuration(),
        REFERENCE / "commands.md": _commands(),
        REFERENCE / "district.schema.json": json.dumps(schema, ensure_ascii=False, indent=1) + "\n",
    }


def _configuration() -> str:
    parts = [
        f"# Configuration\n\n{_NOTE}",
        "One YAML file describes the district. Check it with `monitor check -c FILE`; editors that "
        "know JSON Schema can use [district.schema.json](district.schema.json). A duration is a "
        "number of seconds or text such as `90s`, `2m`, `1.5h`, `90d`. `${NAME}` inside a text is "
        "replaced by the environment variable `NAME`. Relative paths start at the file's folder.\n",
        *_tables(Settings.model_json_schema(by_alias=True), "The whole file"),
        "## Camera file of `monitor analyze`\n",
        *_tables(CameraFile.model_json_schema(by_alias=True), "Camera file", skip_known=True),
        _rules(),
    ]
    return "\n".join(parts)


def _tables(schema: dict[str, Any], title: str, *, skip_known: bool = False) -> Iterator[str]:
    yield _table(title, schema)
    known = set(Settings.model_json_schema(by_alias=True)["$defs"]) if skip_known else set()
    for name, part in schema.get("$defs", {}).items():
        if "properties" in part and name not in known:
            yield _table(name.removesuffix("Part"), part)


def _table(title: str, part: dict[str, Any]) -> str:
    required = set(part.get("required", ()))
    rows = [
        f"| `{key}` | {_kind(value)} | {_default(key, value, required)} "
        f"| {value.get('description', '')} |"
        for key, value in part["properties"].items()
    ]
    text = part.get("description", "").split("\n")[0]
    head = "| key | value | default | meaning |\n|---|---|---|---|\n"
    return f"### {title}\n\n{text}\n\n{head}" + "\n".join(rows) + "\n"


def _kind(value: dict[str, Any]) -> str:
    if "anyOf" in value:
        kinds = [_kind(item) for item in value["anyOf"] if item.get("type") != "null"]
        return " or ".join(dict.fromkeys(kinds))
    if "$ref" in value:
        return value["$ref"].rsplit("/", 1)[1].removesuffix("Part")
    if "enum" in value:
        return ", ".join(f"`{item}`" for item in value["enum"])
    if "const" in value:
        return f"`{value['const']}`"
    kind = str(value.get("type", "any"))
    if kind == "array":
        return f"list of {_kind(value['items'])}" if "items" in value else "list"
    limits = [
        f"{sign} {value[key]:g}"
        for key, sign in (
            ("minimum", "≥"),
            ("exclusiveMinimum", ">"),
            ("maximum", "≤"),
            ("exclusiveMaximum", "<"),
        )
        if key in value
    ]
    return " ".join([kind, *limits])


def _default(key: str, value: dict[str, Any], required: set[str]) -> str:
    if key in required:
        return "*required*"
    default = value.get("default")
    if default is None or default in ({}, []) or isinstance(default, dict):
        return ""
    return f"`{json.dumps(default, ensure_ascii=False)}`"


def _rules() -> str:
    parts = ["## Rules\n", "Under `rules:` of the district or of a room, by the rule's name.\n"]
    for kind in rule_kinds().values():
        rows = [
            f"| `{parameter.name}` | {parameter.kind} | {parameter.help.en} |"
            for parameter in kind.parameters
        ]
        text = (sys.modules[kind.build.__module__].__doc__ or "").strip()
        parts.append(f"### `{kind.name}`\n\n{text}\n")
        parts.append("| parameter | kind | meaning |\n|---|---|---|\n" + "\n".join(rows) + "\n")
    return "\n".join(parts)


def _commands() -> str:
    root = typer.main.get_command(application)
    sections = [f"# Commands\n\n{_NOTE}", _before_commands(root)]
    sections += [_command(path, command) for path, command in _walk("monitor", root)]
    return "\n".join(sections)


def _before_commands(root: Any) -> str:
    lines = ["Before a command, as `monitor --language zh check …`:", ""]
    for option in (item for item in root.params if "completion" not in item.opts[0]):
        variable = f" By environment: `{option.envvar}`." if option.envvar else ""
        lines.append(f"- `{option.opts[0]}`: {option.help}{variable}")
    return "\n".join(lines) + "\n"


def _walk(path: str, command: Any) -> Iterator[tuple[str, Any]]:
    if not isinstance(command, TyperGroup):
        yield path, command
        return
    context = typer.Context(command)
    for name in command.list_commands(context):
        yield from _walk(f"{path} {name}", command.get_command(context, name))


def _command(path: str, command: Any) -> str:
    arguments = [p for p in command.params if p.param_type_name == "argument"]
    options = [p for p in command.params if p.param_type_name == "option"]
    usage = " ".join([path, *(_metavar(p) for p in arguments)])
    text = "\n".join(line.strip() for line in (command.help or "").splitlines())
    lines = [f"## `{usage}`\n", text, ""]
    for option in options:
        names = ", ".join(f"`{name}`" for name in [*option.opts, *option.secondary_opts])
        lines.append(f"- {names}: {option.help or ''}")
    return "\n".join(lines) + "\n"


def _metavar(argument: Any) -> str:
    name = str(argument.name).upper()
    return name if argument.required else f"[{name}]"


def main() -> int:
    """Write the pages, or with ``--check`` only say which of them are out of date."""
    stale = [
        path
        for path, text in pages().items()
        if not path.exists() or path.read_text("utf-8") != text
    ]
    if "--check" in sys.argv[1:]:
        for path in stale:
            print(f"{path.name} is out of date: run 'make docs'")
        return 1 if stale else 0
    REFERENCE.mkdir(exist_ok=True)
    for path, text in pages().items():
        path.write_text(text, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
