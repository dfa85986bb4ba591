"""Footage: saying why one looks at it, asking to take it away, deciding, fetching."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import RedirectResponse, Response, StreamingResponse

from monitor.domain.exports import Faces
from monitor.web.access import Permission, may, require
from monitor.web.answer import page
from monitor.web.asked import check_faces, opened_alert
from monitor.web.directory import Directory
from monitor.web.form_token import check_form_token
from monitor.web.packages import package
from monitor.web.parameters import RowId
from monitor.web.site import site_of
from monitor.web.viewing import begin_viewing
from monitor.web.visitor import Visitor

router = APIRouter(include_in_schema=False)
_Exporter = Annotated[Visitor, require(Permission.EXPORT)]
_Token = Annotated[str, Form()]
_Reason = Annotated[str, Form(max_length=2000)]
_Asked = Annotated[int, Form(alias="request", ge=0, le=2**63 - 1)]


@router.post("/alerts/{alert_id}/view")
def view(
    request: Request,
    visitor: Annotated[Visitor, require(Permission.EVIDENCE)],
    alert_id: RowId,
    token: _Token = "",
    reason: _Reason = "",
    asked: _Asked = 0,
) -> Response:
    """Put down why somebody looks at the recording, and show it."""
    check_form_token(visitor.token, token)
    begin_viewing(site_of(request), visitor, alert_id, reason, asked or None)
    return RedirectResponse(f"/alerts/{alert_id}{f'?request={asked}' if asked else ''}", 303)


@router.post("/alerts/{alert_id}/export")
def ask(
    request: Request,
    visitor: _Exporter,
    alert_id: RowId,
    token: _Token = "",
    reason: _Reason = "",
    faces: Annotated[Faces, Form()] = Faces.BLURRED,
    asked: _Asked = 0,
) -> Response:
    """Ask for the evidence of an alert to take away."""
    check_form_token(visitor.token, token)
    site = site_of(request)
    if asked:
        alert = site.alerts.get(visitor.scope, alert_id).alert
        check_faces(opened_alert(site, visitor, asked, alert), faces)
    site.exports.request(
        visitor.scope,
        alert_id,
        visitor.accessor,
        reason,
        faces,
        site.context.now(),
        data_request=asked or None,
    )
    return RedirectResponse("/exports", 303)


@router.get("/exports")
def index(request: Request, visitor: _Exporter) -> Response:
    """List one's own requests; for those who decide, everybody's."""
    site = site_of(request)
    decides = may(visitor, Permission.APPROVE)
    return page(
        request,
        "exports.html",
        exports=site.exports.list(visitor.scope, None if decides else visitor.user.id),
        decides=decides,
        directory=Directory(site.places.tree(visitor.scope)),
    )


@router.post("/exports/{export_id}/decide")
def decide(
    request: Request,
    visitor: Annotated[Visitor, require(Permission.APPROVE)],
    export_id: RowId,
    token: _Token = "",
    verdict: Annotated[str, Form(pattern=r"^(approve|deny)$")] = "deny",
    reason: _Reason = "",
) -> Response:
    """Approve or deny what somebody else asked for."""
    check_form_token(visitor.token, token)
    site = site_of(request)
    site.exports.decide(
        visitor.scope,
        export_id,
        visitor.accessor,
        approve=verdict == "approve",
        reason=reason,
        now=site.context.now(),
    )
    return RedirectResponse("/exports", 303)


@router.get("/exports/{export_id}/package")
def fetch(request: Request, visitor: _Exporter, export_id: RowId) -> StreamingResponse:
    """Send a package to whoever asked for it."""
    return package(site_of(request), visitor, export_id)
