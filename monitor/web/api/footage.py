"""Footage for programs: say why, ask to take it away, fetch what was approved."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import StreamingResponse

from monitor.domain.exports import Export, ExportState, Faces
from monitor.web.access import Permission, require
from monitor.web.api.problems import CONFLICT
from monitor.web.packages import package
from monitor.web.parameters import RowId
from monitor.web.site import site_of
from monitor.web.viewing import LASTS, begin_viewing
from monitor.web.visitor import Visitor

router = APIRouter(prefix="/api/v1", tags=["footage"])
_Exporter = Annotated[Visitor, require(Permission.EXPORT)]
_Reason = Annotated[str, Field(min_length=1, max_length=1000, pattern=r"[^\s\x00-\x1f\x7f]")]


class ViewingIn(BaseModel):
    """Why somebody looks at the recording of an alert."""

    model_config = ConfigDict(extra="forbid")

    reason: _Reason


class ViewingOut(BaseModel):
    """Until when the clip can be fetched; `entry` is the row in the access register."""

    entry: int
    until: datetime


class ExportIn(BaseModel):
    """Why the evidence of an alert is to leave the house, and whether faces are blurred."""

    model_config = ConfigDict(extra="forbid")

    reason: _Reason
    faces: Faces = Faces.BLURRED


class ExportOut(BaseModel):
    """One request and what became of it."""

    id: int
    alert: int
    state: ExportState
    faces: Faces
    reason: str
    requester: str
    requested: datetime
    decider: str
    decision: str
    decided: datetime | None
    expires: datetime | None
    sha256: str
    size: int

    @classmethod
    def of(cls, export: Export) -> ExportOut:
        """Shape an export."""
        return cls(
            id=export.id,
            alert=export.alert_id,
            state=export.state,
            faces=export.faces,
            reason=export.reason,
            requester=export.requester,
            requested=export.requested,
            decider=export.decider,
            decision=export.decision,
            decided=export.decided,
            expires=export.expires,
            sha256=export.sha256,
            size=export.size,
        )


@router.post("/alerts/{alert_id}/viewings", status_code=201)
def view(
    request: Request,
    visitor: Annotated[Visitor, require(Permission.EVIDENCE)],
    alert_id: RowId,
    body: ViewingIn,
) -> ViewingOut:
    """Put down why the recording of an alert is looked at; its clip can be fetched after that."""
    entry = begin_viewing(site_of(request), visitor, alert_id, body.reason)
    return ViewingOut(entry=entry.position, until=entry.at + LASTS)


@router.post("/alerts/{alert_id}/exports", status_code=201, responses=CONFLICT)
def ask(request: Request, visitor: _Exporter, alert_id: RowId, body: ExportIn) -> ExportOut:
    """Ask for the evidence of an alert; a supervisor decides."""
    site = site_of(request)
    return ExportOut.of(
        site.exports.request(
            visitor.scope,
            alert_id,
            visitor.accessor,
            body.reason,
            body.faces,
            site.context.now(),
        )
    )


@router.get("/exports")
def list_exports(request: Request, visitor: _Exporter) -> list[ExportOut]:
    """List one's own requests, those that wait first."""
    site = site_of(request)
    return [ExportOut.of(item) for item in site.exports.list(visitor.scope, visitor.user.id)]


@router.get(
    "/exports/{export_id}/package",
    response_class=StreamingResponse,
    responses={
        200: {"content": {"application/zip": {}}, "description": "Evidence package"},
        **CONFLICT,
    },
)
def fetch(request: Request, visitor: _Exporter, export_id: RowId) -> StreamingResponse:
    """Fetch an approved package."""
    return package(site_of(request), visitor, export_id)
