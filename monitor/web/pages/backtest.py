"""Trying a rule on the last days: a form of its parameters, and what would have fired."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import RedirectResponse, Response

from monitor.detectors.rules import rule_kinds, rule_parameters
from monitor.domain.access import DISTRICT
from monitor.domain.errors import InputError
from monitor.domain.places import Room
from monitor.domain.text import Text
from monitor.runtime.backtest.comparison import Fired, Would
from monitor.runtime.backtest.desk import MOST_DAYS
from monitor.runtime.backtest.runs import Phase, Run
from monitor.runtime.backtest.trial import parse_changes
from monitor.runtime.backtest.words import LIMIT, summary
from monitor.web.access import Permission, may, require
from monitor.web.answer import page
from monitor.web.directory import Directory
from monitor.web.form_token import check_form_token
from monitor.web.parameters import PlaceFilter
from monitor.web.site import Site, site_of
from monitor.web.timeline import rows
from monitor.web.visitor import Visitor

router = APIRouter(include_in_schema=False)
_FIRST_RULE = "unattended_child"
_INSTITUTION, _ROOM = "institution.", "room."
_SET = "set."
_MOST_LISTED = 200
_MOST_FIELDS = 100
_LONGEST_VALUE = 40
_Trier = Annotated[Visitor, require(Permission.BACKTEST)]


async def _form(request: Request) -> dict[str, str]:
    async with request.form(max_files=0, max_fields=_MOST_FIELDS) as form:
        return {key: str(value) for key, value in form.items()}


_Form = Annotated[dict[str, str], Depends(_form)]


@router.get("/backtest")
def show(
    request: Request,
    visitor: _Trier,
    place: PlaceFilter = "",
    rule: PlaceFilter = "",
    after: Annotated[str, Query(pattern=r"^([0-9]{1,5}s)?$")] = "",
) -> Response:
    """Show the form for a place and a rule, or else as for the person's latest run, and that.

    ``after`` is filled in where the measures of alarm quality suggest a longer wait.
    """
    site = site_of(request)
    run = site.context.backtests.run_of(visitor.user.id)
    written: dict[str, str] = {"after": after} if after else {}
    if run is not None and not place and not rule:
        place, rule = run_place(run), run.trial.rule
        written = _written(run)
    return _page(request, visitor, place, rule or _FIRST_RULE, written, run=run)


@router.post("/backtest")
def start(request: Request, visitor: _Trier, form: _Form) -> Response:
    """Begin a run with the parameters of the form."""
    check_form_token(visitor.token, form.get("token", ""))
    site = site_of(request)
    place, rule = form.get("place", ""), form.get("rule", "")
    written = {
        key.removeprefix(_SET): value.strip()[:_LONGEST_VALUE]
        for key, value in form.items()
        if key.startswith(_SET) and value.strip()
    }
    wrong = _wrong(site, rule, written)
    if wrong:
        days = form.get("days", "")
        return _page(request, visitor, place, rule, written, wrong=wrong, days=days, status=422)
    rooms = _rooms(site, visitor, place)
    try:
        days_back = int(form.get("days", ""))
    except ValueError:
        raise InputError(Text("这不是天数", "this is not a number of days"), where="days") from None
    site.context.backtests.start(visitor.user.id, rooms, rule, written, days_back)
    return RedirectResponse("/backtest", 303)


@router.post("/backtest/cancel")
def cancel(request: Request, visitor: _Trier, form: _Form) -> Response:
    """End the run that is named, because its page was left or a button pressed."""
    check_form_token(visitor.token, form.get("token", ""))
    site_of(request).context.backtests.cancel(visitor.user.id, form.get("run", ""))
    return RedirectResponse("/backtest", 303)


def _page(
    request: Request,
    visitor: Visitor,
    place: str,
    rule: str,
    written: Mapping[str, str],
    *,
    run: Run | None = None,
    wrong: Sequence[str] = (),
    days: str = "",
    status: int = 200,
) -> Response:
    site = site_of(request)
    desk = site.context.backtests
    settings = desk.settings(rule, _rooms(site, visitor, place))
    offered = {room.id for room in desk.rooms(visitor.scope)}
    return page(
        request,
        "backtest.html",
        status=status,
        directory=Directory(site.places.tree(visitor.scope)),
        offered=offered,
        place=place,
        rule=rule,
        rules=tuple(rule_kinds()),
        settings=settings,
        written=written,
        wrong=wrong,
        days=days or run_days(run),
        most_days=MOST_DAYS,
        run=run,
        run_place=run_place(run) if run else "",
        run_days=run_days(run),
        limit=LIMIT,
        shown=None if run is None else run_result(site, run),
        take_over=_take_over(site, visitor, run),
        position=site.feed.latest_id(),
    )


def _take_over(site: Site, visitor: Visitor, run: Run | None) -> str | None:
    """Return the form in which what was tried can be saved, if there is one for this person."""
    allowed = may(visitor, Permission.CONFIGURE) and visitor.scope == DISTRICT
    if run is None or not run.trial.changes or not allowed or site.context.config is None:
        return None
    tried = {f"{_SET}{name}": text for name, text in _written(run).items()}
    query = {"place": run_place(run), "rule": run.trial.rule} | tried
    return f"/configuration/rules?{urlencode(query)}"


def run_result(site: Site, run: Run) -> dict[str, object] | None:
    """Return what the template shows of a run that is done."""
    result = run.result
    if run.phase is not Phase.DONE or result is None:
        return None
    comparison = result.comparison
    listed: list[Fired | Would] = [
        *comparison.fired,
        *(item for item in comparison.would if item.new),
    ]
    listed.sort(key=lambda item: item.event.raised, reverse=True)
    return {
        "summary": summary(comparison),
        "comparison": comparison,
        "rows": tuple(rows(result.rooms, run.trial.window, site.renderer.zone)),
        "listed": tuple(listed[:_MOST_LISTED]),
        "more": max(len(listed) - _MOST_LISTED, 0),
        "hours": result.hours,
        "speed": result.speed,
        "elapsed": result.elapsed,
    }


def _rooms(site: Site, visitor: Visitor, place: str) -> tuple[Room, ...]:
    desk = site.context.backtests
    if place.startswith(_ROOM):
        return desk.rooms(visitor.scope, room=place.removeprefix(_ROOM))
    if place.startswith(_INSTITUTION):
        return desk.rooms(visitor.scope, institution=place.removeprefix(_INSTITUTION))
    return desk.rooms(visitor.scope)


def run_place(run: Run) -> str:
    """Return the place of a run as the form names it; empty where it was several."""
    rooms = run.trial.rooms
    institutions = {room.institution_id for room in rooms}
    if len(rooms) == 1:
        return f"{_ROOM}{rooms[0].id}"
    return f"{_INSTITUTION}{institutions.pop()}" if len(institutions) == 1 else ""


def run_days(run: Run | None) -> str:
    """Return over how many days a run goes, or the most if there is none."""
    if run is None:
        return str(MOST_DAYS)
    window = run.trial.window
    return str(round((window.end - window.start) / 86400))


def _wrong(site: Site, rule: str, written: Mapping[str, str]) -> list[str]:
    """Return the names of the parameters that cannot be as written."""
    known = {item.parameter.name for item in site.context.backtests.settings(rule, ())}
    wrong = []
    for name, text in written.items():
        try:
            parse_changes(rule, {name: text}, "backtest")
        except InputError:
            if name not in known:
                raise
            wrong.append(name)
    return wrong


def _written(run: Run) -> dict[str, str]:
    """Return the changes of a run as somebody would write them into the form."""
    kinds = {parameter.name: parameter.kind for parameter in rule_parameters()[run.trial.rule]}
    written = {}
    for name, value in run.trial.changes.items():
        if isinstance(value, bool):
            written[name] = "true" if value else "false"
        else:
            written[name] = f"{value:g}s" if kinds[name] == "duration" else f"{value:g}"
    return written
