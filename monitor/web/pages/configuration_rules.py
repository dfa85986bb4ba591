"""Thresholds of rules by district, institution and room: tried on the last days, then saved."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from monitor.detectors.rules import rule_kinds
from monitor.documents import parse_document
from monitor.domain.errors import ConflictError, NotFoundError
from monitor.domain.places import Room
from monitor.domain.text import Text
from monitor.runtime.backtest.desk import MOST_DAYS
from monitor.runtime.backtest.runs import Run
from monitor.runtime.backtest.words import LIMIT
from monitor.runtime.config_desk import Draft
from monitor.settings.district import district_of
from monitor.settings.load import examined
from monitor.settings.revising.secrets import hidden_value
from monitor.web.access import Permission, check_district, require
from monitor.web.answer import page
from monitor.web.config_change import ask, desk_of, sound, way_back
from monitor.web.config_rules import Level, change, concerns, mistakes, thresholds
from monitor.web.directory import Directory
from monitor.web.form_data import Sent, SentForm
from monitor.web.form_token import check_form_token
from monitor.web.pages.backtest import run_days, run_place, run_result
from monitor.web.parameters import PlaceFilter
from monitor.web.site import Site, site_of
from monitor.web.visitor import Visitor

router = APIRouter(include_in_schema=False)
_Admin = Annotated[Visitor, require(Permission.CONFIGURE)]
_FIRST_RULE = "unattended_child"
_SET = "set."
_LONGEST_VALUE = 40


@router.get("/configuration/rules")
def show(
    request: Request, visitor: _Admin, place: PlaceFilter = "", rule: PlaceFilter = _FIRST_RULE
) -> Response:
    """Show a rule's parameters in a place, and the trial of what is being changed."""
    check_district(visitor)
    if (away := way_back(desk_of(site_of(request)))) is not None:
        return away
    written = {
        key.removeprefix(_SET): value[:_LONGEST_VALUE]
        for key, value in request.query_params.items()
        if key.startswith(_SET)
    }
    return _page(request, visitor, place, rule, written)


@router.post("/configuration/rules")
def alter(request: Request, visitor: _Admin, sent: SentForm) -> Response:
    """Say what is wrong with the values, try them, or show what saving them would change."""
    check_form_token(visitor.token, sent.text("token"))
    check_district(visitor)
    place, rule = sent.text("place", 90), sent.text("rule", 64)
    texts = _texts(rule, sent)
    wrong = mistakes(rule, texts)
    if wrong:
        return _page(request, visitor, place, rule, texts, wrong, status=422)
    site = site_of(request)
    level = Level.of(place)
    desk = desk_of(site)
    present = sound(desk)
    document = hidden_value(present.value)
    change(document, level, rule, texts)
    draft = desk.draft(present, document)
    back = _address(place, rule, texts)
    if sent.text("do") == "try":
        _start(site, visitor, draft, level, rule)
        return RedirectResponse(back, 303)
    return ask(
        request, visitor, draft, back=back, title="config.rules", complaints=draft.complaints
    )


def _texts(rule: str, sent: Sent) -> dict[str, str]:
    kind = rule_kinds().get(rule)
    if kind is None:
        raise NotFoundError(Text("没有这条规则", "there is no such rule"), where=rule)
    names = [parameter.name for parameter in kind.parameters]
    return {name: sent.text(f"{_SET}{name}", _LONGEST_VALUE) for name in names}


def _start(site: Site, visitor: Visitor, draft: Draft, level: Level, rule: str) -> None:
    """Replay the last days with the rules as they would be."""
    rooms = [room for room in _rooms_of(draft.text) if concerns(level, room)]
    watched = {room.id for room in site.context.backtests.rooms(visitor.scope)}
    chosen = [room for room in rooms if room.id in watched]
    if not chosen:
        raise ConflictError(
            Text("那里没有装有摄像机的房间", "no room with cameras lies there"), where=level.id
        )
    site.context.backtests.start(visitor.user.id, chosen, rule, {}, MOST_DAYS)


def _rooms_of(text: str) -> tuple[Room, ...]:
    settings, _ = examined(parse_document(text, "configuration"), Path("/"))
    return () if settings is None else district_of(settings, Path("/")).rooms


def _address(place: str, rule: str, texts: Mapping[str, str]) -> str:
    query = {"place": place, "rule": rule} | {f"{_SET}{name}": text for name, text in texts.items()}
    return f"/configuration/rules?{urlencode(query)}"


def _page(
    request: Request,
    visitor: Visitor,
    place: str,
    rule: str,
    written: Mapping[str, str],
    wrong: Mapping[str, Text] | None = None,
    status: int = 200,
) -> Response:
    site = site_of(request)
    present = sound(desk_of(site))
    level = Level.of(place)
    rooms = tuple(room for room in _rooms_of(present.text) if concerns(level, room))
    rows = thresholds(copy.deepcopy(present.value), level, rule, rooms)
    run = _run(site, visitor, rule, rooms)
    return page(
        request,
        "config_rules.html",
        status=status,
        place=place,
        level=level,
        rule=rule,
        rules=tuple(rule_kinds()),
        rows=rows,
        written={row.parameter.name: row.own for row in rows} | dict(written),
        wrong=wrong or {},
        directory=Directory(site.places.tree(visitor.scope)),
        run=run,
        run_place=run_place(run) if run else "",
        run_days=run_days(run),
        limit=LIMIT,
        tried=True,
        shown=None if run is None else run_result(site, run),
        position=site.feed.latest_id(),
    )


def _run(site: Site, visitor: Visitor, rule: str, rooms: tuple[Room, ...]) -> Run | None:
    """Return the person's latest trial if it was about this rule in these rooms."""
    run = site.context.backtests.run_of(visitor.user.id)
    if run is None or run.trial.rule != rule or run.trial.changes:
        return None
    return run if {room.id for room in run.trial.rooms} <= {room.id for room in rooms} else None
