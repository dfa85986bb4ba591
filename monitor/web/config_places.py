"""Institutions, rooms and cameras of a configuration document as forms have them.

A form only ever changes what was changed in it: a field that comes back as it was shown leaves the
document's own way of writing alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from monitor.documents import Complaint, Location
from monitor.domain.errors import InputError, NotFoundError
from monitor.domain.hours import WEEKDAYS
from monitor.domain.places import ClassType, NoticeState, RoomType
from monitor.domain.text import Text


class PlaceKind(StrEnum):
    """What a form is about."""

    INSTITUTION = "institution"
    ROOM = "room"
    CAMERA = "camera"


LISTS = {
    PlaceKind.INSTITUTION: "institutions",
    PlaceKind.ROOM: "rooms",
    PlaceKind.CAMERA: "cameras",
}
HOMES = {PlaceKind.ROOM: PlaceKind.INSTITUTION, PlaceKind.CAMERA: PlaceKind.ROOM}


@dataclass(frozen=True, slots=True)
class Field:
    """One value of a place: the ``key`` in the document and how a form writes it."""

    key: str
    kind: str
    choices: tuple[str, ...] = ()
    family: str = ""
    needed: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """Return the names of its inputs."""
        if self.kind == "name":
            return (f"{self.key}_zh", f"{self.key}_en")
        if self.kind == "week":
            return tuple(f"{self.key}_{day}" for day in WEEKDAYS)
        return (self.key,)


_NAME = Field("name", "name", needed=True)
_HOURS = (Field("opening_hours", "week"), Field("nap_times", "spans"))
FIELDS: Mapping[PlaceKind, tuple[Field, ...]] = {
    PlaceKind.INSTITUTION: (
        _NAME,
        Field("community", "text"),
        Field("address", "text"),
        Field("contact_name", "text"),
        Field("contact_phone", "text"),
        Field("approved_capacity", "count"),
        Field("notice_number", "text"),
        Field("notice_state", "choice", tuple(NoticeState), "notice_state."),
        Field("notice_expires", "day"),
        *_HOURS,
    ),
    PlaceKind.ROOM: (
        _NAME,
        Field("type", "choice", tuple(RoomType), "room_type.", needed=True),
        Field("class", "choice", ("", *ClassType), "class_type."),
        Field("capacity", "count"),
        Field("person_capacity", "count"),
        *_HOURS,
    ),
    PlaceKind.CAMERA: (
        _NAME,
        Field("url", "address", needed=True),
        Field("substream", "address"),
        Field("analysis_fps", "number"),
        Field("enabled", "flag"),
    ),
}
_USUAL = {"enabled": True, "notice_state": NoticeState.APPLYING.value, "analysis_fps": 5}


@dataclass(frozen=True, slots=True)
class Found:
    """A place in a document: its own mapping, and where it lies. ``home`` is its parent's id."""

    kind: PlaceKind
    value: dict[str, Any]
    location: Location
    home: str = ""


def places(document: Any, kind: PlaceKind) -> Iterator[Found]:
    """Yield all places of a kind in a document, in its order."""
    parent = HOMES.get(kind)
    owners = [Found(kind, document, ())] if parent is None else list(places(document, parent))
    for owner in owners:
        items = owner.value.get(LISTS[kind])
        for number, item in enumerate(items if isinstance(items, list) else ()):
            if isinstance(item, dict):
                home = "" if parent is None else str(owner.value.get("id"))
                yield Found(kind, item, (*owner.location, LISTS[kind], number), home)


def find_place(document: Any, kind: PlaceKind, place_id: str) -> Found:
    """Return the place with this id.

    Raises:
        NotFoundError: there is none.
    """
    for found in places(document, kind):
        if found.value.get("id") == place_id:
            return found
    raise NotFoundError(Text(f"没有这样的 {kind}", f"there is no such {kind}"), where=place_id)


def add_place(document: Any, kind: PlaceKind, home: str, place_id: str) -> Found:
    """Put a new place behind the last one of its home, and return it.

    Raises:
        NotFoundError: there is no such home.
    """
    parent = HOMES.get(kind)
    owner = Found(kind, document, ()) if parent is None else find_place(document, parent, home)
    if not isinstance(owner.value.get(LISTS[kind]), list):
        owner.value[LISTS[kind]] = []
    items = owner.value[LISTS[kind]]
    items.append({"id": place_id})
    return Found(kind, items[-1], (*owner.location, LISTS[kind], len(items) - 1), home)


