"""How a process asks the platform: what cameras are read by, audits made and devices listed."""

from __future__ import annotations

import json
import socket
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from monitor.domain.text import Text
from monitor.streams.failures import Reason, StreamError
from monitor.streams.gb28181.manscdp import Channel, Interval
from monitor.streams.gb28181.sdp import Transport

_LONGEST_ANSWER = 32 << 20  # bytes
_CONNECT_WITHIN = 3.0  # seconds
_USUAL_WAIT = 60.0
_PER_DAY = 30.0


@dataclass(frozen=True, slots=True)
class MediaPlan:
    """How a device's media are to be received; ``ports`` are the first and the last usable."""

    transport: Transport
    host: str
    ports: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Session:
    """Media that a device has agreed to send, until :meth:`close`.

    They come from one of ``hosts``; for TCP that the platform opens, the first host and ``port``
    are where to.
    """

    hosts: tuple[str, ...]
    port: int
    ssrc: int
    line: socket.socket

    def ended(self) -> bool:
        """Say whether the device, or the platform, has ended it."""
        try:
            return self.line.recv(1, socket.MSG_PEEK) == b""
        except BlockingIOError:
            return False
        except OSError:
            return True

    def close(self) -> None:
        """Have the device stop."""
        self.line.close()


class DeskClient:
    """Asks the desk whose file is at ``path``. Every method may raise ``StreamError``."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def devices(self) -> dict[str, Any]:
        """Return ``devices`` (state, address, edition …) and ``strangers`` who were turned away."""
        found: dict[str, Any] = self._ask(_USUAL_WAIT, do="devices")
        return found

    def catalogue(self, device: str) -> tuple[list[Channel], bool]:
        """Return what ``device`` has, and whether that is everything."""
        found = self._ask(_USUAL_WAIT, do="catalogue", device=device)
        return [Channel(**item) for item in found["channels"]], bool(found["complete"])

    def records(self, device: str, channel: str, start: datetime, end: datetime) -> list[Interval]:
        """Return when ``channel`` was recorded between two aware moments: merged, in order."""
        days = (end - start).total_seconds() / 86_400 + 2
        found = self._ask(
            days * _PER_DAY,
            do="records",
            device=device,
            channel=channel,
            start=start.isoformat(),
            end=end.isoformat(),
        )
        return [Interval(*map(datetime.fromisoformat, pair)) for pair in found]

    def prepare(self, device: str) -> MediaPlan:
        """Return how to receive from ``device``, which must be online."""
        found = self._ask(_USUAL_WAIT, do="prepare", device=device)
        first, last = found["ports"]
        return MediaPlan(Transport(found["transport"]), found["host"], (first, last))

    def play(
        self,
        device: str,
        channel: str,
        *,
        port: int,
        transport: Transport,
        substream: bool = False,
        start: int = 0,
        end: int = 0,
    ) -> Session:
        """Have media of ``channel`` sent to ``port``: live, or recorded from ``start`` to ``end``.

        ``start`` and ``end`` are POSIX seconds. The session must be closed.
        """
        line = self._call(
            do="play",
            device=device,
            channel=channel,
            port=port,
            transport=transport.value,
            substream=substream,
            start=start,
            end=end,
        )
        try:
            found = _answer(line, _USUAL_WAIT)
            line.setblocking(False)
            return Session(tuple(found["hosts"]), int(found["port"]), int(found["ssrc"]), line)
        except BaseException:
            line.close()
            raise

    def _ask(self, within: float, **request: Any) -> Any:
        with self._call(**request) as line:
            return _answer(line, within)

    def _call(self, **request: Any) -> socket.socket:
        try:
            place = json.loads(self._path.read_text("utf-8"))
            line = socket.create_connection((place["host"], place["port"]), _CONNECT_WITHIN)
            line.sendall(json.dumps({**request, "token": place["token"]}).encode() + b"\n")
        except (OSError, ValueError, KeyError, TypeError):
            raise StreamError(Reason.NO_PLATFORM) from None
        return line


def _answer(line: socket.socket, within: float) -> Any:
    line.settimeout(within)
    data = b""
    try:
        while not data.endswith(b"\n") and len(data) < _LONGEST_ANSWER:
            piece = line.recv(1 << 16)
            if not piece:
                raise StreamError(Reason.NO_PLATFORM)
            data += piece
        value = json.loads(data)
    except TimeoutError:
        raise StreamError(Reason.TIMED_OUT) from None
    except (OSError, ValueError):
        raise StreamError(Reason.NO_PLATFORM) from None
    if "reason" in value:
        detail = Text.read_back(value["detail"])
        raise StreamError(Reason(value["reason"]), where=value["where"], detail=detail)
    return value["result"]
