"""Thresholds of rules: what is written at each level, what holds in a place, and whence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from monitor.detectors.rules import parse_parameters, rule_kinds
from monitor.detectors.rules.parameters import Parameter, Value
from monitor.domain.errors import InputError, KanhuError
from monitor.domain.places import Room
from monitor.domain.text import Text
from monitor.runtime.backtest.trial import parse_changes
from monitor.web.config_places import PlaceKind, find_place

_LEVELS = ("district", "institution", "room")


@dataclass(frozen=True, slots=True)
class Level:
    """Where a parameter may be written: ``kind`` is district, institution or room."""

    kind: str
    id: str = ""

    @classmethod
    def of(cls, place: str) -> Level:
        """Return the level that a form's ``place`` names, such as ``room.hall``.

        Raises:
            InputError: it names none.
        """
        if not place:
            return cls("district")
        kind, _, place_id = place.partition(".")
        if kind not in _LEVELS[1:] or not place_id:
            raise InputError(Text("没有这个地点", "there is no such place"), where="place")
        return cls(kind, place_id)


@dataclass(frozen=True, slots=True)
class Threshold:
    """One parameter of a rule in one place.

    ``own`` is what is written at this level, ``now`` the values in force in its rooms, least first,
    ``source`` the level from which a value comes there (``rule`` when nothing is written), and
    ``below`` how many of its rooms have one that is written nearer.
    """

    parameter: Parameter
    own: str
    now: tuple[Value, ...]
    source: str
    below: int


def thresholds(
    document: Any, level: Level, rule: str, rooms: Sequence[Room]
) -> tuple[Threshold, ...]:
    """Return the parameters of ``rule`` as they are in a place with these ``rooms``.

    Raises:
        InputError: there is no such rule.
        NotFoundError: there is no such place.
    """
    kind = rule_kinds().get(rule)
    if kind is None:
        raise InputError(Text("没有这条规则", "there is no such rule"), where="rule")
    chain = _chain(document, level)
    found = []
    for parameter in kind.parameters:
        name = parameter.name
        source = next(
            (item for item, rules in reversed(chain) if name in rules.get(rule, {})), "rule"
        )
        own = chain[-1][1].get(rule, {}).get(name)
        values = [_value(kind, room, name) for room in rooms]
        nearer = sum(_nearer(document, level, room, rule, name) for room in rooms)
        now = tuple(sorted({value for value in values if value is not None}))
        found.append(Threshold(parameter, _written(own), now, source, nearer))
    return tuple(found)


def change(document: Any, level: Level, rule: str, texts: Mapping[str, str]) -> None:
    """Write the parameters that a form gives at a level; an empty one is written no more."""
    owner = _owner(document, level)
    kinds = {parameter.name: parameter.kind for parameter in rule_kinds()[rule].parameters}
    rules = owner.get("rules")
    rules = rules if isinstance(rules, dict) else {}
    values = dict(rules.get(rule, {}))
    for name, text in texts.items():
        if text == _written(values.get(name)):
            continue
        if text:
            values[name] = _raw(text, kinds[name])
        else:
            values.pop(name, None)
    rules = {**rules, rule: values} if values else {k: v for k, v in rules.items() if k != rule}
    if rules:
        owner["rules"] = rules
    else:
        owner.pop("rules", None)


def mistakes(rule: str, texts: Mapping[str, str]) -> dict[str, Text]:
    """Return what is wrong with the parameters of a form, by name."""
    wrong = {}
    for name, text in texts.items():
        if text:
            try:
                parse_changes(rule, {name: text}, "rules")
            except InputError as error:
                wrong[name] = error.brief()
    return wrong


def concerns(level: Level, room: Room) -> bool:
    """Say whether a room lies within a level."""
    return level.kind == "district" or level.id in (room.institution_id, room.id)


def _chain(document: Any, level: Level) -> list[tuple[str, Mapping[str, Any]]]:
    """Return the levels that hold in a place, the nearest last."""
    chain = [("district", _rules(document))]
    if level.kind == "institution":
        chain.append(("institution", _rules(_owner(document, level))))
    elif level.kind == "room":
        found = find_place(document, PlaceKind.ROOM, level.id)
        home = find_place(document, PlaceKind.INSTITUTION, found.home)
        chain += [("institution", _rules(home.value)), ("room", _rules(found.value))]
    return chain


def _owner(document: Any, level: Level) -> dict[str, Any]:
    if level.kind == "district":
        top: dict[str, Any] = document
        return top
    return find_place(document, PlaceKind(level.kind), level.id).value


def _rules(owner: Mapping[str, Any]) -> Mapping[str, Any]:
    rules = owner.get("rules")
    return rules if isinstance(rules, dict) else {}


def _value(kind: Any, room: Room, name: str) -> Value | None:
    try:
        own = parse_parameters(kind.name, room.rules.get(kind.name, {}), f"room {room.id}")
    except KanhuError:
        return None
    value: Value = {**kind.defaults(room), **own}[name]
    return value


def _nearer(document: Any, level: Level, room: Room, rule: str, name: str) -> bool:
    """Say whether something nearer to a room than the level has its own value."""
    if level.kind == "room":
        return False
    chain = _chain(document, Level("room", room.id))
    below = chain[1:] if level.kind == "district" else chain[2:]
    return any(name in rules.get(rule, {}) for _, rules in below)


def _written(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


def _raw(text: str, kind: str) -> Any:
    if kind == "flag":
        return text == "true"
    try:
        number = float(text)
    except ValueError:
        return text
    return int(number) if number.is_integer() else number
