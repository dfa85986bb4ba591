"""The live feed of a page: server-sent events."""

from __future__ import annotations

from typing import Annotated, ClassVar

from fastapi import APIRouter, Header, Request
from starlette.responses import Response, StreamingResponse

from monitor.web.access import Permission, require
from monitor.web.feed_stream import events
from monitor.web.parameters import FeedPosition
from monitor.web.site import site_of
from monitor.web.visitor import Visitor

router = APIRouter(prefix="/api/v1", tags=["feed"])


class EventStream(StreamingResponse):
    """Events as they come; nothing between us and the browser is to keep them back."""

    media_type = "text/event-stream"
    unbuffered: ClassVar = {"Cache-Control": "no-cache", "X-Accel-Buffering": "no"}


@router.get("/feed", response_class=EventStream)
async def feed(
    request: Request,
    visitor: Annotated[Visitor, require(Permission.WATCH)],
    after: FeedPosition = None,
    last_event_id: Annotated[str | None, Header()] = None,
) -> Response:
    """Stream what happens within the caller's scope, after a known entry or from now on.

    Events: `alert`, `evidence`, `camera`, `delivery` (each with an id to resume from), `rooms`,
    `beat` every few seconds, `resync` when too much was missed, `signed-out` at the end.
    """
    known = parse_event_id(last_event_id, after)
    stream = events(site_of(request), visitor, known)
    return EventStream(stream, headers=EventStream.unbuffered)


def parse_event_id(header: str | None, otherwise: int | None) -> int | None:
    """Return the entry that a reconnecting browser saw last, or ``otherwise``."""
    if header is None or not header.isascii() or not header.isdecimal() or len(header) > 18:
        return otherwise
    return int(header)
