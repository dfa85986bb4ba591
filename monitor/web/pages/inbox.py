"""The demo inbox: what people would have been told, had the demo district any people.

The address to which notices are posted holds a secret and exists only in a demo.
"""

from __future__ import annotations

import hmac
from typing import Annotated

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from monitor.domain.errors import InputError, NotFoundError
from monitor.domain.text import Text
from monitor.web.access import PUBLIC, Permission, require
from monitor.web.answer import page
from monitor.web.site import Site, site_of
from monitor.web.visitor import Visitor

_LARGEST_MESSAGE = 16 * 1024 * 1024  # pictures come along
_KEPT_FIELDS = ("version", "title", "message", "type", "attachments")
_SHORT = 4000

router = APIRouter(include_in_schema=False, max_body_size=_LARGEST_MESSAGE)


@router.get("/demo/inbox")
def show(request: Request, _visitor: Annotated[Visitor, require(Permission.INBOX)]) -> Response:
    """Show the messages received."""
    site = site_of(request)
    _check_demo(site)
    return page(request, "inbox.html", messages=site.inbox.latest(), position=site.feed.latest_id())


@router.post("/demo/inbox/{token}", dependencies=[PUBLIC], status_code=204)
async def receive(request: Request, token: str) -> Response:
    """Take in a message that the notifier sends."""
    site = site_of(request)
    _check_demo(site)
    expected = site.context.demo_token
    if expected is None or not hmac.compare_digest(token.encode(), expected.encode()):
        raise NotFoundError(Text("没有这个收件箱", "there is no such inbox"))
    try:
        message = _shortened(await request.json())
    except (ValueError, RecursionError):
        raise InputError(Text("消息不是 JSON", "the message is not JSON"), where="body") from None
    await run_in_threadpool(site.inbox.add, message, site.context.now())
    return Response(status_code=204)


def _check_demo(site: Site) -> None:
    if not site.context.settings.demo:
        raise NotFoundError(Text("这里没有演示收件箱", "there is no demo inbox here"))


def _shortened(message: object) -> dict[str, object]:
    if not isinstance(message, dict):
        raise InputError(Text("应为 JSON 对象", "a JSON object is expected"), where="body")
    kept: dict[str, object] = {}
    for key in _KEPT_FIELDS:
        value = message.get(key)
        if isinstance(value, str):
            kept[key] = value[:_SHORT]
        elif key == "attachments" and isinstance(value, list):
            kept[key] = len(value)  # pictures are kept with the alert, not here again
    if not kept.get("message") and not kept.get("title"):
        raise InputError(
            Text("消息要有标题或正文", "a message needs a title or a text"), where="message"
        )
    return kept
