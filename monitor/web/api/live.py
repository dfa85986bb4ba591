"""Live video by WHEP: an SDP offer goes to the worker that reads the camera, its answer back."""

from __future__ import annotations

from typing import Annotated, Literal

import structlog
from fastapi import APIRouter, Request
from pydantic import BaseModel
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from monitor.domain.errors import InputError
from monitor.domain.text import Text
from monitor.web.access import Permission, require
from monitor.web.api.problems import UNAVAILABLE
from monitor.web.parameters import PlaceId, SessionId
from monitor.web.site import site_of
from monitor.web.visitor import Visitor

_LARGEST_OFFER = 64 * 1024

router = APIRouter(prefix="/api/v1", tags=["live"], max_body_size=_LARGEST_OFFER)
_MEDIA_TYPE = "application/sdp"
_logger = structlog.get_logger(__name__)
_Viewer = Annotated[Visitor, require(Permission.LIVE)]


class IceServerAnswer(BaseModel):
    """One server as browsers take it; passwords may hold for a day only."""

    urls: str
    username: str | None
    credential: str | None


class IceServersAnswer(BaseModel):
    """The servers to use; none on one network."""

    ice_servers: list[IceServerAnswer]


@router.post(
    "/live/{camera_id}",
    status_code=201,
    response_class=Response,
    responses={
        201: {"content": {_MEDIA_TYPE: {}}, "description": "SDP answer"},
        **UNAVAILABLE,
    },
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {_MEDIA_TYPE: {"schema": {"type": "string"}}},
        }
    },
)
async def offer(
    request: Request, visitor: _Viewer, camera_id: PlaceId, size: Literal["full", "small"] = "full"
) -> Response:
    """Begin a live session: body and answer are SDP; `Location` ends it.

    `small` is the camera's substream, where it has one.
    """
    site = site_of(request)
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != _MEDIA_TYPE:
        raise InputError(
            Text("实时画面以 SDP offer 开始", "a live view begins with an SDP offer"),
            where="content-type",
        )
    try:
        sdp = (await request.body()).decode("utf-8")
    except UnicodeDecodeError:
        raise InputError(Text("offer 不是文字", "the offer is not text"), where="body") from None
    await run_in_threadpool(site.places.camera, visitor.scope, camera_id)
    answer = await site.context.workers.offer(
        camera_id, sdp, visitor.user.name, small=size == "small"
    )
    _logger.info(
        "live_view_began", camera=camera_id, user=visitor.user.name, session=answer.session_id
    )
    location = f"/api/v1/live/{camera_id}/{answer.session_id}"
    return Response(answer.sdp, 201, {"Location": location}, _MEDIA_TYPE)


@router.get("/ice-servers", dependencies=[require(Permission.LIVE)])
def ice_servers(request: Request) -> IceServersAnswer:
    """Return the STUN and TURN servers for a live session, or for a phone that sends."""
    context = site_of(request).context
    servers = context.settings.live.servers(context.clock.now())
    return IceServersAnswer(
        ice_servers=[
            IceServerAnswer(urls=one.url, username=one.username, credential=one.credential)
            for one in servers
        ]
    )


@router.delete("/live/{camera_id}/{session_id}", status_code=204, responses=UNAVAILABLE)
async def close(
    request: Request, visitor: _Viewer, camera_id: PlaceId, session_id: SessionId
) -> Response:
    """End a live session."""
    site = site_of(request)
    await run_in_threadpool(site.places.camera, visitor.scope, camera_id)
    await site.context.workers.close(camera_id, session_id)
    return Response(status_code=204)
