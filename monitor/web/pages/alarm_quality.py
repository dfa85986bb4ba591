"""Alarm quality: what the alarms of a month asked of people, on a page and on paper."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query, Request
from markupsafe import Markup
from starlette.responses import Response

from monitor.domain.errors import InputError
from monitor.domain.text import Language, Text
from monitor.inspections.period import shifted
from monitor.inspections.reports.alarm_quality import (
    Names,
    render_alarm_quality,
    verdict_picture,
)
from monitor.inspections.schedule import month_at, parse_month, slot_of
from monitor.web.access import Permission, require
from monitor.web.answer import page
from monitor.web.directory import Directory
from monitor.web.site import Site, site_of
from monitor.web.visitor import Visitor, language_of
from monitor.web.wording import rule_name

router = APIRouter(include_in_schema=False)
_Watcher = Annotated[Visitor, require(Permission.WATCH)]
_People = Annotated[int, Query(ge=1, le=50)]


@router.get("/alarm-quality")
def show(request: Request, visitor: _Watcher, month: str = "", people: _People = 1) -> Response:
    """Show the measures of a month, and what would relieve those who answer."""
    site = site_of(request)
    this_month, chosen = _month(site, month)
    found = site.alarms.month(visitor.scope, chosen, people)
    language = language_of(request)
    directory = Directory(site.places.tree(visitor.scope))
    return page(
        request,
        "alarm_quality.html",
        directory=directory,
        picture=verdict_picture(found.quality, _names(site, directory, language), language),
        drawn=Markup,
        found=found,
        tried=site.relief_trials.latest() if found.reliefs else {},
        quality=found.quality,
        month=chosen,
        slot=slot_of(chosen),
        previous=slot_of(shifted(chosen, -1)),
        following=slot_of(shifted(chosen, 1)) if chosen < this_month else None,
    )


@router.get("/alarm-quality/report.pdf")
def report(
    request: Request,
    visitor: _Watcher,
    month: str = "",
    people: _People = 1,
    language: Language | None = None,
) -> Response:
    """Download the measures of a month as a PDF."""
    site = site_of(request)
    _, chosen = _month(site, month)
    spoken = language or language_of(request)
    found = site.alarms.month(visitor.scope, chosen, people)
    directory = Directory(site.places.tree(visitor.scope))
    zone = site.context.settings.district.timezone
    slot = slot_of(chosen)
    content = render_alarm_quality(
        found.quality, found.reliefs, _names(site, directory, spoken), chosen, zone, spoken
    )
    disposition = f'attachment; filename="alarm-quality-{slot}.pdf"'
    return Response(content, 200, {"Content-Disposition": disposition}, "application/pdf")


def _month(site: Site, written: str) -> tuple[date, date]:
    this_month = month_at(site.context.now(), site.context.settings.district.timezone)
    chosen = parse_month(written) if written else this_month
    if chosen > this_month:
        raise InputError(Text("这个月还没有开始", "this month has not begun"), where="month")
    return this_month, chosen


def _names(site: Site, directory: Directory, language: Language) -> Names:
    def place(institution_id: str, room_id: str) -> str:
        home = directory.institution_name(institution_id).of(language)
        return f"{home} · {directory.room_name(room_id).of(language)}"

    def camera(camera_id: str) -> str:
        spot = directory.spots.get(camera_id)
        name = directory.camera_name(camera_id).of(language)
        if spot is None:
            return name
        home = spot.institution.name.of(language)
        return f"{home} · {spot.room.room.name.of(language)} · {name}"

    return Names(
        district=site.context.settings.district.name.text().of(language),
        rule=lambda rule: rule_name(rule, language),
        place=place,
        camera=camera,
    )
