"""The page that an inspector takes along, and the worker that keeps it when there is no network."""

from __future__ import annotations

import hashlib
import json
from functools import cache
from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import RedirectResponse, Response

from monitor.domain.checklists import Result
from monitor.inspections.signing import photo_needed
from monitor.store.finding_views import FindingView
from monitor.web.access import Permission, require
from monitor.web.answer import page
from monitor.web.form_token import check_form_token
from monitor.web.parameters import RowId
from monitor.web.rendering import STATIC
from monitor.web.site import site_of
from monitor.web.visitor import Visitor

router = APIRouter(include_in_schema=False)
_Inspector = Annotated[Visitor, require(Permission.INSPECT)]
_WORKER = STATIC / "js" / "on-site" / "worker.js"
_PLACE_ALLOWED = "camera=(), microphone=(), geolocation=(self), payment=()"


@router.post("/inspections/{checklist_id}/begin")
def begin(
    request: Request,
    visitor: _Inspector,
    checklist_id: RowId,
    token: Annotated[str, Form()] = "",
) -> Response:
    """Begin an inspection with a checklist, and go to the page to take along."""
    check_form_token(visitor.token, token)
    site_of(request).context.onsite.begin(visitor.scope, checklist_id, visitor.actor)
    return RedirectResponse(f"/on-site/{checklist_id}", 303)


@router.get("/on-site/worker.js")
def worker(_visitor: _Inspector) -> Response:
    """Send the service worker, with the version of what it is to keep."""
    version, files = kept_files()
    head = f"const VERSION = {json.dumps(version)};\nconst FILES = {json.dumps(files)};\n"
    return Response(
        head + _WORKER.read_text("utf-8"),
        headers={"Cache-Control": "no-cache"},
        media_type="text/javascript",
    )


@router.get("/on-site/{checklist_id}")
def show(request: Request, visitor: _Inspector, checklist_id: RowId) -> Response:
    """Show the page to take along."""
    inspection = site_of(request).context.onsite.get(visitor.scope, checklist_id)
    checklist = inspection.view.checklist
    response = page(
        request,
        "on_site.html",
        inspection=inspection,
        checklist=checklist,
        again=_again(request, inspection.view.visit_id),
        sections=tuple(
            (section, [entry for entry in checklist.entries if entry.item.section == section.id])
            for section in checklist.sections
        ),
        photo_items=frozenset(
            entry.item.id
            for entry in checklist.entries
            if photo_needed(checklist, entry, Result.FAIL)
        ),
    )
    # Photos may say where they were taken, if the inspector allows it; no other page may ask.
    response.headers["Permissions-Policy"] = _PLACE_ALLOWED
    return response


def _again(request: Request, visit_id: int | None) -> dict[str, list[FindingView]]:
    """Return what a re-inspection looks at, by item."""
    found: dict[str, list[FindingView]] = {}
    if visit_id is not None:
        for item in site_of(request).reinspections.findings(visit_id):
            found.setdefault(item.finding.item_id, []).append(item.finding)
    return found


@cache
def kept_files() -> tuple[str, list[str]]:
    """Return the version of the page's files, and their addresses."""
    digest, addresses = hashlib.sha256(), []
    for path in sorted(STATIC.rglob("*")):
        if path.is_file() and path.name != _WORKER.name:  # nor the worker of another page
            address = f"/static/{path.relative_to(STATIC).as_posix()}"
            addresses.append(address)
            digest.update(address.encode() + path.read_bytes())
    digest.update(_WORKER.read_bytes())
    return digest.hexdigest()[:16], addresses
