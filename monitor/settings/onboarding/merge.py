"""What the rows of a spreadsheet change in a district's file: nothing that they do not name."""

from __future__ import annotations

import copy
import hashlib
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from monitor.documents import Location
from monitor.domain.places import PRIVATE_ROOMS
from monitor.domain.text import Text
from monitor.settings.onboarding.columns import BY_NAME, Column, Level
from monitor.settings.onboarding.edit import YamlEdit
from monitor.settings.onboarding.sheet import Row, Sheet

_LISTS = {Level.INSTITUTION: "institutions", Level.ROOM: "rooms", Level.CAMERA: "cameras"}
_NOT_VALUES = frozenset({"id", "name", "name_en", "username", "password"})
_PRIVATE = Text(
    "盥洗室、更衣室、哺乳室内不得安装摄像机（国务院令第 799 号第八条）",
    "no camera may be in a washroom, changing or nursing room (State Council Order 799, article 8)",
)
_NO_SUCH_ID = Text("没有这个编号", "there is no such id")
_NO_NAME = Text("没有填写名称", "the name is missing")
_VARIABLE = re.compile(r"\$\{[A-Za-z_][A-Za-z0-9_]*\}")


@dataclass(frozen=True, slots=True)
class Origin:
    """The row, and where it is one value also the column, that something comes from."""

    row: int
    column: Column | None = None


@dataclass(slots=True)
class _Place:
    level: Level
    value: dict[str, Any]
    location: Location
    fresh: bool
    said: dict[str, int] = field(default_factory=dict)
    changed: bool = False


@dataclass(slots=True)
class Merge:
    """``value`` is what the file shall mean, ``edit`` how its text comes to say so."""

    sheet: Sheet
    value: dict[str, Any]
    edit: YamlEdit
    origins: dict[Location, Origin] = field(default_factory=dict)
    _places: dict[Location, _Place] = field(default_factory=dict)
    _homes: dict[str, Location] = field(default_factory=dict)
    _refused: set[Location] = field(default_factory=set)

    def run(self) -> None:
        """Take in every row; what contradicts is noted in the sheet's problems."""
        if not isinstance(self.value.get("institutions"), list):
            self.value["institutions"] = []
        self._remember_cameras()
        for row in self.sheet.rows:
            home: _Place | None = None
            for level in Level:
                said = row.of(level)
                if not said:
                    break
                home = self._place(level, row, said, home)
                if home is None:
                    break
                self._say(home, row, said)

    def counts(self) -> dict[str, dict[str, int]]:
        """Return how many of each level are added, changed and unchanged."""
        states = Counter(
            (place.level, "added" if place.fresh else "changed" if place.changed else "unchanged")
            for place in self._places.values()
        )
        return {
            level.value: {
                state: states[level, state] for state in ("added", "changed", "unchanged")
            }
            for level in Level
        }

    def _remember_cameras(self) -> None:
        for i, institution in enumerate(self.value["institutions"]):
            for j, room in enumerate(_list(institution, "rooms")):
                for camera in _list(room, "cameras"):
                    if isinstance(camera, dict):
                        home: Location = ("institutions", i, "rooms", j)
                        self._homes[str(camera.get("id"))] = home

    def _place(
        self, level: Level, row: Row, said: dict[str, Any], home: _Place | None
    ) -> _Place | None:
        at: Location = (*(home.location if home else ()), _LISTS[level])
        siblings = self._siblings(home, level)
        number = _found(siblings, said)
        if number is None:
            if "name" not in said:
                key, message = ("id", _NO_SUCH_ID) if "id" in said else ("name", _NO_NAME)
                self.sheet.complain(row.number, BY_NAME[level, key], message)
                return None
            return self._added(level, row, said, home, siblings)
        location = (*at, number)
        if location not in self._places:
            self._places[location] = _Place(level, siblings[number], location, fresh=False)
            self.origins[location] = Origin(row.number)
        return self._places[location]

    def _siblings(self, home: _Place | None, level: Level) -> list[Any]:
        owner = self.value if home is None else home.value
        if not isinstance(owner.get(_LISTS[level]), list):
            owner[_LISTS[level]] = []
        siblings: list[Any] = owner[_LISTS[level]]
        return siblings

    def _added(
        self,
        level: Level,
        row: Row,
        said: dict[str, Any],
        home: _Place | None,
        siblings: list[Any],
    ) -> _Place | None:
        at = home.location if home else ()
        identifier = said.get("id") or _made_id(home.value["id"] if home else "", said["name"])
        missing = {Level.ROOM: "type", Level.CAMERA: "url"}.get(level)
        if missing and missing not in said:
            self._refuse(level, row, missing, Text("必填", "is needed"), (*at, said["name"]))
            return None
        if level is Level.CAMERA and home is not None and home.value.get("type") in PRIVATE_ROOMS:
            self.sheet.complain(row.number, BY_NAME[level, "name"], _PRIVATE)
            return None
        if level is Level.CAMERA and self._homes.setdefault(identifier, at) != at:
            self.sheet.complain(
                row.number,
                BY_NAME[level, "id"],
                Text(
                    "另一个房间已有这个编号的摄像机；摄像机换房间请先在配置文件中移动",
                    "a camera of another room has this id; to move a camera, move it in the file",
                ),
            )
            return None
        location = (*at, _LISTS[level], len(siblings))
        place = _Place(level, {"id": identifier}, location, fresh=True)
        siblings.append(place.value)
        if home is None or not home.fresh:
            self.edit.add((*at, _LISTS[level]), place.value)
        self._places[location] = place
        self.origins[location] = Origin(row.number)
        return place

    def _refuse(self, level: Level, row: Row, key: str, message: Text, place: Location) -> None:
        """Complain once of what cannot be added: not of a cell that is wrong, nor row by row."""
        column = BY_NAME[level, key]
        if column not in row.wrong and place not in self._refused:
            self.sheet.complain(row.number, column, message)
        self._refused.add(place)

    def _say(self, place: _Place, row: Row, said: dict[str, Any]) -> None:
        if "name" in said:
            column = "name_en" if "name_en" in said else "name"
            self._set(place, row, "name", _names(place.value.get("name"), said), column)
        for key, value in said.items():
            if key in _NOT_VALUES:
                continue
            if key in ("url", "substream"):
                value = _signed_in(value, said)
            self._set(place, row, key, value, key)

    def _set(self, place: _Place, row: Row, key: str, value: Any, column: str) -> None:
        before = place.value.get(key)
        where = BY_NAME[place.level, column]
        if before != value and key in place.said:
            self.sheet.complain(row.number, where, _contradiction(place.said[key]))
            return
        place.said.setdefault(key, row.number)
        self.origins[(*place.location, key)] = Origin(row.number, where)
        if before == value:
            return
        place.value[key] = value
        if not place.fresh:
            place.changed = True
            self.edit.set(place.location, key, copy.deepcopy(value))


