"""One RTSP connection to a simulated camera (RFC 2326), with media interleaved on it or by UDP.

A viewer that cannot keep up loses pictures up to the next keyframe instead of filling the
memory of the simulator, as a camera's own small buffer would make it.
"""

from __future__ import annotations

import asyncio
import base64
import re
import secrets
import socket
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import unquote, urlsplit

from monitor.demo.rtsp_auth import Credentials, Doorkeeper
from monitor.demo.rtsp_media import Footage
from monitor.demo.rtsp_rtp import PAYLOAD_TYPE, interleaved

SESSION_TIMEOUT = 60  # seconds
_MOST_BUFFERED = 2 << 20  # bytes
_TRACK = "trackID=0"
_HEVC_SETS = ("vps", "sps", "pps")
_REASONS = {
    200: "OK",
    302: "Moved Temporarily",
    401: "Unauthorized",
    404: "Not Found",
    454: "Session Not Found",
    455: "Method Not Valid in This State",
    461: "Unsupported Transport",
    501: "Not Implemented",
    503: "Service Unavailable",
}


class Channel(Protocol):
    """What a session needs to know of the camera that it shows."""

    footage: Footage
    credentials: Credentials | None
    refused: bool
    moved_to: str | None
    ranges: deque[str]
    awake: asyncio.Event

    def join(self, session: RtspSession) -> tuple[int, int]:
        """Start sending to ``session``; return the next sequence number and RTP time."""

    def leave(self, session: RtspSession) -> None:
        """Stop sending to ``session``."""


@dataclass(frozen=True, slots=True)
class Request:
    """One parsed RTSP request; header names are lower case."""

    method: str
    url: str
    headers: dict[str, str]


class DatagramWay:
    """Two sockets, for RTP and RTCP, from which one viewer's packets are sent."""

    def __init__(self, host: str, port: int) -> None:
        self._sockets = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(2)]
        self._to = (host, port), (host, port + 1)
        for one in self._sockets:
            one.setblocking(False)
            one.bind(("127.0.0.1", 0))
        self.ports = [one.getsockname()[1] for one in self._sockets]

    def send(self, number: int, packets: list[bytes]) -> None:
        """Send ``packets`` by the socket for RTP (0) or RTCP (1); what does not fit is lost."""
        for packet in packets:
            with suppress(OSError):
                self._sockets[number].sendto(packet, self._to[number])

    def close(self) -> None:
        """Close both sockets."""
        for one in self._sockets:
            one.close()


