"""Changing one item within the text of a template; everything around it stays as it was."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import yaml

from monitor.documents import Document, parse_document
from monitor.domain.errors import InputError, NotFoundError
from monitor.domain.text import Text

EDITABLE = ("severity", "text", "criterion", "na_when", "auto")
"""The parts of an item that a form may change."""


def item_values(source: str, item_id: str) -> dict[str, Any]:
    """Return one item of a template as plain values.

    Raises:
        ConfigError: the text is not YAML.
        NotFoundError: it has no such item.
    """
    document = parse_document(source, "template")
    found: dict[str, Any] = document.value["items"][_index(document, item_id)]
    return found


def with_item(source: str, item_id: str, changes: Mapping[str, Any]) -> str:
    """Return the text with some parts of an item changed; a part that is ``None`` is removed.

    Raises:
        ConfigError: the text is not YAML.
        NotFoundError: it has no such item.
        InputError: its items are not written as a list of blocks.
    """
    document = parse_document(source, "template")
    index = _index(document, item_id)
    item: dict[str, Any] = {**document.value["items"][index], **changes}
    item = {name: value for name, value in item.items() if value is not None}
    lines = source.splitlines()
    first = document.lines["items", index] - 1
    last = _end(document, index, lines)
    mark = lines[first]
    indent = len(mark) - len(mark.lstrip())
    if not mark.lstrip().startswith("- "):
        raise InputError(
            Text(
                "检查项没有写成以“- ”开头的块",
                "the items are not written as blocks that begin with '- '",
            ),
            where=item_id,
            hint=Text("请直接修改文本", "change the text itself"),
        )
    block = yaml.safe_dump(item, allow_unicode=True, sort_keys=False, width=1000).splitlines()
    written = [
        " " * indent + ("- " if number == 0 else "  ") + line for number, line in enumerate(block)
    ]
    return "\n".join([*lines[:first], *written, *lines[last:]]) + "\n"


def _index(document: Document, item_id: str) -> int:
    value = document.value
    items = value.get("items") if isinstance(value, dict) else None
    for index, item in enumerate(items if isinstance(items, list) else ()):
        if isinstance(item, dict) and item.get("id") == item_id:
            return index
    raise NotFoundError(
        Text(f"模板中没有检查项“{item_id}”", f"the template has no item '{item_id}'"), where=item_id
    )


def _end(document: Document, index: int, lines: list[str]) -> int:
    start = document.lines["items", index]
    later = [
        line
        for location, line in document.lines.items()
        if line > start
        and (location == ("items", index + 1) or (len(location) == 1 and location != ("items",)))
    ]
    end = min(later) - 1 if later else len(lines)
    while end > start and (not lines[end - 1].strip() or lines[end - 1].lstrip().startswith("#")):
        end -= 1  # comments above the next item belong to that one
    return end