def _list(owner: Any, key: str) -> Iterator[Any]:
    items = owner.get(key) if isinstance(owner, dict) else None
    yield from items if isinstance(items, list) else ()


def _found(siblings: list[Any], said: dict[str, Any]) -> int | None:
    """Return which sibling a row means: by id where it gives one, else by name."""
    for number, sibling in enumerate(siblings):
        if not isinstance(sibling, dict):
            continue
        if "id" in said:
            if str(sibling.get("id")) == said["id"]:
                return number
        elif said.get("name") in _spellings(sibling.get("name")):
            return number
    return None


def _spellings(name: Any) -> tuple[Any, ...]:
    return tuple(name.values()) if isinstance(name, dict) else (name,)


def _names(present: Any, said: dict[str, Any]) -> Any:
    name, english = said["name"], said.get("name_en")
    if english is not None:
        return {"zh": name, "en": english}
    if name in _spellings(present):
        return present  # it was found by this name: no reason to forget the other one
    return {**present, "zh": name} if isinstance(present, dict) else name


def _made_id(home: str, name: str) -> str:
    digest = hashlib.sha256(f"{home}\n{name}".encode()).hexdigest()[:10]
    words = re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:40]
    return f"{words}-{digest}" if words else f"k-{digest}"


def _signed_in(url: str, said: dict[str, Any]) -> str:
    user, password = said.get("username"), said.get("password", "")
    scheme, mark, rest = url.partition("://")
    if user is None or not mark or "@" in rest:
        return url
    kept = password if _VARIABLE.fullmatch(password) else quote(password, safe="")
    colon = f":{kept}" if password else ""
    return f"{scheme}://{quote(user, safe='')}{colon}@{rest}"


def _contradiction(row: int) -> Text:
    return Text(f"与第 {row} 行不一致", f"differs from row {row}")
