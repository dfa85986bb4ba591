"""The desk: where other processes of this machine ask things of the platform.

A line of JSON in, a line of JSON out, over a loopback connection that knows the token in the desk
file. A ``play`` keeps its connection: when it closes, the device is told to stop; when the device
stops, it is closed. So a reader that is killed leaves nothing behind.
"""

from __future__ import annotations

import asyncio
import contextlib
import hmac
import json
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

import structlog

from monitor.domain.errors import KanhuError
from monitor.streams.failures import Reason, StreamError
from monitor.streams.gb28181.address import media_hosts
from monitor.streams.gb28181.calls import Call
from monitor.streams.gb28181.memory import write_private
from monitor.streams.gb28181.platform import Platform, Wish
from monitor.streams.gb28181.sdp import Transport

log = structlog.get_logger(__name__)

DESK_FILE = "gb28181.json"
"""Name of the file in the data folder that says where the desk is."""
_LONGEST_LINE = 64 * 1024
_LINE_WITHIN = 10.0  # seconds
_LAST_BYES = 3.0


class Desk:
    """Serves ``platform`` to whoever can read the file at ``path``."""

    def __init__(self, platform: Platform, path: Path, host: str = "127.0.0.1") -> None:
        self._platform = platform
        self._path = path
        self._host = host
        self._token = secrets.token_urlsafe(24)
        self._server: asyncio.Server | None = None
        self._serving: set[asyncio.Task[Any]] = set()
        self._answers: dict[str, Callable[[dict[str, Any]], Awaitable[Any]]] = {
            "devices": self._devices,
            "catalogue": self._catalogue,
            "records": self._records,
            "prepare": self._prepare,
        }

    async def open(self) -> None:
        """Listen on a free port and write the desk file."""
        self._server = await asyncio.start_server(self._serve, self._host, 0, limit=_LONGEST_LINE)
        port = self._server.sockets[0].getsockname()[1]
        place = {"host": self._host, "port": port, "token": self._token}
        write_private(self._path, json.dumps(place))

    async def close(self) -> None:
        """End every session and remove the desk file."""
        self._path.unlink(missing_ok=True)
        if self._server is not None:
            self._server.close()
        for task in tuple(self._serving):
            task.cancel()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_LAST_BYES):
                await asyncio.gather(*self._serving, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None  # noqa: S101 - a stream callback is a task
        self._serving.add(task)
        try:
            async with asyncio.timeout(_LINE_WITHIN):
                line = await reader.readline()
            await self._attend(line, reader, writer)
        except (OSError, ValueError) as error:
            log.debug("gb28181_desk_connection_ended", error=type(error).__name__)
        except asyncio.CancelledError:
            pass  # the desk closes; the session's own clean-up has run
        finally:
            self._serving.discard(task)
            writer.close()

    async def _attend(
        self, line: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        request = json.loads(line or b"{}")
        if not hmac.compare_digest(str(request.get("token", "")).encode(), self._token.encode()):
            return
        try:
            if request.get("do") == "play":
                await self._play(request, reader, writer)
                return
            answer = self._answers.get(str(request.get("do")))
            result = await answer(request) if answer else None
            _write(writer, {"result": result})
        except StreamError as error:
            _write(writer, _failure(error))
        except (KanhuError, KeyError, TypeError, ValueError) as error:
            _write(writer, _failure(StreamError(Reason.OTHER, detail=str(error))))

    async def _play(
        self,
        request: dict[str, Any],
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> None:
        ended = asyncio.Event()
        wish = Wish(
            device=str(request["device"]),
            channel=str(request["channel"]),
            port=int(request["port"]),
            transport=Transport(request["transport"]),
            substream=bool(request.get("substream")),
            start=int(request.get("start", 0)),
            end=int(request.get("end", 0)),
        )
        left = asyncio.create_task(reader.read(1))
        inviting = asyncio.create_task(self._platform.invite(wish, ended.set))
        call: Call | None = None
        over = asyncio.create_task(ended.wait())
        try:
            await asyncio.wait({left, inviting}, return_when=asyncio.FIRST_COMPLETED)
            if not inviting.done():
                return  # whoever asked has gone
            call = inviting.result()
            signalling = self._platform.online(wish.device).address[0]
            answer = call.answer
            _write(
                writer,
                {
                    "result": {
                        "hosts": media_hosts(answer.host, signalling),
                        "port": answer.port,
                        "ssrc": int(call.ssrc),
                        "encoding": answer.encoding,
                    }
                },
            )
            await asyncio.wait({left, over}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (left, over, inviting):
                task.cancel()
            await asyncio.gather(left, over, inviting, return_exceptions=True)
            call = call or _result(inviting)
            if call is not None:
                await asyncio.shield(self._platform.calls.hang_up(call))

    async def _devices(self, _request: dict[str, Any]) -> Any:
        registrar, now = self._platform.registrar, self._platform.now
        rows = []
        for plan in self._platform.plan.devices:
            known = registrar.get(plan.id, now)
            state = "absent" if known is None else "offline"
            if known is not None and registrar.is_online(known, now):
                state = "online"
            row: dict[str, Any] = {"id": plan.id, "state": state}
            if known is not None:
                row |= {
                    "address": f"{known.address[0]}:{known.address[1]}",
                    "transport": "TCP" if known.reliable else "UDP",
                    "seen": known.seen,
                    "registered": known.registered,
                    "edition": known.edition,
                    "agent": known.agent,
                }
            row["calls"] = sum(d.device == plan.id for d in self._platform.calls.dialogs)
            rows.append(row)
        return {"devices": rows, "strangers": [asdict(item) for item in self._platform.strangers]}

    async def _catalogue(self, request: dict[str, Any]) -> Any:
        channels, complete = await self._platform.queries.catalogue(str(request["device"]))
        return {"channels": [asdict(channel) for channel in channels], "complete": complete}

    async def _records(self, request: dict[str, Any]) -> Any:
        found = await self._platform.queries.records(
            str(request["device"]),
            str(request["channel"]),
            datetime.fromisoformat(request["start"]),
            datetime.fromisoformat(request["end"]),
        )
        return [[item.start.isoformat(), item.end.isoformat()] for item in found]

    async def _prepare(self, request: dict[str, Any]) -> Any:
        device = str(request["device"])
        self._platform.online(device)
        plan = self._platform.plan
        listed = plan.device(device)
        return {
            "transport": listed.transport if listed else Transport.TCP_PASSIVE,
            "host": plan.media_host or plan.host,
            "ports": plan.media_ports,
        }


def _result(inviting: asyncio.Task[Call]) -> Call | None:
    if inviting.cancelled() or inviting.exception() is not None:
        return None
    return inviting.result()


def _write(writer: asyncio.StreamWriter, value: dict[str, Any]) -> None:
    writer.write(json.dumps(value).encode() + b"\n")


def _failure(error: StreamError) -> dict[str, Any]:
    return {"reason": error.reason.value, "where": error.where, "detail": error.detail.kept()}
