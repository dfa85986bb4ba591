"""The form that takes a request about personal data down, read into what it means."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from enum import StrEnum
from typing import Annotated, TypeVar

from fastapi import Depends, Request
from starlette.datastructures import UploadFile

from monitor.domain.access import ScopeKind
from monitor.domain.data_requests import NewRequest, Particulars, Requester, Way, Wish
from monitor.domain.errors import InputError
from monitor.domain.text import Text
from monitor.web.visitor import Visitor

TEXTS = ("person", "unit", "contact", "proof", "letter", "purpose", "basis")
Choice = TypeVar("Choice", bound=StrEnum)
FIELDS = (*TEXTS, "requester", "wish", "way", "received", "start", "end", "confidential")
MOST_FILES = 5
_LONGEST = 2000
_MOST_FIELDS = 300


@dataclass(frozen=True, slots=True)
class SentRequest:
    """The form as a browser sent it."""

    token: str
    institution: str
    fields: dict[str, str]
    rooms: list[str]
    files: list[UploadFile]


async def _sent(request: Request) -> AsyncIterator[SentRequest]:
    async with request.form(max_files=MOST_FILES, max_fields=_MOST_FIELDS) as form:
        plain = {key: value for key, value in form.items() if isinstance(value, str)}
        yield SentRequest(
            token=plain.get("token", ""),
            institution=plain.get("institution", ""),
            fields={name: plain.get(name, "") for name in FIELDS},
            rooms=[room for room in form.getlist("rooms") if isinstance(room, str)],
            files=[file for file in form.getlist("files") if isinstance(file, UploadFile)],
        )


RequestForm = Annotated[SentRequest, Depends(_sent)]
"""The form, read whole."""


def new_request(
    given: dict[str, str], institution_id: str, rooms: list[str], visitor: Visitor, zone: tzinfo
) -> NewRequest:
    """Return the request that a filled-in form describes.

    Raises:
        InputError: a field does not say what it should; ``where`` names it.
    """
    return NewRequest(
        institution_id=institution_id,
        requester=_choice(Requester, given, "requester"),
        wish=_choice(Wish, given, "wish"),
        way=_choice(Way, given, "way"),
        received=_day(given["received"]),
        particulars=Particulars(**{name: given[name][:_LONGEST] for name in TEXTS}),
        rooms=tuple(rooms),
        start=moment_of(given["start"], "start", zone),
        end=moment_of(given["end"], "end", zone),
        confidential=bool(given["confidential"]) and visitor.scope.kind is ScopeKind.DISTRICT,
    )


def _choice(kind: type[Choice], given: dict[str, str], name: str) -> Choice:
    try:
        return kind(given[name])
    except ValueError:
        raise InputError(Text("请从列表中选择", "choose one of the list"), where=name) from None


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InputError(
            Text("这不是日期", "this is not a day"),
            where="received",
            hint=Text("如 2026-11-02", "2026-11-02"),
        ) from None


def moment_of(text: str, name: str, zone: tzinfo) -> datetime | None:
    """Return the moment that a field for local times holds, or ``None`` if it is empty.

    Raises:
        InputError: it holds none of ours; ``where`` is ``name``.
    """
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise InputError(
            Text("这不是时间", "this is not a time"),
            where=name,
            hint=Text("如 2026-11-02T09:30", "2026-11-02T09:30"),
        ) from None
    if not 2000 <= moment.year <= 2100:
        raise InputError(Text("这不是本地的时间", "this is not a time of ours"), where=name)
    return moment.replace(tzinfo=zone)
