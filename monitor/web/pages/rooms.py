"""A room with its cameras: one of them large and live."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Request
from starlette.responses import Response

from monitor.domain.errors import NotFoundError
from monitor.domain.text import Text
from monitor.store.alert_repository import AlertFilter
from monitor.web.access import Permission, require
from monitor.web.answer import page
from monitor.web.directory import Directory
from monitor.web.parameters import PlaceId
from monitor.web.site import site_of
from monitor.web.visitor import Visitor

router = APIRouter(include_in_schema=False)
_RECENT = 8
_Watcher = Annotated[Visitor, require(Permission.WATCH)]


@router.get("/rooms/{room_id}")
def show_room(request: Request, visitor: _Watcher, room_id: PlaceId) -> Response:
    """Show a room by its first camera."""
    return _show(request, visitor, room_id, None)


@router.get("/cameras/{camera_id}")
def show_camera(request: Request, visitor: _Watcher, camera_id: PlaceId) -> Response:
    """Show the room of a camera by this camera."""
    place = site_of(request).places.camera(visitor.scope, camera_id)
    return _show(request, visitor, place.room_id, camera_id)


def _show(request: Request, visitor: Visitor, room_id: str, camera_id: str | None) -> Response:
    site = site_of(request)
    position = site.feed.latest_id()
    directory = Directory(site.places.tree(visitor.scope))
    place = directory.rooms.get(room_id)
    if place is None:
        raise NotFoundError(Text("没有这个房间", "there is no such room"), where=room_id)
    chosen = [camera for camera in place.cameras if camera_id in (None, camera.id)]
    recent = site.alerts.list(visitor.scope, AlertFilter(room_id=room_id), limit=_RECENT).alerts
    return page(
        request,
        "room.html",
        directory=directory,
        institution=directory.institutions[place.room.institution_id].institution,
        place=place,
        camera=chosen[0] if chosen else None,
        recent=recent,
        position=position,
    )
