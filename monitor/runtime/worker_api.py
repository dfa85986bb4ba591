"""The worker's own small HTTP server: signalling for live view, stills, health and metrics.

It listens on a private address and answers only to the installation's shared secret; people never
reach it. The web process checks who is asking and forwards.
"""

from __future__ import annotations

import asyncio
import hmac
import socket
import threading
from collections.abc import Awaitable, Callable
from typing import Protocol

import structlog
import uvicorn
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from monitor.domain.errors import InputError, KanhuError, NotFoundError
from monitor.domain.text import Text
from monitor.streams.live import LiveFullError

log = structlog.get_logger(__name__)

_LARGEST_OFFER = 64 * 1024
_STATUS: dict[type[KanhuError], int] = {NotFoundError: 404, InputError: 422, LiveFullError: 409}


class Live(Protocol):
    """What the server needs of live view; all called on its own event loop."""

    async def offer(self, camera_id: str, sdp: str, *, small: bool = False) -> tuple[str, str]:
        """Answer a viewer's offer; return the session's id and the answer."""

    async def close(self, session_id: str) -> None:
        """End one session; ending it twice does no harm."""

    async def shutdown(self) -> None:
        """End all sessions."""


class Ingest(Protocol):
    """What the server needs to let senders in; all called on its own event loop."""

    async def offer(self, camera_id: str, token: str | None, sdp: str) -> tuple[str, str]:
        """Answer a sender's offer; return the session's id and the answer."""

    async def close(self, session_id: str) -> None:
        """End one session; ending it twice does no harm."""

    async def shutdown(self) -> None:
        """End all sessions."""


class WorkerServer:
    """Runs the worker's HTTP server and live view on one event loop in a thread of its own."""

    def __init__(
        self,
        host: str,
        secret: str,
        live: Live,
        still: Callable[[str], tuple[bytes, float] | None],
        ingest: Ingest,
    ) -> None:
        self._secret = secret
        self._live = live
        self._still = still
        self._ingest = ingest
        self._socket = socket.create_server((host, 0))
        self._socket.setblocking(False)
        port = self._socket.getsockname()[1]
        self.url = f"http://{host}:{port}"
        self._server = uvicorn.Server(
            uvicorn.Config(
                self._application(),
                log_config=None,
                access_log=False,
                lifespan="off",
                timeout_graceful_shutdown=2,
            )
        )
        self._thread = threading.Thread(target=self._run, name="worker-http", daemon=True)

    def start(self) -> None:
        """Begin to answer."""
        self._thread.start()

    def stop(self) -> None:
        """End all sessions and stop answering."""
        self._server.should_exit = True
        self._thread.join(5)

    def _run(self) -> None:
        asyncio.run(self._serve())

    async def _serve(self) -> None:
        try:
            await self._server.serve(sockets=[self._socket])
        finally:
            await self._live.shutdown()
            await self._ingest.shutdown()
            self._socket.close()

    def _application(self) -> Starlette:
        return Starlette(
            routes=[
                Route("/live/{camera}", self._guarded(self._offer), methods=["POST"]),
                Route("/live/{camera}/{session}", self._guarded(self._close), methods=["DELETE"]),
                Route("/ingest/{camera}", self._guarded(self._admit), methods=["POST"]),
                Route("/ingest/{camera}/{session}", self._guarded(self._end), methods=["DELETE"]),
                Route("/still/{camera}", self._guarded(self._still_of)),
                Route("/metrics", self._guarded(self._metrics)),
                Route("/healthz", self._guarded(self._healthy)),
            ]
        )

    def _guarded(
        self, handler: Callable[[Request], Awaitable[Response]]
    ) -> Callable[[Request], Awaitable[Response]]:
        expected = f"Bearer {self._secret}".encode()

        async def guarded(request: Request) -> Response:
            given = request.headers.get("authorization", "").encode()
            if not hmac.compare_digest(given, expected):
                return PlainTextResponse("forbidden", 403)
            try:
                return await handler(request)
            except KanhuError as error:
                body = {"error": error.message, "hint": error.hint}
                return JSONResponse(body, _STATUS.get(type(error), 503))

        return guarded

    async def _offer(self, request: Request) -> Response:
        sdp = await _sdp_of(request)
        small = request.query_params.get("size") == "small"
        session, answer = await self._live.offer(request.path_params["camera"], sdp, small=small)
        return JSONResponse({"session": session, "answer": answer}, 201)

    async def _admit(self, request: Request) -> Response:
        # Without the header the web process vouches for the sender.
        token = request.headers.get("x-ingest-token")
        sdp = await _sdp_of(request)
        session, answer = await self._ingest.offer(request.path_params["camera"], token, sdp)
        return JSONResponse({"session": session, "answer": answer}, 201)

    async def _end(self, request: Request) -> Response:
        await self._ingest.close(request.path_params["session"])
        return Response(status_code=204)

    async def _close(self, request: Request) -> Response:
        await self._live.close(request.path_params["session"])
        return Response(status_code=204)

    async def _still_of(self, request: Request) -> Response:
        picture = await asyncio.to_thread(self._still, request.path_params["camera"])
        if picture is None:
            raise NotFoundError(
                Text("还没有画面", "no picture yet"),
                hint=Text("请等摄像机在线", "wait until the camera is online"),
            )
        jpeg, taken = picture
        return Response(jpeg, media_type="image/jpeg", headers={"X-Taken": f"{taken:.3f}"})

    async def _metrics(self, _request: Request) -> Response:
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)

    async def _healthy(self, _request: Request) -> Response:
        return PlainTextResponse("ok")


async def _sdp_of(request: Request) -> str:
    sdp = await request.body()
    if len(sdp) > _LARGEST_OFFER:
        raise InputError(
            Text("offer 太大", "the offer is too large"),
            hint=Text("请发送 SDP offer", "send an SDP offer"),
        )
    return sdp.decode("utf-8", "replace")
