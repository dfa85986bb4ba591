"""A phone or a browser as a camera: what it sees is sent to the camera's worker."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Request
from starlette.responses import Response

from monitor.domain.errors import NotFoundError
from monitor.domain.text import Text
from monitor.streams.whip.server import SCHEME
from monitor.web.access import Permission, require
from monitor.web.answer import page
from monitor.web.directory import Directory
from monitor.web.parameters import PlaceId
from monitor.web.site import Site, site_of
from monitor.web.visitor import Visitor

router = APIRouter(include_in_schema=False)
_MAY_LOOK = "camera=(self), microphone=(), geolocation=(), payment=()"


def phones(site: Site) -> frozenset[str]:
    """Return the ids of the cameras that wait for a phone."""
    return frozenset(
        camera.id
        for institution in site.context.settings.institutions
        for room in institution.rooms
        for camera in room.cameras
        if camera.url.get_secret_value().startswith(f"{SCHEME}:")
    )


@router.get("/cameras/{camera_id}/phone")
def show(
    request: Request, visitor: Annotated[Visitor, require(Permission.SEND)], camera_id: PlaceId
) -> Response:
    """Show the page that sends what this phone sees."""
    site = site_of(request)
    camera = site.places.camera(visitor.scope, camera_id)
    if camera_id not in phones(site):
        raise NotFoundError(
            Text("这台摄像机不等待手机", "this camera does not wait for a phone"), where=camera_id
        )
    directory = Directory(site.places.tree(visitor.scope))
    response = page(request, "phone.html", camera=camera, spot=directory.spots[camera_id])
    response.headers["Permissions-Policy"] = _MAY_LOOK
    return response
