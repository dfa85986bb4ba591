"""Is the service alive, and is it ready? For load balancers, container engines and Prometheus."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Request
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy.exc import SQLAlchemyError
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, Response

from monitor.store import migrate
from monitor.web.access import PUBLIC, Permission, require
from monitor.web.config_state import config_state
from monitor.web.directory import Directory
from monitor.web.metrics import store_metrics
from monitor.web.site import Site, site_of
from monitor.web.visitor import Visitor

router = APIRouter(include_in_schema=False)


@router.get("/healthz", dependencies=[PUBLIC])
async def health(request: Request) -> Response:
    """Answer 200 while the database is being read, else 503."""
    well = site_of(request).hub.well
    return JSONResponse({"status": "ok" if well else "degraded"}, 200 if well else 503)


@router.get("/readyz", dependencies=[PUBLIC])
async def ready(request: Request) -> Response:
    """Answer 200 when requests can be served: database there, schema right, feed running."""
    checks = await run_in_threadpool(_checks, site_of(request))
    status = "ready" if all(checks.values()) else "not ready"
    told = {name: "ok" if well else "failing" for name, well in checks.items()}
    answer: dict[str, object] = {"status": status, "checks": told}
    if checks["database"]:
        # Told, but no reason to send nobody here: what runs goes on running.
        answer["configuration"] = await run_in_threadpool(config_state, site_of(request))
    return JSONResponse(answer, 200 if status == "ready" else 503)


@router.get("/metrics")
def metrics(request: Request, visitor: Annotated[Visitor, require(Permission.METRICS)]) -> Response:
    """Return what this process counts and how the district is doing, as Prometheus reads it."""
    site = site_of(request)
    directory = Directory(site.places.tree(visitor.scope))
    body = generate_latest() + store_metrics(site, directory)
    return Response(body, headers={"Content-Type": CONTENT_TYPE_LATEST})


def _checks(site: Site) -> dict[str, bool]:
    try:
        revision = migrate.revision_seen(site.context.database)
    except SQLAlchemyError:
        return {"database": False, "schema": False, "feed": site.hub.well}
    # Tables made without migrations, as in tests, have no revision.
    schema = revision in (None, migrate.head())
    return {"database": True, "schema": schema, "feed": site.hub.well}
