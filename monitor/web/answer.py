"""Pages as answers: what every template needs, put together in one place."""

from __future__ import annotations

from typing import Any

from fastapi import Request
from starlette.responses import HTMLResponse

from monitor.web.access import Permission, permissions_for
from monitor.web.navigation import navigation
from monitor.web.site import site_of
from monitor.web.visitor import Visitor, language_of, theme_of


def page(request: Request, template: str, *, status: int = 200, **values: Any) -> HTMLResponse:
    """Return a rendered page.

    Besides ``values`` a template sees ``language``, ``theme``, ``visitor`` (``None`` before
    sign-in), ``may`` (the visitor's permissions), ``path``, ``relayed`` (live view
    may need STUN or TURN), ``nav`` (what the bar leads to), ``back_path``, ``now`` and
    ``request_id``.
    """
    known: tuple[Visitor | None] | None = getattr(request.state, "visitor", None)
    visitor = known[0] if known is not None else None
    site = site_of(request)
    may = _names(visitor)
    path = request.url.path
    html = site.renderer.render(
        template,
        language_of(request),
        theme=theme_of(request),
        visitor=visitor,
        may=may,
        path=path,
        relayed=bool(site.context.settings.live.ice_servers),
        nav=navigation(
            path,
            may,
            demo=site.context.settings.demo,
            labelling=site.context.labels is not None,
        ),
        back_path=own_address(request),
        now=site.context.now(),
        request_id=request.state.request_id,
        **values,
    )
    return HTMLResponse(html, status)


def parts(request: Request, template: str, **values: Any) -> str:
    """Return only the main part of a page that extends ``layout``: nothing about the visitor."""
    site = site_of(request)
    visitor: Visitor = request.state.visitor[0]
    return site.renderer.render(
        template,
        language_of(request),
        layout="parts.html",
        may=_names(visitor),
        now=site.context.now(),
        **values,
    )


def own_address(request: Request) -> str:
    """Return path and query of a request: where to come back to."""
    query = request.url.query
    return f"{request.url.path}?{query}" if query else request.url.path


def _names(visitor: Visitor | None) -> frozenset[Permission]:
    return frozenset() if visitor is None else permissions_for(visitor)