class RtspSession:
    """Speaks RTSP with one client until it leaves, or until somebody cuts the line."""

    def __init__(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        lookup: Callable[[str], Channel | None],
    ) -> None:
        self._reader = reader
        self._writer = writer
        self._lookup = lookup
        self._id = secrets.token_hex(8)
        self._channel: Channel | None = None
        self._doorkeeper: Doorkeeper | None = None
        self._rtp_channel: int | None = None
        self._datagrams: DatagramWay | None = None
        self._waits_for_keyframe = True

    async def run(self) -> None:
        """Serve requests until the connection ends."""
        try:
            while (request := await self._next_request()) is not None:
                if not await self._serve(request):
                    break
        except (ConnectionError, asyncio.IncompleteReadError, ValueError):
            pass  # the viewer went away, or does not speak RTSP: both end the session
        finally:
            self.cut()

    def cut(self) -> None:
        """Close the connection at once."""
        if self._channel is not None:
            self._channel.leave(self)
        if self._datagrams is not None:
            self._datagrams.close()
        self._writer.transport.abort()

    def send_picture(self, packets: list[bytes], keyframe: bool) -> None:
        """Send the RTP packets of one picture, unless the viewer lags behind."""
        if self._writer.transport.get_write_buffer_size() > _MOST_BUFFERED:
            self._waits_for_keyframe = True
        elif keyframe:
            self._waits_for_keyframe = False
        if self._waits_for_keyframe:
            return
        if self._datagrams is not None:
            self._datagrams.send(0, packets)
        elif self._rtp_channel is not None:
            self._writer.write(interleaved(self._rtp_channel, packets))

    def send_report(self, report: bytes) -> None:
        """Send an RTCP packet."""
        if self._datagrams is not None:
            self._datagrams.send(1, [report])
        elif self._rtp_channel is not None:
            self._writer.write(interleaved(self._rtp_channel + 1, [report]))

    async def _next_request(self) -> Request | None:
        while first := await self._reader.read(1):
            if first == b"$":  # the viewer's own RTCP: read and forget
                head = await self._reader.readexactly(3)
                await self._reader.readexactly(int.from_bytes(head[1:], "big"))
            elif first not in b"\r\n":
                text = (first + await self._reader.readuntil(b"\r\n\r\n")).decode("latin-1")
                return await self._parse(text)
        return None

    async def _parse(self, text: str) -> Request:
        line, *rest = text.strip().split("\r\n")
        method, url, _version = line.split(" ", 2)
        headers = {
            name.strip().lower(): value.strip()
            for name, _, value in (entry.partition(":") for entry in rest)
        }
        await self._reader.readexactly(int(headers.get("content-length", "0")))
        return Request(method.upper(), url, headers)

    async def _serve(self, request: Request) -> bool:
        name = _camera_name(request.url)
        channel = self._channel or self._lookup(name)
        if channel is not None:
            await channel.awake.wait()
        if request.method == "OPTIONS":
            self._answer(
                request, 200, Public="OPTIONS, DESCRIBE, SETUP, PLAY, TEARDOWN, GET_PARAMETER"
            )
        elif channel is None:
            self._answer(request, 404)
        elif channel.refused:
            self._answer(request, 503)
        elif (challenge := self._challenge(channel, request)) is not None:
            self._answer(request, 401, **{"WWW-Authenticate": challenge})
        elif channel.moved_to is not None and request.method == "DESCRIBE":
            self._answer(request, 302, Location=channel.moved_to)
        else:
            return self._perform(request, channel)
        return True

    def _challenge(self, channel: Channel, request: Request) -> str | None:
        if channel.credentials is None:
            return None
        if self._doorkeeper is None:
            self._doorkeeper = Doorkeeper(channel.credentials)
        proof = request.headers.get("authorization", "")
        admitted = self._doorkeeper.admits(request.method, proof)
        return None if admitted else self._doorkeeper.challenge

    def _perform(self, request: Request, channel: Channel) -> bool:
        if request.method == "DESCRIBE":
            base = request.url.rstrip("/") + "/"
            self._answer(
                request,
                200,
                body=_sdp(channel.footage),
                **{"Content-Base": base, "Content-Type": "application/sdp"},
            )
        elif request.method == "SETUP":
            self._set_up(request)
        elif request.method == "PLAY":
            self._play(request, channel)
        elif request.method in ("GET_PARAMETER", "SET_PARAMETER"):
            self._answer(request, 200, Session=self._id)
        elif request.method == "TEARDOWN":
            self._answer(request, 200, Session=self._id)
            return False
        else:
            self._answer(request, 501)
        return True

    def _set_up(self, request: Request) -> None:
        transport = request.headers.get("transport", "")
        ports = re.search(r"RTP/AVP(?:/UDP)?;unicast;client_port=(\d{1,5})-\d+", transport)
        if ports is not None:
            self._set_up_datagrams(request, int(ports.group(1)))
            return
        wanted = re.search(r"RTP/AVP/TCP.*?interleaved=(\d{1,3})-\d+", transport)
        if wanted is None:
            self._answer(request, 461)
            return
        first = int(wanted.group(1)) & 0xFE
        self._rtp_channel = first
        self._answer(
            request,
            200,
            Transport=f"RTP/AVP/TCP;unicast;interleaved={first}-{first + 1}",
            Session=f"{self._id};timeout={SESSION_TIMEOUT}",
        )

    def _set_up_datagrams(self, request: Request, port: int) -> None:
        host = self._writer.get_extra_info("peername")[0]
        way = self._datagrams = DatagramWay(host, port)
        ports = f"client_port={port}-{port + 1};server_port={way.ports[0]}-{way.ports[1]}"
        self._answer(
            request,
            200,
            Transport=f"RTP/AVP;unicast;{ports}",
            Session=f"{self._id};timeout={SESSION_TIMEOUT}",
        )

    def _play(self, request: Request, channel: Channel) -> None:
        if self._rtp_channel is None and self._datagrams is None:
            self._answer(request, 455)
            return
        channel.ranges.append(request.headers.get("range", ""))
        sequence, ticks = channel.join(self)
        self._channel = channel
        track = f"{request.url.rstrip('/')}/{_TRACK}"
        self._answer(
            request,
            200,
            Session=self._id,
            Range="npt=now-",
            **{"RTP-Info": f"url={track};seq={sequence};rtptime={ticks}"},
        )

    def _answer(self, request: Request, status: int, body: str = "", **headers: str) -> None:
        lines = [f"RTSP/1.0 {status} {_REASONS[status]}", f"CSeq: {request.headers.get('cseq', 0)}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        if body:
            lines.append(f"Content-Length: {len(body.encode())}")
        self._writer.write(("\r\n".join(lines) + "\r\n\r\n" + body).encode())


def _camera_name(url: str) -> str:
    return unquote(urlsplit(url).path).strip("/").removesuffix(_TRACK).strip("/")


def _sdp(footage: Footage) -> str:
    sets = [base64.b64encode(part).decode() for part in footage.sets]
    if footage.codec == "h264":
        name = "H264"
        form = (
            f"packetization-mode=1;profile-level-id={footage.sets[0][1:4].hex()};"
            f"sprop-parameter-sets={','.join(sets)}"
        )
    else:
        name = "H265"
        form = ";".join(f"sprop-{kind}={part}" for kind, part in zip(_HEVC_SETS, sets, strict=True))
    lines = [
        "v=0",
        "o=- 0 1 IN IP4 127.0.0.1",
        "s=camera",
        "c=IN IP4 0.0.0.0",
        "t=0 0",
        "a=control:*",
        "a=range:npt=now-",
        f"m=video 0 RTP/AVP {PAYLOAD_TYPE}",
        f"a=rtpmap:{PAYLOAD_TYPE} {name}/90000",
        f"a=fmtp:{PAYLOAD_TYPE} {form}",
        f"a=framerate:{footage.fps:g}",
        f"a=control:{_TRACK}",
    ]
    return "\r\n".join(lines) + "\r\n"
