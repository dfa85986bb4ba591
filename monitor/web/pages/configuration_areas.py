"""Zones, masks, blind areas and lines, drawn over the camera's picture."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from monitor.documents import Complaint
from monitor.domain.places import LineKind, Side, ZoneKind
from monitor.settings.revising.secrets import hidden_value
from monitor.web.access import Permission, check_district, require
from monitor.web.answer import page
from monitor.web.config_areas import areas_of, put_areas, read_areas
from monitor.web.config_change import ask, desk_of, sound, way_back
from monitor.web.config_places import PlaceKind, find_place, places
from monitor.web.form_data import SentForm
from monitor.web.form_token import check_form_token
from monitor.web.parameters import PlaceId
from monitor.web.site import site_of
from monitor.web.visitor import Visitor

router = APIRouter(include_in_schema=False)
_Admin = Annotated[Visitor, require(Permission.CONFIGURE)]
_LARGEST = 200_000


@router.get("/configuration/cameras/{camera_id}/areas")
def show(request: Request, visitor: _Admin, camera_id: PlaceId) -> Response:
    """Show the editor with what is saved."""
    check_district(visitor)
    desk = desk_of(site_of(request))
    if (away := way_back(desk)) is not None:
        return away
    document = hidden_value(sound(desk).value)
    camera = find_place(document, PlaceKind.CAMERA, camera_id).value
    return _editor(request, document, camera_id, areas_of(camera))


@router.post("/configuration/cameras/{camera_id}/areas")
def change(request: Request, visitor: _Admin, camera_id: PlaceId, sent: SentForm) -> Response:
    """Say what is wrong with what was drawn, or what saving it would change."""
    check_form_token(visitor.token, sent.text("token"))
    check_district(visitor)
    desk = desk_of(site_of(request))
    present = sound(desk)
    document = hidden_value(present.value)
    camera = find_place(document, PlaceKind.CAMERA, camera_id).value
    areas = read_areas(sent.text("areas", _LARGEST))
    put_areas(camera, areas)
    draft = desk.draft(present, document)
    if draft.complaints:
        return _editor(request, document, camera_id, areas, draft.complaints)
    back = f"/configuration/cameras/{camera_id}/areas"
    return ask(request, visitor, draft, back=back, title="config.areas")


def _editor(
    request: Request,
    document: Any,
    camera_id: str,
    areas: dict[str, list[Any]],
    complaints: Sequence[Complaint] = (),
) -> Response:
    found = find_place(document, PlaceKind.CAMERA, camera_id)
    room = find_place(document, PlaceKind.ROOM, found.home)
    others = [
        item.value
        for item in places(document, PlaceKind.ROOM)
        if item.home == room.home and item.value.get("id") != found.home
    ]
    return page(
        request,
        "config_areas.html",
        status=422 if complaints else 200,
        camera=found,
        room=room,
        rooms=others,
        areas=json.dumps(areas),
        complaints=complaints,
        zone_kinds=tuple(ZoneKind),
        line_kinds=tuple(LineKind),
        sides=tuple(Side),
        live=found.value.get("enabled") is not False,
    )
