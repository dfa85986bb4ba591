"""Areas in a camera's picture: zones, masks, blind areas and lines, to and from the editor."""

from __future__ import annotations

import json
from typing import Any

from monitor.domain.errors import InputError
from monitor.domain.text import Text

PARTS = ("zones", "masks", "blind", "lines")
_ZONE = ("id", "kind", "capacity", "polygon")
_LINE = ("id", "from", "to", "kind", "inward", "leads_to")
_MOST = 64


def areas_of(camera: dict[str, Any]) -> dict[str, list[Any]]:
    """Return the areas of a camera of a document, as the editor takes them."""
    return {part: _list(camera.get(part)) for part in PARTS}


def read_areas(text: str) -> dict[str, list[Any]]:
    """Return the areas that the editor sent.

    Raises:
        InputError: it is not what the editor sends.
    """
    try:
        sent = json.loads(text)
        json.dumps(sent, ensure_ascii=False).encode()  # half a character is none
    except (ValueError, RecursionError):
        sent = None
    if not isinstance(sent, dict) or any(len(_list(sent.get(part))) > _MOST for part in PARTS):
        raise InputError(Text("这不是区域", "these are no areas"), where="areas")
    return {
        "zones": [_chosen(item, _ZONE) for item in _list(sent.get("zones"))],
        "masks": [_polygon(item) for item in _list(sent.get("masks"))],
        "blind": [_polygon(item) for item in _list(sent.get("blind"))],
        "lines": [_chosen(item, _LINE) for item in _list(sent.get("lines"))],
    }


def put_areas(camera: dict[str, Any], areas: dict[str, list[Any]]) -> None:
    """Bring areas into a camera of a document; what was not changed stays as it is written."""
    for part in PARTS:
        present, wanted = _list(camera.get(part)), areas[part]
        merged = [_kept(item, present, number) for number, item in enumerate(wanted)]
        if merged:
            camera[part] = merged
        else:
            camera.pop(part, None)


def _kept(item: Any, present: list[Any], number: int) -> Any:
    """Return what is written already where it says the same: 1 and 1.0 are one place."""
    if isinstance(item, dict):
        found = next((one for one in present if one.get("id") == item.get("id")), None)
        if found is None:
            return item
        rest = {key: value for key, value in found.items() if key not in (*_ZONE, *_LINE)}
        same = {key: value for key, value in found.items() if item.get(key) == value}
        return {**found, **item, **same, **rest} if same != found else found
    return next((one for one in present[number : number + 1] if one == item), item)


def _chosen(item: Any, keys: tuple[str, ...]) -> Any:
    if not isinstance(item, dict):
        raise InputError(Text("这不是区域", "this is no area"), where="areas")
    return {key: item[key] for key in keys if item.get(key) not in (None, "")}


def _polygon(item: Any) -> list[Any]:
    if not isinstance(item, list):
        raise InputError(Text("这不是区域", "this is no area"), where="areas")
    return item


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