def remove_place(document: Any, found: Found) -> None:
    """Take a place out of its document; an empty list goes with it."""
    *path, name, number = found.location
    for part in path:
        document = document[part]
    del document[name][number]
    if not document[name] and found.kind is not PlaceKind.INSTITUTION:
        del document[name]


def written(kind: PlaceKind, value: Mapping[str, Any]) -> dict[str, str]:
    """Return the inputs of a form, by their names, as they are first shown."""
    return {
        name: text for field in FIELDS[kind] for name, text in _shown(field, value.get(field.key))
    }


def take(found: Found, sent: Mapping[str, str], shown: Mapping[str, str]) -> None:
    """Bring what was changed in a form into its place; ``shown`` is what the form began with."""
    for field in FIELDS[found.kind]:
        texts = {name: sent[name] for name in field.names}
        if all(shown.get(name, "") == text for name, text in texts.items()):
            continue
        value = _read(field, list(texts.values()), found.value.get(field.key))
        if value is None:
            found.value.pop(field.key, None)
        else:
            found.value[field.key] = value


def told(
    complaints: tuple[Complaint, ...], found: Found
) -> tuple[dict[str, Text], list[Complaint]]:
    """Return what is wrong by the key of its field, and what is wrong elsewhere."""
    fields = {field.key for field in FIELDS[found.kind]} | {"id"}
    mine: dict[str, Text] = {}
    others: list[Complaint] = []
    depth = len(found.location)
    for item in complaints:
        inside = item.location[:depth] == found.location and len(item.location) > depth
        key = str(item.location[depth]) if inside else ""
        if key in fields:
            mine.setdefault(key, item.brief())
        else:
            others.append(item)
    return mine, others


def _shown(field: Field, value: Any) -> Iterator[tuple[str, str]]:
    if field.kind == "name":
        both = value if isinstance(value, dict) else {"zh": value, "en": value}
        yield from ((f"{field.key}_{tag}", _text(both.get(tag))) for tag in ("zh", "en"))
    elif field.kind == "week":
        week = value if isinstance(value, dict) else dict.fromkeys(WEEKDAYS[:5], value)
        yield from ((f"{field.key}_{day}", _spans(week.get(day))) for day in WEEKDAYS)
    elif field.kind == "spans":
        yield field.key, _spans(value)
    elif field.kind == "flag":
        yield field.key, "no" if value is False else "yes"
    else:
        yield field.key, _text(_USUAL.get(field.key) if value is None else value)


def _read(field: Field, texts: list[str], present: Any) -> Any:
    text = texts[0]
    if field.kind == "name":
        return _names(texts, present)
    if field.kind == "week":
        return _week(texts)
    if field.kind == "spans":
        return _parts(text) if text else None
    if field.kind == "flag":
        return text != "no"
    if not text:
        return None
    return _KINDS.get(field.kind, str)(text)


def _names(texts: list[str], present: Any) -> Any:
    zh, en = texts
    if zh == en and not isinstance(present, dict):
        return zh or None
    return {"zh": zh, "en": en}


def _week(texts: list[str]) -> Any:
    days = {day: _parts(text) for day, text in zip(WEEKDAYS, texts, strict=True) if text}
    workdays = [days.get(day) for day in WEEKDAYS[:5]]
    if len(days) == 5 and workdays[0] is not None and all(one == workdays[0] for one in workdays):
        return workdays[0]
    return days or None


def _parts(text: str) -> Any:
    parts = [part.strip() for part in text.replace("，", ",").split(",")]
    return parts[0] if len(parts) == 1 else parts


def _spans(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(_text(item) for item in value)
    return _text(value)


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def _number(text: str) -> Any:
    try:
        number = float(text)
    except ValueError:
        return text
    return int(number) if number.is_integer() else number


def _day(text: str) -> Any:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return text


_KINDS: Mapping[str, Callable[[str], Any]] = {"count": _number, "number": _number, "day": _day}


def kind_of(text: str) -> PlaceKind:
    """Return the kind that is named.

    Raises:
        InputError: there is none.
    """
    try:
        return PlaceKind(text)
    except ValueError:
        raise InputError(
            Text("没有这种地点", "there is no such kind of place"), where="kind"
        ) from None
