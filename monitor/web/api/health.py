"""Is the service alive? For load balancers and container engines."""

from __future__ import annotations

from fastapi import APIRouter, Request
from starlette.responses import JSONResponse, Response

from monitor.web.access import PUBLIC
from monitor.web.site import site_of

router = APIRouter(include_in_schema=False)


@router.get("/healthz", dependencies=[PUBLIC])
async def health(request: Request) -> Response:
    """Answer 200 while the database is being read, else 503."""
    well = site_of(request).hub.well
    return JSONResponse({"status": "ok" if well else "degraded"}, 200 if well else 503)
