"""Puts the application together."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

from fastapi import FastAPI
from starlette.middleware import Middleware
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from monitor import __version__
from monitor.web import failures
from monitor.web.access import check_every_route
from monitor.web.api import ROUTERS as API
from monitor.web.context import WebContext
from monitor.web.headers import SecurityHeaders
from monitor.web.metrics import CountRequests
from monitor.web.pages import ROUTERS as PAGES
from monitor.web.rendering import STATIC
from monitor.web.same_origin import SameOrigin
from monitor.web.site import Site

_LARGEST_BODY = 256 * 1024


class _Files(StaticFiles):
    """Static files that browsers keep but ask about, so that an update shows at once."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        response.headers["Cache-Control"] = "no-cache"
        return response


def create_app(context: WebContext) -> FastAPI:
    """Build the application.

    Raises:
        LookupError: a route does not say who may use it.
    """
    site = Site.of(context)
    app = FastAPI(
        title="Kanhu",
        version=__version__,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        max_body_size=_LARGEST_BODY,
        lifespan=_reading_the_feed,
        middleware=[
            Middleware(CountRequests),
            Middleware(SecurityHeaders),
            Middleware(
                SameOrigin,
                public_url=context.settings.service.public_url,
                exempt=("/demo/inbox/", "/api/v1/whip/"),
            ),
        ],
    )
    app.state.site = site
    failures.install(app)
    app.mount("/static", _Files(directory=STATIC), name="static")
    for router in (*PAGES, *API):
        app.include_router(router)
    check_every_route(app.routes)
    return app


@contextlib.asynccontextmanager
async def _reading_the_feed(app: FastAPI) -> AsyncIterator[None]:
    site: Site = app.state.site
    reader = asyncio.create_task(site.hub.run(), name="feed hub")
    try:
        yield
    finally:
        site.context.backtests.stop()
        site.hub.stop()  # not cancelled: a thread may be in the middle of reading
        await reader
