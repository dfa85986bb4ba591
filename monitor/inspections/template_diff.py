"""What differs between two versions of a template, for whoever has to approve the newer one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass
from enum import Enum
from typing import Any

from monitor.inspections.template import Template


@dataclass(frozen=True, slots=True)
class Difference:
    """One difference: in which item (empty for the template itself), at which field."""

    item: str
    field: str
    before: str
    after: str


def differences(old: Template, new: Template) -> tuple[Difference, ...]:
    """Return every difference in meaning, those of the whole template first, then item by item.

    Comments and the order of keys do not count; an item that is new or gone has the field
    ``item``.
    """
    return (*_whole(old, new), *_items(old, new))


def _whole(old: Template, new: Template) -> Iterator[Difference]:
    for name in ("effective_from", "effective_to"):
        yield from _field("", name, getattr(old, name), getattr(new, name))
    for part in ("id", "version", "title", "notice"):
        yield from _field("", part, getattr(old.mark, part), getattr(new.mark, part))
    for item in fields(old.rules):
        one, other = getattr(old.rules, item.name), getattr(new.rules, item.name)
        if isinstance(one, dict) and isinstance(other, dict):
            for key in dict.fromkeys((*one, *other)):
                yield from _field("", f"{item.name}.{key}", one.get(key), other.get(key))
            continue
        yield from _field("", item.name, one, other)
    for name in ("sections", "sources"):
        before = {part.id: part for part in getattr(old, name)}
        after = {part.id: part for part in getattr(new, name)}
        for key in dict.fromkeys((*before, *after)):
            yield from _field("", f"{name}.{key}", before.get(key), after.get(key))
    if [item.id for item in old.items] != [item.id for item in new.items]:
        common_old = [item.id for item in old.items if item.id in {i.id for i in new.items}]
        common_new = [item.id for item in new.items if item.id in {i.id for i in old.items}]
        yield from _field("", "order", common_old, common_new)


def _items(old: Template, new: Template) -> Iterator[Difference]:
    before = {item.id: item for item in old.items}
    after = {item.id: item for item in new.items}
    for key in dict.fromkeys((*after, *before)):
        one, other = before.get(key), after.get(key)
        if one is None or other is None:
            text = (other or one or new.items[0]).text
            shown = f"{text.zh} / {text.en}"
            yield Difference(key, "item", "" if one is None else shown, shown if other else "")
            continue
        for part in fields(one):
            yield from _field(key, part.name, getattr(one, part.name), getattr(other, part.name))


def _field(item: str, name: str, before: Any, after: Any) -> Iterator[Difference]:
    if before != after:
        yield Difference(item, name, _shown(before), _shown(after))


def _shown(value: Any) -> str:
    if value is None:
        return "–"
    if isinstance(value, Enum):
        return str(value.value)
    if is_dataclass(value) and not isinstance(value, type):
        parts = ((part.name, getattr(value, part.name)) for part in fields(value))
        return "; ".join(f"{name}: {_shown(part)}" for name, part in parts)
    if isinstance(value, dict):
        return "; ".join(f"{_shown(key)}: {_shown(part)}" for key, part in value.items())
    if isinstance(value, list | tuple):
        return ", ".join(_shown(part) for part in value)
    return f"{value:g}" if isinstance(value, float) else str(value)
