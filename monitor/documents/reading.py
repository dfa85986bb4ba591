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
from monitor.domain.system_words import unreadable
from monitor.domain.text import Text

Location = tuple[str | int, ...]

MAX_DOCUMENT_BYTES = 8 * 1024 * 1024
_MAX_DEPTH = 40
_YAML: tuple[tuple[str, str], ...] = (
    ("mapping values are not allowed", "这里不能再有“键: 值”，检查缩进和冒号"),
    ("could not find expected ':'", "缺少冒号"),
    ("found character '\\t'", "不能用制表符缩进"),
    ("expected <block end>", "缩进不一致"),
    ("expected ',' or", "缺少逗号或右括号"),
    ("found unexpected end of stream", "引号没有闭合"),
    ("found undefined alias", "别名没有定义"),
    ("expected a single document", "只能有一份文档，删除多余的“---”"),
)
"""How the commonest complaints of the YAML reader begin, and what they mean in Chinese."""

_PLAIN_TAGS = ("tag:yaml.org,2002:map", "tag:yaml.org,2002:seq")


@dataclass(frozen=True, slots=True)
class Document:
    """The plain ``value`` of a YAML file and the line (from 1) of every node in it."""

    name: str
    value: Any
    lines: dict[Location, int]

    def line(self, location: Location) -> int:
        """Return the line of the deepest known node on the way to ``location``."""
        known = location
        while known and known not in self.lines:
            known = known[:-1]
        return self.lines.get(known, 1)

    def where(self, location: Location) -> str:
        """Return ``file:line: path`` of the deepest known node on the way to ``location``."""
        line = self.line(location)
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
            most = MAX_DOCUMENT_BYTES // 2**20
            raise ConfigError(
                Text(f"文件超过 {most} MiB", f"the file is larger than {most} MiB"),
                where=str(path),
                hint=Text(
                    "是这个文件吗？配置文件只有几千字节",
                    "is this the right file? configuration is text of a few kilobytes",
                ),
            )
        text = path.read_text("utf-8")
    except FileNotFoundError:
        raise ConfigError(
            Text("没有这个文件", "no such file"),
            where=str(path),
            hint=Text(
                "检查路径，或复制 configs/district.yaml",
                "check the path, or copy configs/district.yaml",
            ),
        ) from None
    except UnicodeDecodeError as error:
        raise not_utf8(error, str(path)) from None
    except OSError as error:
        raise ConfigError(
            unreadable(error),
            where=str(path),
            hint=Text(
                "检查它是不是文件，以及是否有读取权限",
                "check that it is a file and that its permissions allow reading",
            ),
        ) from None
    return parse_document(text, str(path))


def not_utf8(error: UnicodeDecodeError, where: str) -> ConfigError:
    """Return what is said of a file that is no UTF-8 text."""
    return ConfigError(
        Text(f"不是 UTF-8 文字（第 {error.start} 字节）", f"not UTF-8 text (byte {error.start})"),
        where=where,
        hint=Text("请另存为 UTF-8", "save the file as UTF-8"),
    )


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
        said = error.problem or error.context or ""
        chinese = next((f"：{zh}" for start, zh in _YAML if said.startswith(start)), "")
        raise ConfigError(
            Text(f"不是正确的 YAML{chinese}", f"not valid YAML: {said}"),
            where=at,
            hint=Text(
                "查看这一行和上一行：缩进、冒号、引号、括号",
                "look at this line and the one above: indentation, colons, quotes, brackets",
            ),
        ) from None
    except yaml.YAMLError:
        raise ConfigError(
            Text(
                "不是正确的 YAML：含有不允许的字符",
                "not valid YAML: it holds a character that is not allowed",
            ),
            where=name,
            hint=Text("请另存为 UTF-8 纯文本", "save the file as plain UTF-8 text"),
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
            raise self._error(
                Text("嵌套太深", "nested too deeply"), line, Text("减少层次", "flatten the file")
            )
        if id(node) in self._open:
            raise self._error(
                Text("引用了自身", "refers to itself"),
                line,
                Text("删除这个别名", "remove the alias"),
            )
        if isinstance(node, yaml.CollectionNode) and node.tag not in _PLAIN_TAGS:
            raise self._error(
                Text(f"不允许使用标签“{node.tag}”", f"tag '{node.tag}' is not allowed"),
                line,
                Text("删除这个标签", "remove the tag"),
            )
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
                Text(f"“{node.value}”不是存在的日期或数", f"'{node.value}': {error}"),
                line,
                Text("改正，或加上引号", "correct it, or put it in quotes"),
            ) from None

    def _mapping(self, node: yaml.MappingNode, location: Location) -> dict[str, Any]:
        result: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key: Hashable = self._plain(key_node)
            line = key_node.start_mark.line + 1
            if not isinstance(key, str):
                raise self._error(
                    Text(f"键 {key!r} 不是文字", f"key {key!r} is not text"),
                    line,
                    Text("加上引号", "put it in quotes"),
                )
            if key in result:
                raise self._error(
                    Text(f"键“{key}”出现两次", f"key '{key}' appears twice"),
                    line,
                    Text("只保留一个", "keep one of the two"),
                )
            result[key] = self.build(value_node, (*location, key))
            self._lines[(*location, key)] = line
        return result

    def _error(self, message: Text, line: int, hint: Text) -> ConfigError:
        return ConfigError(message, where=f"{self._name}:{line}", hint=hint)
