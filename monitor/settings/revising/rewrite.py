"""A file's text brought to mean something else, with as little of it changed as possible."""

from __future__ import annotations

from typing import Any

from monitor.documents import Location, parse_document
from monitor.domain.errors import ConflictError
from monitor.domain.text import Text
from monitor.settings.onboarding.edit import YamlEdit

_KEY = "id"


def rewritten(text: str, name: str, wanted: dict[str, Any]) -> str:
    """Return YAML ``text`` changed so that it means ``wanted``; comments and layout stay.

    Things with an ``id`` are recognised by it. ``name`` is what messages call the file.

    Raises:
        ConfigError: the text is not sound YAML.
        ConflictError: it is written in a way that cannot be changed by program.
    """
    present = parse_document(text, name).value
    if same(present, wanted):
        return text
    edit = YamlEdit(text)
    if isinstance(present, dict):
        _mapping(edit, (), present, wanted)
    written = edit.written()
    if not same(parse_document(written, name).value, wanted):
        raise ConflictError(
            Text(
                "配置文件的写法无法由程序修改",
                "the district's file is written in a way that cannot be changed by program",
            ),
            where=name,
            hint=Text(
                "列表每项一行、以连字符开头，不用锚点和别名",
                "write lists with a hyphen a line, without anchors and aliases",
            ),
        )
    return written


def same(one: Any, other: Any) -> bool:
    """Say whether two plain values are the same, of the same types and in the same order."""
    if type(one) is not type(other):
        return False
    if isinstance(one, dict):
        return one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list):
        return len(one) == len(other) and all(map(same, one, other))
    return bool(one == other)


def _mapping(edit: YamlEdit, at: Location, present: dict[str, Any], wanted: dict[str, Any]) -> None:
    for key in present:
        if key not in wanted:
            edit.remove(at, key)
    for key, value in wanted.items():
        if key not in present or not same(present[key], value):
            _value(edit, at, key, present.get(key), value)


def _value(edit: YamlEdit, at: Location, key: str, present: Any, value: Any) -> None:
    if isinstance(present, dict) and isinstance(value, dict) and present.keys() & value.keys():
        _mapping(edit, (*at, key), present, value)
    elif not (
        isinstance(present, list)
        and isinstance(value, list)
        and _by_id(edit, (*at, key), present, value)
    ):
        edit.set(at, key, value)


def _by_id(edit: YamlEdit, at: Location, present: list[Any], wanted: list[Any]) -> bool:
    """Edit item by item, if they have ids and those that stay keep their order; else do nothing."""
    before, after = _ids(present), _ids(wanted)
    if before is None or after is None:
        return False
    kept = [item for item in before if item in set(after)]
    if not kept or after[: len(kept)] != kept:
        return False
    for number, item in enumerate(present):
        if before[number] not in kept:
            edit.remove(at, number)
            continue
        other = wanted[after.index(before[number])]
        if not same(item, other):
            _mapping(edit, (*at, number), item, other)
    for item in wanted[len(kept) :]:
        edit.add(at, item)
    return True


def _ids(items: list[Any]) -> list[Any] | None:
    if not all(isinstance(item, dict) and isinstance(item.get(_KEY), str) for item in items):
        return None
    found = [item[_KEY] for item in items]
    return found if len(set(found)) == len(found) else None
