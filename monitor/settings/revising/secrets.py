"""What of a configuration nobody is shown: hidden on the way out, put back on the way in.

A hidden text may be handed in again: as long as it stands where it stood, the secret that it stands
for stays. For another host a password has to be typed anew, so that nobody can have a camera's
password sent to a machine of their own without knowing it.
"""

from __future__ import annotations

import copy
import re
import types
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel, SecretStr

from monitor.documents import Complaint, Location, parse_document
from monitor.domain.text import Text
from monitor.settings.onboarding.edit import YamlEdit
from monitor.settings.schema import Settings
from monitor.streams.url import redact

MASK = "********"
CHANGED = "********(*)"
"""Stands for a secret that is another one than before."""

_EACH = "*"
_ADDRESSES = frozenset({"substream", "database_url"})
_USER = re.compile(
    r"^(?P<scheme>[A-Za-z][\w+.\-]*:/{2,})(?P<user>[^/?#]*)@(?P<rest>.*)$", re.DOTALL
)
_FIELD = re.compile(r"(?i)([?&](?:pass(?:word|wd)?|pwd|token|secret|auth|key|api_?key)=)([^&#]+)")
_VARIABLES = re.compile(r"(?:\$\{[A-Za-z_][A-Za-z0-9_]*\}|[/:@?=&.-])+")
_COMMENT = re.compile(r"(?m)(?:^|(?<=\s))#.*$")


@dataclass(frozen=True, slots=True)
class Spot:
    """A secret within a document; ``key`` is what it belongs to, wherever that has moved to."""

    location: Location
    key: Location
    text: str

    @property
    def address(self) -> bool:
        """Whether only a part of it is secret: that of an address."""
        return self.location[-1] in _ADDRESSES or "cameras" in self.location

    def hidden(self, mark: str = MASK) -> str:
        """Return it with ``mark`` in place of what is secret."""
        if not self.address:
            scheme, colon, rest = self.text.partition("://")
            if _VARIABLES.fullmatch(rest if colon else scheme):
                return self.text
            return f"{scheme}://{mark}" if colon else mark
        return _FIELD.sub(lambda field: field[1] + _veil(field[2], mark), _user(self.text, mark))


def spots(value: Any) -> tuple[Spot, ...]:
    """Return every secret of a document's plain ``value``, whether or not that is sound."""
    return tuple(found for path in _paths() for found in _along(value, path, (), ()))


def hidden_text(text: str, name: str, former: Any = None) -> str:
    """Return YAML ``text`` without its secrets, comments included.

    One that differs from the same one in ``former``, another document's value, is marked.

    Raises:
        ConfigError: the text is not sound YAML.
    """
    before = {spot.key: spot.text for spot in spots(former)}
    edit = YamlEdit(text)
    changed = False
    for spot in spots(parse_document(text, name).value):
        same = before.get(spot.key, spot.text) == spot.text
        shown = spot.hidden(MASK if same else CHANGED)
        if shown != spot.text and isinstance(spot.location[-1], str):
            edit.set(spot.location[:-1], spot.location[-1], shown)
            changed = True
    if changed:
        text = edit.written()
    return _COMMENT.sub(lambda comment: redact(comment[0]), text)


def hidden_value(value: Any) -> Any:
    """Return a document's plain ``value`` without its secrets."""
    result = copy.deepcopy(value)
    for spot in spots(result):
        _put(result, spot.location, spot.hidden())
    return result


def restored(value: Any, present: Any) -> tuple[Any, list[Complaint]]:
    """Return ``value`` with the secrets of ``present`` where it only has hidden ones.

    The complaints name those that have to be typed anew.
    """
    result = copy.deepcopy(value)
    known = {spot.key: spot for spot in spots(present)}
    missing: list[Complaint] = []
    for spot in spots(result):
        if MASK not in spot.text:
            continue
        former = known.get(spot.key)
        found = None if former is None else _kept(spot, former)
        if found is None:
            missing.append(
                Complaint(
                    spot.location,
                    Text(
                        "密码已隐藏，而这个地址没有已知的密码",
                        "the secret is hidden, and there is none known for this address",
                    ),
                    Text(
                        "请重新填写密码；只有用户名、主机和端口不变时才保留",
                        "type the password anew; it is kept only while user, host and port stay",
                    ),
                )
            )
        else:
            _put(result, spot.location, found)
    return result, missing


def _kept(spot: Spot, former: Spot) -> str | None:
    if former.hidden() == spot.text:
        return former.text
    mine, its = _USER.match(spot.text), _USER.match(former.text)
    if not spot.address or mine is None or its is None or MASK in mine["rest"]:
        return None
    if (
        _host(mine) != _host(its)
        or _user(former.text, MASK).partition("@")[0] != (spot.text.partition("@")[0])
    ):
        return None
    return f"{its['scheme']}{its['user']}@{mine['rest']}"


def _host(match: re.Match[str]) -> str:
    return re.split(r"[/?#]", match["rest"], maxsplit=1)[0].lower()


def _user(text: str, mark: str) -> str:
    match = _USER.match(text)
    if match is None:
        return text
    name, colon, password = match["user"].partition(":")
    shown = f"{name}:{_veil(password, mark)}" if colon else _veil(name, mark)
    return f"{match['scheme']}{shown}@{match['rest']}"


def _veil(secret: str, mark: str) -> str:
    return secret if not secret or _VARIABLES.fullmatch(secret) else mark


def _put(value: Any, location: Location, text: str) -> None:
    for part in location[:-1]:
        value = value[part]
    value[location[-1]] = text


def _along(value: Any, path: Location, at: Location, key: Location) -> Iterator[Spot]:
    if not path:
        if isinstance(value, str) and value:
            yield Spot(at, key, value)
        return
    head, rest = path[0], path[1:]
    if head == _EACH and isinstance(value, list):
        for number, item in enumerate(value):
            named = item.get("id") if isinstance(item, dict) else None
            # An id is the district's own: what it belongs to is found again wherever it is moved.
            whose = (at[-1], named) if isinstance(named, str) else (*key, number)
            yield from _along(item, rest, (*at, number), whose)
    elif head == _EACH and isinstance(value, Mapping):
        for name, item in value.items():
            yield from _along(item, rest, (*at, name), (*key, name))
    elif isinstance(value, Mapping) and head in value:
        yield from _along(value[head], rest, (*at, head), (*key, head))


@cache
def _paths() -> tuple[Location, ...]:
    """Return where the schema has secrets; :data:`_EACH` stands for every item of a list."""
    return tuple(_within(Settings, ()))


def _within(kind: Any, at: Location) -> Iterator[Location]:
    origin = get_origin(kind)
    if kind is SecretStr:
        yield at
    elif isinstance(kind, type) and issubclass(kind, BaseModel):
        for name, item in kind.model_fields.items():
            yield from _within(item.annotation, (*at, item.alias or name))
    elif origin is Annotated:
        yield from _within(get_args(kind)[0], at)
    elif origin in (Union, types.UnionType):
        for option in get_args(kind):
            yield from _within(option, at)
    elif origin in (tuple, list, dict):
        yield from _within(get_args(kind)[1 if origin is dict else 0], (*at, _EACH))
