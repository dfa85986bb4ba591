"""Only our own pages may make a browser change something here.

A browser tells where a request comes from (``Sec-Fetch-Site``, ``Origin``) and no page can forge
that. Forms of signed-in people also carry a token (:mod:`monitor.web.form_token`). A program with
an API token proves itself by that.
"""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from monitor.domain.text import Text
from monitor.web.bearer import is_bearer
from monitor.web.failures import failure_response
from monitor.web.form_token import ForeignRequestError

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})


class SameOrigin:
    """Refuses requests that change something unless they come from our own pages.

    ``exempt`` are path prefixes for machines, which prove themselves otherwise.
    """

    def __init__(self, app: ASGIApp, public_url: str | None, exempt: Sequence[str]) -> None:
        self._app = app
        self._public = _origin(public_url) if public_url else None
        self._exempt = tuple(exempt)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection."""
        if scope["type"] == "http" and self._foreign(scope):
            error = ForeignRequestError(
                Text(
                    "请求不是从本站页面发出的",
                    "the request did not come from this site's own pages",
                )
            )
            response = await failure_response(Request(scope), error)
            await response(scope, receive, send)
            return
        await self._app(scope, receive, send)

    def _foreign(self, scope: Scope) -> bool:
        if scope["method"] in _SAFE or scope["path"].startswith(self._exempt):
            return False
        headers = Headers(scope=scope)
        if is_bearer(headers) and scope["path"].startswith("/api/"):
            return False  # no page can make a browser send this header elsewhere
        origin = headers.get("origin")
        if origin is not None:
            own = f"{scope['scheme']}://{headers.get('host', '')}".lower()
            return origin.lower() not in (own, self._public)
        return headers.get("sec-fetch-site") != "same-origin"


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}".lower()
