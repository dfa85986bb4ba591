"""The control room: the queue of alerts beside a wall of live pictures."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from monitor.domain.access import DISTRICT, ScopeKind
from monitor.domain.visits import Coverage
from monitor.store.handovers import Handover
from monitor.web.access import Permission, may, require
from monitor.web.answer import page
from monitor.web.directory import Directory
from monitor.web.queue import MOST_SHOWN, SHOWN, Queue, count_cameras, newest_snapshots, read_queue
from monitor.web.site import Site, site_of
from monitor.web.visitor import Visitor
from monitor.web.wall import tiles

router = APIRouter(include_in_schema=False)
_MORE = 200


@router.get("/")
def show(
    request: Request,
    visitor: Annotated[Visitor, require(Permission.WATCH)],
    shown: Annotated[int, Query(ge=1, le=MOST_SHOWN)] = SHOWN,
) -> Response:
    """Show everything that waits, and every room that is watched."""
    site = site_of(request)
    position = site.feed.latest_id()  # before anything is read, so that no change is missed
    directory = Directory(site.places.tree(visitor.scope))
    queue = read_queue(site.alerts, visitor.scope, site.context.now(), shown)
    return page(
        request,
        "control_room.html",
        directory=directory,
        queue=queue,
        wall=tiles(directory, queue),
        snapshots=_snapshots(site, visitor, queue),
        cameras=count_cameras(directory),
        coverage=_coverage(site, visitor),
        recorder_problems=site.recorder_problems.all(visitor.scope),
        forecast=site.forecasts.latest() if visitor.scope == DISTRICT else None,
        rush=site.alarms.rush(visitor.scope),
        handover=_handover(site, visitor),
        more=min(shown + _MORE, MOST_SHOWN) if queue.hidden and shown < MOST_SHOWN else None,
        position=position,
    )


def _coverage(site: Site, visitor: Visitor) -> Coverage | None:
    if not may(visitor, Permission.INSPECTIONS) or visitor.scope.kind is ScopeKind.INSTITUTION:
        return None
    return site.plans.coverage(visitor.scope, site.plans.today.replace(day=1))


def _handover(site: Site, visitor: Visitor) -> Handover | None:
    return site.handovers.waiting(visitor.scope) if may(visitor, Permission.HANDLE) else None


def _snapshots(site: Site, visitor: Visitor, queue: Queue) -> dict[int, int]:
    if not may(visitor, Permission.EVIDENCE):
        return {}
    return newest_snapshots(site.alerts, visitor.scope, queue)
