"""Institutions: how every room and camera is doing, in words."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Request
from starlette.responses import Response

from monitor.store.alert_repository import AlertFilter
from monitor.web.access import Permission, require
from monitor.web.answer import page
from monitor.web.directory import Directory
from monitor.web.parameters import PlaceId
from monitor.web.queue import count_cameras
from monitor.web.site import site_of
from monitor.web.visitor import Visitor

router = APIRouter(include_in_schema=False)
_RECENT = 8
_Watcher = Annotated[Visitor, require(Permission.WATCH)]


@router.get("/institutions")
def index(request: Request, visitor: _Watcher) -> Response:
    """List the institutions."""
    site = site_of(request)
    position = site.feed.latest_id()
    directory = Directory(site.places.tree(visitor.scope))
    return page(
        request,
        "institutions.html",
        directory=directory,
        counts={
            place.institution.id: count_cameras(Directory((place,))) for place in directory.tree
        },
        position=position,
    )


@router.get("/institutions/{institution_id}")
def show(request: Request, visitor: _Watcher, institution_id: PlaceId) -> Response:
    """Show one institution: rooms, cameras, contact, notice, recent alerts."""
    site = site_of(request)
    position = site.feed.latest_id()
    place = site.places.institution(visitor.scope, institution_id)
    recent = site.alerts.list(
        visitor.scope, AlertFilter(institution_id=institution_id), limit=_RECENT
    ).alerts
    return page(
        request,
        "institution.html",
        place=place,
        directory=Directory((place,)),
        recent=recent,
        position=position,
    )
