"""How far the district is connected: the share of institutions and rooms, and what is missing."""

from __future__ import annotations

from collections import Counter
from typing import Annotated

from fastapi import APIRouter, Request
from starlette.responses import Response

from monitor.domain.connections import Connected, InstitutionCoverage
from monitor.domain.errors import NotFoundError
from monitor.domain.text import Text
from monitor.runtime.connection_sheet import write_coverage
from monitor.runtime.coverage import coverage
from monitor.store.connection_trials import TrialReport
from monitor.web.access import Permission, may, require
from monitor.web.answer import page
from monitor.web.pages.phone import phones
from monitor.web.parameters import PlaceId
from monitor.web.site import Site, site_of
from monitor.web.visitor import Visitor, language_of

router = APIRouter(include_in_schema=False)
_Reader = Annotated[Visitor, require(Permission.WATCH)]
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_MISSING = (
    Connected.UNREADABLE,
    Connected.PARTLY,
    Connected.UNTRIED,
    Connected.OFF,
    Connected.NO_CAMERA,
)


@router.get("/connections")
def index(request: Request, visitor: _Reader, missing: bool = False) -> Response:
    """Show the district by institution; with ``missing`` only those not wholly connected."""
    found, report = _look(site_of(request), visitor)
    rooms = [room for one in found for room in one.needed]
    cameras = [
        camera for room in rooms for camera in room.cameras if camera.state is not Connected.OFF
    ]
    shares = {
        "institutions": (sum(one.state is Connected.YES for one in found), len(found)),
        "rooms": (sum(room.state is Connected.YES for room in rooms), len(rooms)),
        "cameras": (sum(camera.state is Connected.YES for camera in cameras), len(cameras)),
    }
    counts = Counter(room.state for room in rooms)
    return page(
        request,
        "connections.html",
        institutions=[one for one in found if not missing or one.state is not Connected.YES],
        shares=shares,
        lacking={state: counts[state] for state in _MISSING if counts[state]},
        tried=report.tried,
        missing=missing,
    )


@router.get("/connections.xlsx")
def export(request: Request, visitor: _Reader, missing: bool = False) -> Response:
    """Download the board as a spreadsheet, whole or only what is missing."""
    found, _ = _look(site_of(request), visitor)
    content = write_coverage(found, language_of(request), all_rooms=not missing)
    name = 'attachment; filename="connections.xlsx"'
    return Response(content, 200, {"Content-Disposition": name}, _XLSX)


@router.get("/connections/{institution_id}")
def show(request: Request, visitor: _Reader, institution_id: PlaceId) -> Response:
    """Show one institution by room and camera, with what each sent when it was tried."""
    site = site_of(request)
    found, report = _look(site, visitor)
    waiting = phones(site) if may(visitor, Permission.SEND) else frozenset()
    for one in found:
        if one.id == institution_id:
            return page(
                request, "connection.html", institution=one, tried=report.tried, waiting=waiting
            )
    raise NotFoundError(Text("没有这个机构", "there is no such institution"), where=institution_id)


def _look(site: Site, visitor: Visitor) -> tuple[tuple[InstitutionCoverage, ...], TrialReport]:
    report = site.trials.newest(visitor.scope)
    tree = site.places.tree(visitor.scope)
    return coverage(tree, report.trials, site.context.now()), report
