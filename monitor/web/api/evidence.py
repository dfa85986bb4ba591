"""Snapshots and clips, whole or in ranges as players ask for them."""

from __future__ import annotations

import re
from typing import Annotated

import structlog
from fastapi import APIRouter, Header, Request
from starlette.responses import Response, StreamingResponse

from monitor.domain.evidence import EvidenceKind
from monitor.store.evidence import EvidenceView
from monitor.web.access import Permission, require
from monitor.web.parameters import RowId
from monitor.web.site import site_of
from monitor.web.viewing import refuse_without_reason
from monitor.web.visitor import Visitor

router = APIRouter(prefix="/api/v1", tags=["evidence"])
_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")
_SHOWN = frozenset({"image/jpeg", "image/png", "video/mp4"})
_CONTENT: dict[str, dict[str, object]] = {
    kind: {} for kind in (*sorted(_SHOWN), "application/octet-stream")
}
_logger = structlog.get_logger(__name__)


@router.get(
    "/evidence/{evidence_id}",
    response_class=StreamingResponse,
    responses={
        200: {"content": _CONTENT, "description": "The whole file"},
        206: {"content": _CONTENT, "description": "The range asked for"},
        416: {"description": "Nothing is at that range"},
    },
)
def evidence(
    request: Request,
    visitor: Annotated[Visitor, require(Permission.EVIDENCE)],
    evidence_id: RowId,
    range_header: Annotated[str | None, Header(alias="range")] = None,
) -> Response:
    """Send a piece of evidence; `Range` is understood.

    A clip is sent only after a reason was given (`POST /alerts/{id}/viewings`). What is to leave
    the house is asked for (`POST /alerts/{id}/exports`).
    """
    site = site_of(request)
    piece = site.evidence.get(visitor.scope, evidence_id)
    refuse_without_reason(site, visitor, piece)
    size = site.context.files.size(piece.path)
    if piece.kind is EvidenceKind.CLIP and (range_header is None or "=0-" in range_header):
        _logger.info("clip_opened", evidence=evidence_id, user=visitor.user.name)
    headers = _headers(piece)
    wanted = wanted_range(range_header, size)
    if wanted is None:
        return Response(status_code=416, headers={"Content-Range": f"bytes */{size}"})
    start, end = wanted
    headers["Content-Length"] = str(end - start)
    status = 200
    if range_header is not None and _RANGE.fullmatch(range_header):
        headers["Content-Range"] = f"bytes {start}-{end - 1}/{size}"
        status = 206
    stream = site.context.files.stream(piece.path, start, end)
    return StreamingResponse(stream, status, headers, _media_type(piece))


def wanted_range(header: str | None, size: int) -> tuple[int, int] | None:
    """Return the bytes ``(start, end)`` that a ``Range`` header asks for, ``end`` not included.

    Anything but a single sound range means the whole file; ``None`` means that there is nothing
    at the place asked for.
    """
    match = _RANGE.fullmatch(header) if header else None
    if match is None or not (match[1] or match[2]):
        return 0, size
    if not match[1]:
        start = max(0, size - int(match[2]))
        return (start, size) if start < size else None
    start = int(match[1])
    end = min(int(match[2]) + 1, size) if match[2] else size
    return (start, end) if start < end else None


def _headers(piece: EvidenceView) -> dict[str, str]:
    headers = {"Accept-Ranges": "bytes"}
    if _media_type(piece) == "application/octet-stream":
        name = f"alert-{piece.alert_id}-{piece.kind.value}-{piece.id}.bin"
        headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return headers


def _media_type(piece: EvidenceView) -> str:
    # Only what is known to be inert is shown in the page's own origin.
    return piece.media_type if piece.media_type in _SHOWN else "application/octet-stream"
