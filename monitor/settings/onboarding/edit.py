"""Changes to a YAML file that leave everything else of it, comments and layout, as it is.

Only the characters of a changed value are replaced, and new entries are written behind the last
one of their list. Whoever edits compares the result with what it should mean: a file written in
some way that is not understood here is then refused instead of damaged.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

from monitor.documents import Location

_STEP = 2
_ENDLESS = 1 << 30


@dataclass(frozen=True, slots=True)
class _Piece:
    start: int
    end: int
    depth: int
    text: str


@dataclass(slots=True)
class YamlEdit:
    """Changes to one YAML ``text``, collected and then written at once."""

    text: str
    _values: dict[Location, dict[str, Any]] = field(default_factory=dict)
    _items: dict[Location, list[Any]] = field(default_factory=dict)

    def set(self, mapping: Location, key: str, value: Any) -> None:
        """Give ``key`` of the mapping at ``mapping`` another value; the key may be new."""
        self._values.setdefault(mapping, {})[key] = value

    def add(self, sequence: Location, item: Any) -> None:
        """Put ``item`` behind the last one of the list at ``sequence``, which may be missing."""
        self._items.setdefault(sequence, []).append(item)

    def written(self) -> str:
        """Return the text with all changes."""
        root = yaml.compose(self.text, yaml.SafeLoader)
        if root is None:
            return self.text
        pieces = sorted(self._pieces(root), key=lambda piece: (piece.start, -piece.depth))
        parts: list[str] = []
        at = 0
        for piece in pieces:
            parts += [self.text[at : piece.start], piece.text]
            at = max(at, piece.end)
        return "".join((*parts, self.text[at:]))

    def _pieces(self, root: yaml.Node) -> Iterator[_Piece]:
        for location, values in self._values.items():
            node = _at(root, location)
            if isinstance(node, yaml.MappingNode):
                for key, value in values.items():
                    yield self._valued(node, key, value, len(location))
        for location, items in self._items.items():
            node = _at(root, location)
            if isinstance(node, yaml.SequenceNode) and node.value:
                yield self._longer(node, items, len(location))
            elif isinstance(home := _at(root, location[:-1]), yaml.MappingNode):
                yield self._valued(home, str(location[-1]), items, len(location))

    def _valued(self, node: yaml.MappingNode, key: str, value: Any, depth: int) -> _Piece:
        for known, present in node.value:
            if known.value == key:
                text = _flow(value)
                if isinstance(value, list) and not node.flow_style:
                    text = f"\n{_block(value, node.start_mark.column + _STEP)}"
                elif known.end_mark.index == present.start_mark.index - 1:
                    text = f" {text}"  # a value that was left out stands right behind the colon
                start, end = present.start_mark.index, present.end_mark.index
                return _Piece(start, end, depth, text)
        if node.flow_style:
            comma = ", " if node.value else ""
            place = node.end_mark.index - 1
            return _Piece(place, place, depth, f"{comma}{key}: {_flow(value)}")
        place = self._end_of_line(_last(node))
        return _Piece(place, place, depth, f"\n{_block({key: value}, node.start_mark.column)}")

    def _longer(self, node: yaml.SequenceNode, items: list[Any], depth: int) -> _Piece:
        if node.flow_style:
            place = node.end_mark.index - 1
            return _Piece(place, place, depth, "".join(f", {_flow(item)}" for item in items))
        place = self._end_of_line(_last(node))
        return _Piece(place, place, depth, f"\n{_block(items, node.start_mark.column)}")

    def _end_of_line(self, node: yaml.Node) -> int:
        end = node.end_mark.index
        if isinstance(node, yaml.ScalarNode) and node.style in ("|", ">"):
            return len(self.text[:end].rstrip())
        found = self.text.find("\n", end)
        return len(self.text) if found < 0 else found


def _at(root: yaml.Node, location: Location) -> yaml.Node | None:
    node: yaml.Node | None = root
    for part in location:
        if isinstance(node, yaml.MappingNode):
            node = next((value for key, value in node.value if key.value == part), None)
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int):
            node = node.value[part] if part < len(node.value) else None
        else:
            return None
    return node


def _last(node: yaml.Node) -> yaml.Node:
    while isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value:
        last = node.value[-1]
        node = last[1] if isinstance(node, yaml.MappingNode) else last
    return node


def _flow(value: Any) -> str:
    # Inside brackets it is quoted wherever brackets and commas would end it.
    text: str = yaml.safe_dump(
        [value], default_flow_style=True, allow_unicode=True, width=_ENDLESS, sort_keys=False
    )
    return text.strip()[1:-1]


def _block(value: Any, column: int) -> str:
    text: str = yaml.safe_dump(
        value, default_flow_style=False, allow_unicode=True, width=_ENDLESS, sort_keys=False
    )
    return "\n".join(" " * column + line for line in text.rstrip("\n").split("\n"))
