"""Recordings: which cameras have how much, and one camera's day on a time line."""

from __future__ import annotations

import math
from datetime import date, datetime, time, timedelta
from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import RedirectResponse, Response

from monitor.domain.clock import to_datetime
from monitor.domain.data_requests import DataRequest
from monitor.domain.errors import InputError
from monitor.domain.text import Text
from monitor.runtime.recording.policy import keep_of
from monitor.web.access import Permission, may, require
from monitor.web.answer import page
from monitor.web.asked import opened_by
from monitor.web.directory import Directory
from monitor.web.form_token import check_form_token
from monitor.web.parameters import AskedFor, PlaceId, RowId
from monitor.web.site import Site, site_of
from monitor.web.visitor import Visitor

router = APIRouter(include_in_schema=False)
_Viewer = Annotated[Visitor, require(Permission.RECORDINGS)]
_Holder = Annotated[Visitor, require(Permission.HOLD)]
_DAY = timedelta(days=1)
_LONGEST_HOLD = 3650


@router.get("/recordings")
def index(request: Request, visitor: _Viewer) -> Response:
    """List the cameras with what is on record of them."""
    site = site_of(request)
    directory = Directory(site.places.tree(visitor.scope))
    cameras = list(directory.spots)
    now = site.context.now()
    desk = site.context.recordings
    policy = desk.policy
    return page(
        request,
        "recordings.html",
        directory=directory,
        enabled=policy.enabled,
        spans=desk.spans(cameras),
        shares=desk.shares(cameras, (now - _DAY).timestamp(), now.timestamp()),
        keep={
            spot.room.room.id: keep_of(policy, spot.room.room.type)
            for spot in directory.spots.values()
        },
        problems={item.camera_id: item for item in site.recorder_problems.all(visitor.scope)},
        position=site.feed.latest_id(),
    )


@router.get("/recordings/{camera_id}")
def show(
    request: Request,
    visitor: _Viewer,
    camera_id: PlaceId,
    day: str = "",
    held: bool = False,
    asked: AskedFor = 0,
) -> Response:
    """Show one local day of a camera, or as much of it as a request grants."""
    site = site_of(request)
    place = site.places.camera(visitor.scope, camera_id)
    directory = Directory(site.places.tree(visitor.scope))
    chosen = _day(day, site)
    start, end = _bounds(chosen, site)
    today = site.context.now().astimezone(site.renderer.zone).date()
    holds = [
        hold for hold in site.holds.list(visitor.scope, camera_id) if hold.holds(site.context.now())
    ]
    asking, span = None, (start, end)
    if asked:
        asking = opened_by(
            site, visitor, asked, place.room_id, to_datetime(start), to_datetime(end)
        )
        span = _part(asking, start, end)
    return page(
        request,
        "recording.html",
        asking=asking,
        span=span,
        directory=directory,
        spot=directory.spots[place.id],
        footage=site.context.recordings.footage(visitor.scope, camera_id, start, end),
        chosen=chosen,
        start=start,
        end=end,
        previous=chosen - _DAY,
        following=chosen + _DAY if chosen < today else None,
        today=today,
        holds=holds,
        exports=site.context.recordings.exports(visitor.scope, camera_id),
        may_export=may(visitor, Permission.APPROVE),
        hold_until=today + timedelta(days=180),
        held=held,
        position=site.feed.latest_id(),
    )


@router.post("/recordings/{camera_id}/holds")
def place_hold(
    request: Request,
    visitor: _Holder,
    camera_id: PlaceId,
    day: Annotated[str, Form()] = "",
    first: Annotated[str, Form()] = "",
    last: Annotated[str, Form()] = "",
    expires: Annotated[str, Form()] = "",
    reason: Annotated[str, Form(max_length=2000)] = "",
    token: Annotated[str, Form()] = "",
) -> Response:
    """Forbid the deletion of a stretch of a camera's day."""
    check_form_token(visitor.token, token)
    site = site_of(request)
    chosen = _day(day, site)
    until = _day(expires, site)
    if until > site.context.now().date() + timedelta(days=_LONGEST_HOLD):
        raise InputError(Text("封存最长十年", "a hold lasts ten years at most"), where="expires")
    site.holds.place(
        visitor.scope,
        camera_id,
        _moment(chosen, first, site),
        _moment(chosen, last, site),
        reason=reason,
        by=visitor.actor.name,
        expires=datetime.combine(until + _DAY, time(), site.renderer.zone),
        now=site.context.now(),
    )
    return RedirectResponse(f"/recordings/{camera_id}?day={chosen}&held=1", 303)


@router.post("/recordings/holds/{hold_id}/release")
def release_hold(
    request: Request,
    visitor: _Holder,
    hold_id: RowId,
    reason: Annotated[str, Form(max_length=2000)] = "",
    token: Annotated[str, Form()] = "",
) -> Response:
    """Lift a hold before its time."""
    check_form_token(visitor.token, token)
    site = site_of(request)
    site.holds.release(
        visitor.scope, hold_id, reason=reason, by=visitor.actor.name, now=site.context.now()
    )
    return RedirectResponse("/retention", 303)


def _part(asking: DataRequest, start: int, end: int) -> tuple[int, int]:
    """Return the whole seconds of a day that lie within what a request grants."""
    if asking.start is None or asking.end is None:
        return start, end
    first, last = math.ceil(asking.start.timestamp()), math.floor(asking.end.timestamp())
    return max(start, first), min(end, last)


def _day(text: str, site: Site) -> date:
    if not text:
        return site.context.now().astimezone(site.renderer.zone).date()
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise InputError(
            Text("这不是日期", "this is not a day"),
            where="day",
            hint=Text("如 2026-11-02", "2026-11-02"),
        ) from None


def _bounds(day: date, site: Site) -> tuple[int, int]:
    if not date(2000, 1, 1) <= day <= date(2099, 1, 1):
        raise InputError(Text("这不是本地的日期", "this is not a day of ours"), where="day")
    zone = site.renderer.zone
    start = datetime.combine(day, time(), zone)
    return int(start.timestamp()), int(datetime.combine(day + _DAY, time(), zone).timestamp())


def _moment(day: date, text: str, site: Site) -> datetime:
    try:
        return datetime.combine(day, time.fromisoformat(text), site.renderer.zone)
    except ValueError:
        raise InputError(
            Text("这不是时间", "this is not a time"),
            where="time",
            hint=Text("如 09:30:00", "09:30:00"),
        ) from None
