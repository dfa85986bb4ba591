"""Frames of one's own cameras, to correct the boxes that the model proposed."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from monitor.domain.labels import LabelFrame
from monitor.web.access import Permission, require
from monitor.web.answer import page
from monitor.web.directory import Directory
from monitor.web.site import site_of
from monitor.web.visitor import Visitor

router = APIRouter(include_in_schema=False)
_SHOWN = 100


@router.get("/labels")
def show(
    request: Request,
    visitor: Annotated[Visitor, require(Permission.LABEL)],
    reviewed: Annotated[bool, Query()] = False,
) -> Response:
    """Show the frames that wait for a review, or those that had one."""
    site = site_of(request)
    directory = Directory(site.places.tree(visitor.scope))
    store = site.context.labels
    frames: list[LabelFrame] = []
    if store is not None:
        frames = [frame for frame in store.list() if frame.camera_id in directory.spots]
    chosen = [frame for frame in frames if frame.reviewed is reviewed][:_SHOWN]
    return page(
        request,
        "labels.html",
        enabled=store is not None,
        keep_days=round(site.context.settings.labels.keep / 86400),
        waiting=sum(not frame.reviewed for frame in frames),
        done=sum(frame.reviewed for frame in frames),
        reviewed=reviewed,
        directory=directory,
        frames=chosen,
    )
