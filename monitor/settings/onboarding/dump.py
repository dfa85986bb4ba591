"""Values as YAML in the manner of configuration files: short things on one line, lists by line."""

from __future__ import annotations

from typing import Any

import yaml

_ENDLESS = 1 << 30
_SHORT = 88


class _Neat(yaml.SafeDumper):
    """Writes points, names and short tables in brackets, and everything else line by line."""

    def represent(self, data: Any) -> None:
        node = self.represent_data(data)
        if isinstance(node, yaml.CollectionNode) and node.value:
            node.flow_style = False
        self.serialize(node)

    def ignore_aliases(self, _data: Any) -> bool:
        return True

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:  # noqa: ARG002
        return super().increase_indent(flow, False)

    def represent_sequence(self, tag: str, sequence: Any, flow_style: bool | None = None) -> Any:
        node = super().represent_sequence(tag, sequence, flow_style)
        node.flow_style = bool(node.value) and all(_is_point(item) for item in node.value)
        return node

    def represent_mapping(self, tag: str, mapping: Any, flow_style: bool | None = None) -> Any:
        node = super().represent_mapping(tag, mapping, flow_style)
        short = len(str(mapping)) <= _SHORT and "id" not in mapping
        node.flow_style = short and all(isinstance(item, yaml.ScalarNode) for _, item in node.value)
        return node


def is_points(value: Any) -> bool:
    """Say whether ``value`` is a list that reads best on one line: of plain values, of points."""
    return isinstance(value, list) and not any(
        isinstance(part, list | dict)
        for item in value
        for part in (item if isinstance(item, list) else [item])
    )


def _is_point(node: yaml.Node) -> bool:
    if isinstance(node, yaml.SequenceNode):
        return all(isinstance(item, yaml.ScalarNode) for item in node.value)
    return isinstance(node, yaml.ScalarNode)


def flow(value: Any) -> str:
    """Return ``value`` on one line, fit to stand within brackets."""
    # Inside brackets it is quoted wherever brackets and commas would end it.
    text: str = yaml.safe_dump(
        [_apart(value)],
        default_flow_style=True,
        allow_unicode=True,
        width=_ENDLESS,
        sort_keys=False,
    )
    return text.strip()[1:-1]


def alone(value: Any) -> str:
    """Return ``value`` on one line, fit to stand behind a colon outside of brackets."""
    if isinstance(value, list | dict):
        return flow(value)
    text: str = yaml.safe_dump(value, allow_unicode=True, width=_ENDLESS)
    text = text.removesuffix("\n").removesuffix("\n...")
    return flow(value) if "\n" in text else text


def block(value: Any, column: int) -> str:
    """Return ``value`` line by line, each line beginning at ``column``."""
    return "\n".join(" " * column + line for line in dumped(value).rstrip("\n").split("\n"))


def dumped(value: Any) -> str:
    """Return ``value`` as a document of its own."""
    text: str = yaml.dump(value, Dumper=_Neat, allow_unicode=True, width=_ENDLESS, sort_keys=False)
    return text


def _apart(value: Any) -> Any:
    """Return ``value`` with nothing in it twice, which would be written as an alias."""
    if isinstance(value, dict):
        return {key: _apart(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_apart(item) for item in value]
    return value
