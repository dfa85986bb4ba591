"""The web's way to the worker that reads a camera."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import structlog

from monitor.domain.clock import Clock, to_datetime, utc_now
from monitor.domain.errors import ConflictError, InputError, KanhuError, SourceError
from monitor.domain.text import Text
from monitor.store.workers import WorkerRepository
from monitor.web.gateway import LiveAnswer, Still

log = structlog.get_logger(__name__)

_PATIENCE = httpx.Timeout(8.0, connect=2.0)
_ERRORS: dict[int, type[KanhuError]] = {404: SourceError, 409: ConflictError, 422: InputError}


class HttpWorkerGateway:
    """Forwards to workers over their private HTTP servers."""

    def __init__(self, workers: WorkerRepository, secret: str, clock: Clock) -> None:
        self._workers = workers
        self._clock = clock
        self._headers = {"Authorization": f"Bearer {secret}"}

    async def offer(
        self, camera_id: str, sdp: str, viewer: str, *, small: bool = False
    ) -> LiveAnswer:
        """Forward a viewer's SDP offer and return the worker's answer.

        A ``small`` picture is the camera's substream, where it has one.

        Raises:
            SourceError: no worker reads the camera now, or it cannot show it.
            InputError: the offer is not sound SDP.
            ConflictError: the worker has as many viewers as it can serve.
        """
        path = f"live/{camera_id}" + ("?size=small" if small else "")
        response = await self._ask("POST", camera_id, path, content=sdp.encode())
        answer = response.json()
        log.info("live_granted", camera=camera_id, viewer=viewer)
        return LiveAnswer(sdp=answer["answer"], session_id=answer["session"])

    async def close(self, camera_id: str, session_id: str) -> None:
        """End a live session; ending one that has ended already changes nothing."""
        try:
            await self._ask("DELETE", camera_id, f"live/{camera_id}/{session_id}")
        except SourceError:
            return  # a worker that is gone has no sessions

    async def still(self, camera_id: str) -> Still | None:
        """Return the newest picture of a camera, or ``None`` if it has none."""
        try:
            response = await self._ask("GET", camera_id, f"still/{camera_id}")
        except SourceError:
            return None
        return Still(response.content, to_datetime(float(response.headers["x-taken"])))

    async def ingest(self, camera_id: str, sdp: str, token: str | None) -> LiveAnswer:
        """Forward the SDP offer of a phone that wants to be a camera; ``None``: we vouch for it.

        Raises:
            SourceError: no worker waits for this sender, or the token is not the camera's.
            InputError: the offer cannot be answered.
            ConflictError: too many send already.
        """
        own = {} if token is None else {"X-Ingest-Token": token}
        path = f"ingest/{camera_id}"
        response = await self._ask("POST", camera_id, path, own, content=sdp.encode())
        answer = response.json()
        return LiveAnswer(sdp=answer["answer"], session_id=answer["session"])

    async def end_ingest(self, camera_id: str, session_id: str) -> None:
        """End what a phone sends; ending it twice changes nothing."""
        try:
            await self._ask("DELETE", camera_id, f"ingest/{camera_id}/{session_id}")
        except SourceError:
            return  # a worker that is gone has no sessions

    async def _ask(
        self,
        method: str,
        camera_id: str,
        path: str,
        headers: dict[str, str] | None = None,
        **options: Any,
    ) -> httpx.Response:
        worker = await asyncio.to_thread(self._workers.owner_of, camera_id, utc_now(self._clock))
        if worker is None:
            raise SourceError(
                Text("现在没有进程读取这台摄像机", "no worker reads this camera now"),
                where=camera_id,
                hint=Text(
                    "请稍后再试；若一直如此，请看系统页面",
                    "try again in a moment; if it stays so, look at the system page",
                ),
            )
        own = self._headers | (headers or {})
        try:
            async with httpx.AsyncClient(timeout=_PATIENCE, trust_env=False) as client:
                response = await client.request(
                    method,
                    f"{worker.url}/{path}",
                    headers=own,
                    **options,
                )
        except httpx.HTTPError as error:
            raise SourceError(
                Text(
                    f"这台摄像机的工作进程没有回答（{type(error).__name__}）",
                    f"the worker of this camera does not answer ({type(error).__name__})",
                ),
                where=camera_id,
                hint=Text("请稍后再试", "try again in a moment"),
            ) from None
        if response.is_success:
            return response
        raise _error_of(response, camera_id)


def _error_of(response: httpx.Response, camera_id: str) -> KanhuError:
    try:
        body = response.json()
        message, hint = str(body["error"]), str(body["hint"])
    except (ValueError, KeyError, TypeError):
        message, hint = f"the worker answered {response.status_code}", "try again in a moment"
    return _ERRORS.get(response.status_code, SourceError)(message, where=camera_id, hint=hint)
