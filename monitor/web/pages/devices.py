"""One's own devices that take browser push: turning it on, trying it, removing them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlsplit

import structlog
from fastapi import APIRouter, Form, Request
from starlette.responses import RedirectResponse, Response

from monitor.alerts.channels import DeliveryError
from monitor.alerts.push.channel import SCHEME
from monitor.domain.access_register import AccessKind, NewAccess
from monitor.domain.errors import ConflictError, InputError
from monitor.domain.push import LONGEST_ENDPOINT, Subscription
from monitor.store.push_devices import MOST_DEVICES
from monitor.web.access import Permission, require
from monitor.web.answer import page
from monitor.web.form_token import check_form_token
from monitor.web.parameters import RowId
from monitor.web.rendering import STATIC
from monitor.web.site import site_of
from monitor.web.visitor import Visitor

router = APIRouter(include_in_schema=False)
_Own = Annotated[Visitor, require(Permission.ACCOUNT)]
_Watcher = Annotated[Visitor, require(Permission.WATCH)]
"""Only whoever may see alerts now, with password and second factor in order, is told of them."""

_WORKER = STATIC / "js" / "push" / "worker.js"
_logger = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Tried:
    """How the test of a device went; ``error`` is empty if its push service took the message."""

    device_id: int
    error: str


@router.get("/push/worker.js")
def worker(_visitor: _Own) -> Response:
    """Send the service worker that shows what is pushed."""
    return Response(
        _WORKER.read_text("utf-8"),
        headers={"Cache-Control": "no-cache"},
        media_type="text/javascript",
    )


@router.get("/account/devices")
def show(request: Request, visitor: _Own) -> Response:
    """List one's devices and offer to turn push on for this one."""
    return _page(request, visitor)


@router.post("/account/devices")
def add(
    request: Request,
    visitor: _Watcher,
    token: Annotated[str, Form()] = "",
    name: Annotated[str, Form(max_length=200)] = "",
    endpoint: Annotated[str, Form(max_length=LONGEST_ENDPOINT)] = "",
    p256dh: Annotated[str, Form(max_length=200)] = "",
    auth: Annotated[str, Form(max_length=100)] = "",
) -> Response:
    """Enter the device that has just subscribed."""
    check_form_token(visitor.token, token)
    site = site_of(request)
    now = site.context.now()
    try:
        subscription = Subscription.parse(endpoint, p256dh, auth)
        device = site.push_devices.add(visitor.user.id, subscription, name, now)
    except InputError:
        return _page(request, visitor, problem="push.problem_address")
    except ConflictError:
        return _page(request, visitor, problem="push.problem_many")
    what = {"device": device, "push_service": urlsplit(endpoint).hostname}
    site.register.put_down(
        NewAccess(
            AccessKind.ACCOUNT, visitor.accessor, "添加推送设备 / push device added", what=what
        ),
        now,
    )
    return RedirectResponse("/account/devices", 303)


@router.post("/account/devices/{device_id}/test")
def try_device(
    request: Request, visitor: _Watcher, device_id: RowId, token: Annotated[str, Form()] = ""
) -> Response:
    """Send a test message to a device, now, and say how it went."""
    check_form_token(visitor.token, token)
    error = ""
    try:
        site_of(request).push.try_device(visitor.user.id, device_id, visitor.user.language)
    except DeliveryError as failure:
        error = failure.brief().kept()
    _logger.info("push_device_tested", device=device_id, failed=bool(error))
    return _page(request, visitor, tried=Tried(device_id, error))


@router.post("/account/devices/{device_id}/remove")
def remove(
    request: Request, visitor: _Own, device_id: RowId, token: Annotated[str, Form()] = ""
) -> Response:
    """Take a device off the list."""
    check_form_token(visitor.token, token)
    site = site_of(request)
    site.push_devices.remove(visitor.user.id, device_id)
    what = {"device": device_id}
    site.register.put_down(
        NewAccess(
            AccessKind.ACCOUNT, visitor.accessor, "移除推送设备 / push device removed", what=what
        ),
        site.context.now(),
    )
    return RedirectResponse("/account/devices", 303)


def _page(
    request: Request, visitor: Visitor, *, tried: Tried | None = None, problem: str | None = None
) -> Response:
    site = site_of(request)
    channels = site.context.settings.notify.channels
    return page(
        request,
        "devices.html",
        status=200 if problem is None else 422,
        devices=site.push_devices.of_user(visitor.user.id),
        key=site.push.public_key(),
        used=any(
            item.url.get_secret_value().lower().startswith(f"{SCHEME}://") for item in channels
        ),
        tried=tried,
        problem=problem,
        most=MOST_DEVICES,
    )
