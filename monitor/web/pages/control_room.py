"""The control room: the queue of alerts beside a wall of live pictures."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Header, Query, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import HTMLResponse, Response

from monitor.domain.access import DISTRICT, ScopeKind
from monitor.domain.findings import FindingState
from monitor.domain.visits import Coverage
from monitor.store.finding_repository import FindingFilter
from monitor.store.handovers import Handover
from monitor.web.access import Permission, may, permissions_for, require
from monitor.web.answer import page, parts
from monitor.web.directory import Directory
from monitor.web.queue import MOST_SHOWN, SHOWN, Queue, count_cameras, newest_snapshots, read_queue
from monitor.web.site import Site, site_of
from monitor.web.visitor import Visitor, language_of
from monitor.web.wall import tiles

router = APIRouter(include_in_schema=False)
_MORE = 200


@router.get("/")
async def show(
    request: Request,
    visitor: Annotated[Visitor, require(Permission.WATCH)],
    shown: Annotated[int, Query(ge=1, le=MOST_SHOWN)] = SHOWN,
    kanhu_refresh: Annotated[bool, Header()] = False,
) -> Response:
    """Show everything that waits, and every room that is watched.

    A page that is open already asks with ``Kanhu-Refresh`` for what may have changed: all who
    would see the same share one rendering. A page that opens shows only the first alerts, however
    many are ``shown``, and asks for the rest once keys and buttons work.
    """
    site = site_of(request)
    if not kanhu_refresh:
        return await run_in_threadpool(_whole, request, visitor, shown)
    position = await run_in_threadpool(site.feed.latest_id)
    markup = await site.shared_pages.get(
        (visitor.scope, permissions_for(visitor), language_of(request), shown),
        position,
        site.feed.latest_id,
        lambda: parts(request, "control_room.html", **_values(site, visitor, shown)),
    )
    return HTMLResponse(markup)


def _whole(request: Request, visitor: Visitor, shown: int) -> Response:
    site = site_of(request)
    position = site.feed.latest_id()  # before anything is read, so that no change is missed
    values = _values(site, visitor, min(shown, SHOWN))
    rest = shown > SHOWN and values["queue"].hidden > 0
    return page(request, "control_room.html", position=position, rest=rest, **values)


def _values(site: Site, visitor: Visitor, shown: int) -> dict[str, Any]:
    directory = Directory(site.places.tree(visitor.scope))
    queue = read_queue(site.alerts, visitor.scope, site.context.now(), shown)
    return {
        "directory": directory,
        "queue": queue,
        "wall": tiles(directory, queue),
        "snapshots": _snapshots(site, visitor, queue),
        "cameras": count_cameras(directory),
        "coverage": _coverage(site, visitor),
        "to_put_right": _to_put_right(site, visitor),
        "recorder_problems": site.recorder_problems.all(visitor.scope),
        "forecast": site.forecasts.latest() if visitor.scope == DISTRICT else None,
        "rush": site.alarms.rush(visitor.scope),
        "handover": _handover(site, visitor),
        "more": min(shown + _MORE, MOST_SHOWN) if queue.hidden and shown < MOST_SHOWN else None,
    }


def _coverage(site: Site, visitor: Visitor) -> Coverage | None:
    if not may(visitor, Permission.INSPECTIONS) or visitor.scope.kind is ScopeKind.INSTITUTION:
        return None
    return site.plans.coverage(visitor.scope, site.plans.today.replace(day=1))


def _to_put_right(site: Site, visitor: Visitor) -> int | None:
    if not may(visitor, Permission.CORRECT) or visitor.scope.kind is not ScopeKind.INSTITUTION:
        return None
    wanted = FindingFilter(states=frozenset({FindingState.OPEN}))
    return site.findings.count(visitor.scope, wanted)


def _handover(site: Site, visitor: Visitor) -> Handover | None:
    return site.handovers.waiting(visitor.scope) if may(visitor, Permission.HANDLE) else None


def _snapshots(site: Site, visitor: Visitor, queue: Queue) -> dict[int, int]:
    if not may(visitor, Permission.EVIDENCE):
        return {}
    return newest_snapshots(site.alerts, visitor.scope, queue)
