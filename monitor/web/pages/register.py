"""The access register for auditors: search, check, take a year along."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Any, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Form, Query, Request
from starlette.responses import Response, StreamingResponse

from monitor.domain.access_register import AccessEntry, AccessKind, NewAccess
from monitor.domain.errors import InputError
from monitor.domain.text import Text
from monitor.store.access_register import AccessFilter
from monitor.web.access import Permission, require
from monitor.web.answer import page
from monitor.web.directory import Directory
from monitor.web.form_token import check_form_token
from monitor.web.parameters import PlaceFilter
from monitor.web.site import Site, site_of
from monitor.web.visitor import Visitor

router = APIRouter(prefix="/register", include_in_schema=False)
_Auditor = Annotated[Visitor, require(Permission.REGISTER)]
_Position = Annotated[int | None, Query(ge=1, le=2**62)]
_PER_PAGE = 50
_FIRST_YEAR, _LAST_YEAR = 2000, 2100
_COLUMNS = (
    "position",
    "at",
    "kind",
    "person",
    "unit",
    "account",
    "address",
    "institution",
    "alert",
    "reason",
    "what",
    "former",
    "hash",
)


@router.get("")
def show(
    request: Request,
    visitor: _Auditor,
    person: Annotated[str, Query(max_length=200)] = "",
    kind: str = "",
    institution: PlaceFilter = "",
    since: str = "",
    until: str = "",
    before: _Position = None,
    verify: bool = False,
) -> Response:
    """Search the register; with ``verify`` look through the whole chain as well."""
    site = site_of(request)
    chosen = {
        "person": person,
        "kind": kind,
        "institution": institution,
        "since": since,
        "until": until,
    }
    chosen = {key: value for key, value in chosen.items() if value}
    found = site.register.search(visitor.scope, _filter(site, chosen), before, _PER_PAGE)
    return page(
        request,
        "access_register.html",
        entries=found.entries,
        chosen=chosen,
        following=urlencode({**chosen, "before": found.next}) if found.next else None,
        first=before is None,
        first_page=urlencode(chosen),
        kinds=tuple(AccessKind),
        directory=Directory(site.places.tree(visitor.scope)),
        verdict=site.register.verify() if verify else None,
        year=site.context.now().astimezone(site.renderer.zone).year,
    )


@router.post("/export")
def export(
    request: Request,
    visitor: _Auditor,
    token: Annotated[str, Form()] = "",
    year: Annotated[int, Form(ge=_FIRST_YEAR, le=_LAST_YEAR)] = _FIRST_YEAR,
    form: Annotated[Literal["csv", "json"], Form()] = "csv",
    reason: Annotated[str, Form(max_length=2000)] = "",
) -> Response:
    """Send a year of the register; that it was taken along is put down, too."""
    check_form_token(visitor.token, token)
    site = site_of(request)
    start = datetime(year, 1, 1, tzinfo=site.renderer.zone)
    end = datetime(year + 1, 1, 1, tzinfo=site.renderer.zone)
    what = {"year": year, "form": form}
    site.register.put_down(
        NewAccess(AccessKind.REGISTER_EXPORTED, visitor.accessor, reason, what=what),
        site.context.now(),
    )
    entries = site.register.between(visitor.scope, start, end)
    body = _csv(entries) if form == "csv" else _json(entries)
    media = "text/csv; charset=utf-8" if form == "csv" else "application/json"
    headers = {"Content-Disposition": f'attachment; filename="access-register-{year}.{form}"'}
    return StreamingResponse(body, 200, headers, media)


def _filter(site: Site, chosen: dict[str, str]) -> AccessFilter:
    try:
        kinds = frozenset({AccessKind(chosen["kind"])}) if "kind" in chosen else frozenset()
    except ValueError:
        raise InputError(Text("没有这一类", "there is no such kind"), where="kind") from None
    until = _midnight(site, chosen, "until")
    return AccessFilter(
        kinds=kinds,
        person=chosen.get("person", ""),
        institution_id=chosen.get("institution", ""),
        since=_midnight(site, chosen, "since"),
        until=until + timedelta(days=1) if until else None,
    )


def _midnight(site: Site, chosen: dict[str, str], key: str) -> datetime | None:
    if key not in chosen:
        return None
    try:
        day = date.fromisoformat(chosen[key])
    except ValueError:
        raise InputError(
            Text("这不是日期", "this is not a day"),
            where=key,
            hint=Text("写作 2026-11-02", "write it as 2026-11-02"),
        ) from None
    if not _FIRST_YEAR <= day.year < _LAST_YEAR:
        raise InputError(Text("没有那段时间的登记", "there is no register of that time"), where=key)
    return datetime.combine(day, time(), site.renderer.zone)


def _row(entry: AccessEntry) -> dict[str, Any]:
    access = entry.access
    return {
        "position": entry.position,
        "at": entry.at.astimezone(UTC).isoformat(),
        "kind": access.kind.value,
        "person": access.who.person,
        "unit": access.who.unit,
        "account": access.who.account,
        "address": access.who.address,
        "institution": access.institution_id or "",
        "alert": access.alert_id if access.alert_id is not None else "",
        "reason": access.reason,
        "what": access.what,
        "former": entry.former,
        "hash": entry.hash,
    }


def _csv(entries: Iterator[AccessEntry]) -> Iterator[str]:
    # Without the mark spreadsheets take the Chinese for something else.
    yield f"\ufeff{','.join(_COLUMNS)}\r\n"
    for entry in entries:
        row = _row(entry)
        row["what"] = json.dumps(row["what"], ensure_ascii=False)
        buffer = io.StringIO()
        csv.writer(buffer).writerow([_inert(row[name]) for name in _COLUMNS])
        yield buffer.getvalue()


def _inert(value: Any) -> Any:
    # A spreadsheet must not take what somebody wrote for a formula.
    text = str(value)
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t")) else value


def _json(entries: Iterator[AccessEntry]) -> Iterator[str]:
    lead = "["
    for entry in entries:
        yield f"{lead}\n{json.dumps(_row(entry), ensure_ascii=False)}"
        lead = ","
    yield "\n]\n" if lead == "," else "[]\n"
