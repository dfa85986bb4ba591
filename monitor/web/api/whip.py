"""A phone or a browser as a camera by WHIP: its SDP offer goes to the worker that reads it.

Signed-in people send for cameras within their sight; devices without an account bring the
camera's token. Who brings a wrong token learns nothing about which cameras there are.
"""

from __future__ import annotations

from typing import Annotated, Any

import structlog
from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from monitor.domain.errors import InputError, NotFoundError, SourceError
from monitor.domain.text import Text
from monitor.streams.live import IceServer
from monitor.web.access import PUBLIC, Permission, require
from monitor.web.gateway import LiveAnswer
from monitor.web.parameters import PlaceId, SessionId
from monitor.web.site import site_of
from monitor.web.visitor import Visitor

_LARGEST_OFFER = 64 * 1024

router = APIRouter(prefix="/api/v1", tags=["live"], max_body_size=_LARGEST_OFFER)
_MEDIA_TYPE = "application/sdp"
_SENDS: dict[int | str, dict[str, Any]] = {
    201: {"content": {_MEDIA_TYPE: {}}, "description": "SDP answer"}
}
_logger = structlog.get_logger(__name__)
_Sender = Annotated[Visitor, require(Permission.SEND)]


@router.post("/phone/{camera_id}", status_code=201, response_class=Response, responses=_SENDS)
async def send(request: Request, visitor: _Sender, camera_id: PlaceId) -> Response:
    """Begin to send for a camera as a signed-in person; `Location` ends it."""
    site = site_of(request)
    sdp = await _offer(request)
    await run_in_threadpool(site.places.camera, visitor.scope, camera_id)
    answer = await site.context.workers.ingest(camera_id, sdp, None)
    _logger.info("phone_began", camera=camera_id, user=visitor.user.name)
    return _answered(answer, f"/api/v1/phone/{camera_id}/{answer.session_id}")


@router.delete("/phone/{camera_id}/{session_id}", status_code=204)
async def end(
    request: Request, visitor: _Sender, camera_id: PlaceId, session_id: SessionId
) -> Response:
    """End what a signed-in person sends."""
    site = site_of(request)
    await run_in_threadpool(site.places.camera, visitor.scope, camera_id)
    await site.context.workers.end_ingest(camera_id, session_id)
    return Response(status_code=204)


@router.post(
    "/whip/{camera_id}",
    status_code=201,
    response_class=Response,
    responses=_SENDS,
    dependencies=[PUBLIC],
)
async def whip(request: Request, camera_id: PlaceId) -> Response:
    """Begin to send for a camera as a device; the camera's token is the bearer token."""
    sdp = await _offer(request)
    token = _token(request)
    try:
        answer = await site_of(request).context.workers.ingest(camera_id, sdp, token)
    except SourceError:
        raise NotFoundError(
            Text("没有摄像机在等这个发送端", "no camera waits for this sender")
        ) from None
    _logger.info("whip_began", camera=camera_id)
    response = _answered(answer, f"/api/v1/whip/{camera_id}/{answer.session_id}")
    context = site_of(request).context
    for server in context.settings.live.servers(context.clock.now()):
        response.headers.append("Link", _link(server))
    return response


@router.delete(
    "/whip/{camera_id}/{session_id}",
    status_code=204,
    dependencies=[PUBLIC],
    openapi_extra={"security": []},
)
async def hang_up(request: Request, camera_id: PlaceId, session_id: SessionId) -> Response:
    """End what a device sends; its session id is a secret of its own."""
    await site_of(request).context.workers.end_ingest(camera_id, session_id)
    return Response(status_code=204)


async def _offer(request: Request) -> str:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != _MEDIA_TYPE:
        raise InputError(
            Text("会话以 SDP offer 开始", "a session begins with an SDP offer"),
            where="content-type",
        )
    try:
        return (await request.body()).decode("utf-8")
    except UnicodeDecodeError:
        raise InputError(Text("offer 不是文字", "the offer is not text"), where="body") from None


def _token(request: Request) -> str:
    kind, _, token = request.headers.get("authorization", "").partition(" ")
    token = token.strip()
    if kind.lower() != "bearer" or not token or not token.isascii() or not token.isprintable():
        raise NotFoundError(Text("没有摄像机在等这个发送端", "no camera waits for this sender"))
    return token


def _link(server: IceServer) -> str:
    # RFC 9725, section 4.6
    link = f'<{server.url}>; rel="ice-server"'
    if server.username is None:
        return link
    name, credential = (
        text.replace("\\", "\\\\").replace('"', '\\"')
        for text in (server.username, server.credential or "")
    )
    return f'{link}; username="{name}"; credential="{credential}"; credential-type="password"'


def _answered(answer: LiveAnswer, location: str) -> Response:
    return Response(answer.sdp, 201, {"Location": location}, _MEDIA_TYPE)
