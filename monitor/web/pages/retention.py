"""What is kept, what is gone, and whether it can be proved: for whoever answers for it."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Request
from starlette.responses import Response

from monitor.web.access import Permission, require
from monitor.web.answer import page
from monitor.web.directory import Directory
from monitor.web.site import site_of
from monitor.web.visitor import Visitor

router = APIRouter(include_in_schema=False)
_LISTED = 100
_CHECKED = 2000  # entries of the log on every visit; the nightly job checks all


@router.get("/retention")
def show(
    request: Request, visitor: Annotated[Visitor, require(Permission.INSPECTIONS)]
) -> Response:
    """Show the last retention audit, legal holds and the log of deletions."""
    site = site_of(request)
    now = site.context.now()
    holds = site.holds.list(visitor.scope)
    return page(
        request,
        "retention.html",
        directory=Directory(site.places.tree(visitor.scope)),
        audit=site.audits.latest(visitor.scope),
        holds=[hold for hold in holds if hold.holds(now)],
        past_holds=[hold for hold in holds if not hold.holds(now)][:_LISTED],
        deletions=site.deletions.list(visitor.scope, limit=_LISTED),
        broken=site.deletions.first_broken(newest=_CHECKED),
        forecast=site.forecasts.latest(),
        position=site.feed.latest_id(),
    )
