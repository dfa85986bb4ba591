"""YAML documents read with care: hostile input, duplicate keys and line numbers for messages.

A document is parsed once into plain values plus a map from each value's path to its line, so that
a validator further up can say exactly where the mistake is.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from monitor.domain.errors import ConfigError

Location = tuple[str | int, ...]

MAX_DOCUMENT_BYTES = 8 * 1024 * 1024
_MAX_DEPTH = 40
_PLAIN_TAGS = ("tag:yaml.org,2002:map", "tag:yaml.org,2002:seq")


@dataclass(frozen=True, slots=True)
class Document:
    """The plain ``value`` of a YAML file and the line (from 1) of every node in it."""

    name: str
    value: Any
    lines: dict[Location, int]

    def where(self, location: Location) -> str:
        """Return ``file:line: path`` of the deepest known node on the way to ``location``."""
        known = location
        while known and known not in self.lines:
            known = known[:-1]
        line = self.lines.get(known, 1)
        path = dotted(location)
        return f"{self.name}:{line}: {path}" if path else f"{self.name}:{line}"


def dotted(location: Location) -> str:
    """Return ``institutions[0].rooms[1].type`` for a path of keys and indexes."""
    text = ""
    for part in location:
        if isinstance(part, int):
            text += f"[{part}]"
        else:
            text += f".{part}" if text else part
    return text


def read_document(path: Path) -> Document:
    """Read and parse the YAML file at ``path``.

    Raises:
        ConfigError: the file is missing, unreadable, too large, not UTF-8 or not sound YAML.
    """
    try:
        if path.stat().st_size > MAX_DOCUMENT_BYTES:
            raise ConfigError(
                f"the file is larger than {MAX_DOCUMENT_BYTES // 2**20} MiB",
                where=str(path),
                hint="is this the right file? configuration is text of a few kilobytes",
            )
        text = path.read_text("utf-8")
    except FileNotFoundError:
        raise ConfigError(
            "no such file", where=str(path), hint="check the path, or copy configs/district.yaml"
        ) from None
    except UnicodeDecodeError as error:
        raise ConfigError(
            f"not UTF-8 text (byte {error.start})",
            where=str(path),
            hint="save the file as UTF-8",
        ) from None
    except OSError as error:
        raise ConfigError(
            f"cannot be read: {error.strerror}",
            where=str(path),
            hint="check that it is a file and that its permissions allow reading",
        ) from None
    return parse_document(text, str(path))


def parse_document(text: str, name: str) -> Document:
    """Parse YAML ``text``; ``name`` is what messages call it.

    Raises:
        ConfigError: the text is not sound YAML; the message names the line and column.
    """
    try:
        loader = yaml.SafeLoader(text)
        try:
            node = loader.get_single_node()
            lines: dict[Location, int] = {}
            value = None if node is None else _Construct(loader, name, lines).build(node, ())
        finally:
            loader.dispose()
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        at = f"{name}:{mark.line + 1}:{mark.column + 1}" if mark else name
        raise ConfigError(
            f"not valid YAML: {error.problem or error.context}",
            where=at,
            hint="look at this line and the one above: indentation, colons, quotes, brackets",
        ) from None
    except yaml.YAMLError as error:
        raise ConfigError(
            f"not valid YAML: {error}", where=name, hint="save the file as plain UTF-8 text"
        ) from None
    return Document(name, value, lines)


class _Construct:
    """Turns YAML nodes into plain values while noting lines; no aliases, no tags."""

    def __init__(self, loader: yaml.SafeLoader, name: str, lines: dict[Location, int]) -> None:
        self._loader = loader
        self._name = name
        self._lines = lines
        self._open: set[int] = set()

    def build(self, node: yaml.Node, location: Location) -> Any:
        line = node.start_mark.line + 1
        self._lines[location] = line
        if len(location) > _MAX_DEPTH:
            raise self._error("nested too deeply", line, "flatten the file")
        if id(node) in self._open:
            raise self._error("refers to itself", line, "remove the alias")
        if isinstance(node, yaml.CollectionNode) and node.tag not in _PLAIN_TAGS:
            raise self._error(f"tag '{node.tag}' is not allowed", line, "remove the tag")
        if isinstance(node, yaml.MappingNode):
            self._open.add(id(node))
            value = self._mapping(node, location)
            self._open.discard(id(node))
            return value
        if isinstance(node, yaml.SequenceNode):
            self._open.add(id(node))
            items = [self.build(item, (*location, index)) for index, item in enumerate(node.value)]
            self._open.discard(id(node))
            return items
        return self._plain(node)

    def _plain(self, node: yaml.Node) -> Any:
        try:
            return self._loader.construct_object(node)
        except ValueError as error:  # a date such as 2026-02-30
            line = node.start_mark.line + 1
            raise self._error(
                f"'{node.value}': {error}", line, "correct it, or put it in quotes"
            ) from None

    def _mapping(self, node: yaml.MappingNode, location: Location) -> dict[str, Any]:
        result: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key: Hashable = self._plain(key_node)
            line = key_node.start_mark.line + 1
            if not isinstance(key, str):
                raise self._error(f"key {key!r} is not text", line, "put it in quotes")
            if key in result:
                raise self._error(f"key '{key}' appears twice", line, "keep one of the two")
            result[key] = self.build(value_node, (*location, key))
            self._lines[(*location, key)] = line
        return result

    def _error(self, message: str, line: int, hint: str) -> ConfigError:
        return ConfigError(message, where=f"{self._name}:{line}", hint=hint)
