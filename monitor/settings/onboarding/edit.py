"""Changes to a YAML file that leave everything else of it, comments and layout, as it is.

Only the characters of a changed value are replaced, new entries are written behind the last one of
their list, and what is removed goes with its lines. Whoever edits compares the result with what it
should mean: a file written in some way that is not understood here is then refused instead of
damaged.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import yaml

from monitor.documents import Location
from monitor.settings.onboarding.dump import alone, block, flow, is_points

_STEP = 2


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
    _gone: dict[Location, set[str | int]] = field(default_factory=dict)

    def set(self, mapping: Location, key: str, value: Any) -> None:
        """Give ``key`` of the mapping at ``mapping`` another value; the key may be new."""
        self._values.setdefault(mapping, {})[key] = value

    def add(self, sequence: Location, item: Any) -> None:
        """Put ``item`` behind the last one of the list at ``sequence``, which may be missing."""
        self._items.setdefault(sequence, []).append(item)

    def remove(self, collection: Location, entry: str | int) -> None:
        """Take a key out of a mapping, or an item out of a list; something has to stay in it."""
        self._gone.setdefault(collection, set()).add(entry)

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
                    yield self._valued(node, key, value, location)
        for location, items in self._items.items():
            node = _at(root, location)
            if isinstance(node, yaml.SequenceNode) and node.value:
                yield self._longer(node, items, location)
            elif isinstance(home := _at(root, location[:-1]), yaml.MappingNode):
                yield self._valued(home, str(location[-1]), items, location[:-1])
        for location in self._gone:
            node = _at(root, location)
            if isinstance(node, yaml.CollectionNode):
                yield from self._removals(node, location)

    def _valued(self, node: yaml.MappingNode, key: str, value: Any, at: Location) -> _Piece:
        depth = len(at)
        for known, present in node.value:
            if known.value == key:
                text = flow(value) if node.flow_style else alone(value)
                if isinstance(value, list) and not node.flow_style and not is_points(value):
                    text = f"\n{block(value, node.start_mark.column + _STEP)}"
                if known.end_mark.index == present.start_mark.index - 1 and text[0] != "\n":
                    text = f" {text}"  # a value that was left out stands right behind the colon
                return self._instead(present, text, depth)
        if node.flow_style:
            comma = ", " if node.value else ""
            place = node.end_mark.index - 1
            return _Piece(place, place, depth, f"{comma}{flow(key)}: {flow(value)}")
        place = self._end_of_line(self._tail(node, at))
        return _Piece(place, place, depth, f"\n{block({key: value}, node.start_mark.column)}")

    def _instead(self, present: yaml.Node, text: str, depth: int) -> _Piece:
        """Replace a value; a block collection reaches to its last line, not to what follows it."""
        start, end = present.start_mark.index, present.end_mark.index
        if isinstance(present, yaml.CollectionNode) and not present.flow_style:
            end = self._end_of_line(_last(present))
            if not text.startswith("\n"):
                text = f" {text}"
            start = len(self.text[:start].rstrip())
        elif isinstance(present, yaml.ScalarNode) and present.style in ("|", ">"):
            end = self._end_of_line(present)
        return _Piece(start, end, depth, text)

    def _longer(self, node: yaml.SequenceNode, items: list[Any], at: Location) -> _Piece:
        if node.flow_style:
            place = node.end_mark.index - 1
            return _Piece(place, place, len(at), "".join(f", {flow(item)}" for item in items))
        place = self._end_of_line(self._tail(node, at))
        return _Piece(place, place, len(at), f"\n{block(items, node.start_mark.column)}")

    def _removals(self, node: yaml.CollectionNode, at: Location) -> Iterator[_Piece]:
        gone = self._gone[at]
        entries = list(_entries(node))
        marked = [name in gone for name, _, _ in entries]
        for first, last in _runs(marked):
            if node.flow_style:
                ends = last == len(entries) - 1
                start = entries[first - 1][2] if ends else entries[first][1]
                yield _Piece(
                    start.end_mark.index if ends else start.start_mark.index,
                    entries[last][2].end_mark.index
                    if ends
                    else entries[last + 1][1].start_mark.index,
                    len(at),
                    "",
                )
                continue
            begin, line = self._begin(node, entries[first][1])
            if self.text[line:begin].strip() and last + 1 < len(entries):
                # It begins behind the hyphen of an item: what follows moves up there.
                yield _Piece(begin, entries[last + 1][1].start_mark.index, len(at), "")
                continue
            for _, head, value in entries[first : last + 1]:
                line = self._begin(node, head)[1]
                end = min(self._end_of_line(_last(value)) + 1, len(self.text))
                yield _Piece(line, end, len(at), "")

    def _begin(self, node: yaml.CollectionNode, head: yaml.Node) -> tuple[int, int]:
        """Return where an entry begins, hyphen included, and where its line does."""
        start = head.start_mark.index
        if isinstance(node, yaml.SequenceNode):
            start = self.text.rfind("-", 0, start)
        return start, self.text.rfind("\n", 0, start) + 1

    def _tail(self, node: yaml.Node, at: Location) -> yaml.Node:
        """Return the last thing within ``node`` that stays."""
        while isinstance(node, yaml.CollectionNode) and not node.flow_style:
            gone = self._gone.get(at, set())
            kept = [entry for entry in _entries(node) if entry[0] not in gone]
            if not kept:
                break
            name, _, node = kept[-1]
            at = (*at, name)
        return node

    def _end_of_line(self, node: yaml.Node) -> int:
        end = node.end_mark.index
        if isinstance(node, yaml.ScalarNode) and node.style in ("|", ">"):
            return len(self.text[:end].rstrip())
        found = self.text.find("\n", end)
        return len(self.text) if found < 0 else found


def _entries(node: yaml.CollectionNode) -> Iterator[tuple[str | int, yaml.Node, yaml.Node]]:
    """Yield name, first node and value of every entry."""
    if isinstance(node, yaml.MappingNode):
        yield from ((key.value, key, value) for key, value in node.value)
    else:
        yield from ((number, item, item) for number, item in enumerate(node.value))


def _runs(marked: list[bool]) -> Iterator[tuple[int, int]]:
    start: int | None = None
    for number, mark in enumerate([*marked, False]):
        if mark and start is None:
            start = number
        elif not mark and start is not None:
            yield start, number - 1
            start = None


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
