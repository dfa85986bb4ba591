"""The system itself: workers, models, version, scheduled jobs, deliveries."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Request
from starlette.responses import Response

from monitor.web.access import Permission, require
from monitor.web.answer import page
from monitor.web.config_state import config_state
from monitor.web.directory import Directory
from monitor.web.queue import count_cameras
from monitor.web.site import site_of
from monitor.web.visitor import Visitor

router = APIRouter(include_in_schema=False)
_JOBS = 20


@router.get("/system")
def show(request: Request, visitor: Annotated[Visitor, require(Permission.SYSTEM)]) -> Response:
    """Show how the service is doing."""
    site = site_of(request)
    now = site.context.now()
    directory = Directory(site.places.tree(visitor.scope))
    return page(
        request,
        "system.html",
        workers=site.workers.alive(now),
        cameras=count_cameras(directory),
        models=tuple(site.context.models()),
        jobs=site.jobs.recent(limit=_JOBS),
        backlog=site.outbox.backlog(),
        feed_well=site.hub.well,
        configuration=config_state(site),
        database=site.context.database.dialect,
        forecast=site.forecasts.latest(),
        free_bytes=site.context.files.free_bytes(),
        position=site.feed.latest_id(),
    )
