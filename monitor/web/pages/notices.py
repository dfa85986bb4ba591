"""Notices: the channels and whether they work, who is on call, and what could not be delivered."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated

import structlog
from fastapi import APIRouter, Form, Path, Request
from starlette.responses import RedirectResponse, Response

from monitor.alerts.channels import DeliveryError, open_channel
from monitor.alerts.ladder import OnCall
from monitor.domain.errors import KanhuError
from monitor.domain.text import Language
from monitor.runtime.notices import channel_specs, send_test
from monitor.settings.escalation import on_call_of
from monitor.web.access import Permission, require
from monitor.web.answer import page
from monitor.web.directory import Directory
from monitor.web.form_token import check_form_token
from monitor.web.parameters import RowId
from monitor.web.site import Site, site_of
from monitor.web.visitor import Visitor

router = APIRouter(include_in_schema=False)
_Keeper = Annotated[Visitor, require(Permission.NOTICES)]
_ChannelId = Annotated[str, Path(pattern=r"^[a-z0-9-]{1,64}$")]
_logger = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Tried:
    """How the test of a channel went; ``error`` is empty if its service took the message."""

    channel_id: str
    error: str


@router.get("/notices")
def show(request: Request, visitor: _Keeper) -> Response:
    """Show channels, people on call and dead letters."""
    return _page(request, visitor, None)


@router.post("/notices/channels/{channel_id}/test")
def try_channel(
    request: Request,
    visitor: _Keeper,
    channel_id: _ChannelId,
    token: Annotated[str, Form()] = "",
) -> Response:
    """Send a test message to a channel, now, and say how it went."""
    check_form_token(visitor.token, token)
    error = ""
    try:
        site = site_of(request)
        send_test(site.context.settings, channel_id, site.push)
    except DeliveryError as failure:
        error = failure.brief().kept()
    _logger.info("channel_tested", channel=channel_id, user=visitor.user.name, failed=bool(error))
    return _page(request, visitor, Tried(channel_id, error))


@router.post("/notices/{notice_id}/resend")
def resend(
    request: Request, visitor: _Keeper, notice_id: RowId, token: Annotated[str, Form()] = ""
) -> Response:
    """Try to deliver a dead letter once more."""
    check_form_token(visitor.token, token)
    site = site_of(request)
    site.dead_letters.resend(visitor.scope, notice_id, visitor.actor, site.context.now())
    _logger.info("notice_resent", notice=notice_id, user=visitor.user.name)
    return RedirectResponse("/notices", 303)


def _page(request: Request, visitor: Visitor, tried: Tried | None) -> Response:
    site = site_of(request)
    settings = site.context.settings
    now = site.context.now()
    silent = now - timedelta(seconds=settings.notify.dead_man.after)
    on_call = on_call_of(settings)
    return page(
        request,
        "notices.html",
        directory=Directory(site.places.tree(visitor.scope)),
        channels=tuple(
            (part, _shown(site, part.id, visitor.user.language))
            for part in settings.notify.channels
        ),
        policies=settings.notify.policies,
        reminders=settings.alerts.reminders,
        rotas=tuple((rota.id, _on_call(site, on_call, rota.id)) for rota in settings.notify.rotas),
        pulses=site.pulses.all(),
        silent=silent,
        backlog=site.outbox.backlog(),
        letters=site.dead_letters.list(visitor.scope),
        tried=tried,
        position=site.feed.latest_id(),
    )


def _shown(site: Site, channel_id: str, language: Language) -> str:
    """Return a channel's address without its secrets."""
    for spec in channel_specs(site.context.settings):
        if spec.id == channel_id:
            try:
                return open_channel(spec).describe()
            except KanhuError as error:
                return error.text.of(language)
    return ""


def _on_call(site: Site, on_call: OnCall, rota_id: str) -> str:
    person = on_call.person(rota_id, site.context.now())
    return person.name if person is not None else ""
