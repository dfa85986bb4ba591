"""A simulated recorder: signs in to a platform, answers what it asks, and sends media.

It speaks to the platform over a real UDP socket or TCP connection on the loopback interface, on a
thread of its own. Its :class:`~monitor.demo.gb28181.plan.Quirks` may be changed at any time.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
import secrets
import time
from collections.abc import Coroutine
from dataclasses import dataclass
from itertools import count
from types import TracebackType
from typing import Any, Self

from monitor.demo.gb28181 import answers
from monitor.demo.gb28181.line import Line, TcpLine, UdpLine
from monitor.demo.gb28181.plan import NvrPlan, Quirks, SimulatedChannel
from monitor.demo.gb28181.sender import MediaSender, Target
from monitor.streams.gb28181.digest import authorization
from monitor.streams.gb28181.errors import ProtocolError
from monitor.streams.gb28181.manscdp import CONTENT_TYPE, parse_notice, parse_time
from monitor.streams.gb28181.sdp import parse_sdp
from monitor.streams.gb28181.sip import Headers, Message, Request, Response, reply_to, uri_user
from monitor.streams.gb28181.transactions import Asked, new_branch
from monitor.streams.loop_thread import LoopThread

_HOST = "127.0.0.1"
_RETRY = 0.5  # seconds between attempts to sign in; a real recorder waits a minute
_ANSWER_WITHIN = 4.0
_RESEND_AFTER = 0.5
_TIMES = re.compile(rb"(?m)^t=(\d+) (\d+)")
_SUBSTREAM = re.compile(rb"(?im)^a=(?:streamnumber|streamprofile|stream):1|^a=streammode:sub")


@dataclass(eq=False, slots=True)
class _Session:
    call_id: str
    channel: str
    sender: MediaSender
    to: str
    remote: str
    acknowledged: asyncio.Event
    task: asyncio.Task[None] | None = None


class SimulatedNvr:
    """One recorder, on its own thread. A context manager; or call ``start`` and ``stop``."""

    def __init__(self, plan: NvrPlan, quirks: Quirks | None = None) -> None:
        self.plan = plan
        self.quirks = quirks or Quirks()
        self.registrations = 0
        self.invites = 0
        self.clock = ""
        self.refused = 0
        self._own = LoopThread("nvr")
        self._line: Line
        self._asked = Asked()
        self._serial = count(1)
        self._cseq = count(1)
        self._sessions: dict[str, _Session] = {}
        self._tasks: set[asyncio.Task[Any]] = set()
        self._switched_on = time.monotonic()
        self._registered = asyncio.Event()
        self._call_id = secrets.token_hex(8)

    def start(self) -> None:
        """Switch it on: it signs in by itself, again and again until it may."""
        self._own.begin()
        self._own.run(self._open())

    def stop(self, *, quietly: bool = False) -> None:
        """Sign out and switch off; ``quietly`` as if by the plug."""
        self._own.run(self._close(quietly))
        self._own.end()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    @property
    def sessions(self) -> int:
        """How many sessions it serves."""
        return len(self._sessions)

    def raise_alarm(self) -> int:
        """Send an alarm of the first channel; return the platform's answer."""
        channel = self.plan.channels[0].id
        return self._own.run(self._tell(answers.alarm(self.plan, channel, next(self._serial))))

    def say_where(self) -> int:
        """Send a position; return the platform's answer."""
        return self._own.run(self._tell(answers.position(self.plan, next(self._serial))))

    def say(self, document: bytes) -> int:
        """Send any document; return the platform's answer."""
        return self._own.run(self._tell(document))

    def hang_up(self) -> None:
        """End every session from this end."""
        self._own.run(self._hang_up())

    def sign_in_again(self) -> bool:
        """Refresh the registration; returns whether it may."""
        return self._own.run(self._register(self.plan.expires))

    def cut_line(self) -> None:
        """Lose the line to the platform, as by a router's restart."""
        self._own.run(self._line.close())

    async def _open(self) -> None:
        kind = TcpLine if self.plan.tcp else UdpLine
        self._line = kind(self.plan.platform, self._take)
        self._spawn(self._live())

    async def _close(self, quietly: bool) -> None:
        if not quietly and self._registered.is_set():
            self._registered.clear()
            with contextlib.suppress(OSError):
                async with asyncio.timeout(1.0):
                    await self._register(0)
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._line.close()

    async def _live(self) -> None:
        while True:
            try:
                await self._line.open()
                if await self._register(self.plan.expires):
                    self.registrations += 1
                    self._registered.set()
                    await self._stay()
            except (OSError, TimeoutError):
                pass
            self._registered.clear()
            await asyncio.sleep(_RETRY)

    async def _stay(self) -> None:
        """Send signs of life until the platform does not want them."""
        while True:
            await asyncio.sleep(self.plan.keepalive)
            if self.quirks.mute:
                continue
            if await self._tell(answers.keepalive(self.plan, next(self._serial))) != 200:
                return

    async def _register(self, expires: int) -> bool:
        uri = f"sip:{self.plan.platform_id}@{self.plan.domain}"
        response = await self._ask(self._register_request(uri, expires, ""))
        if response is not None and response.status == 401:
            answer = authorization(
                response.headers.get("www-authenticate"),
                "REGISTER",
                uri,
                self.plan.username or self.plan.id,
                self.plan.password,
            )
            response = await self._ask(self._register_request(uri, expires, answer))
        if response is None or response.status != 200:
            self.refused += 1
            return False
        self.clock = response.headers.get("date")
        return True

    def _register_request(self, uri: str, expires: int, answer: str) -> Request:
        own = f"<sip:{self.plan.id}@{self.plan.domain}>"
        fields = [
            *self._head("REGISTER"),
            ("From", f"{own};tag={secrets.token_hex(4)}"),
            ("To", own),
            ("Call-ID", self._call_id),
            ("Contact", f"<sip:{self.plan.id}@{_HOST}:{self._line.port}>"),
            ("Expires", str(expires)),
            ("X-GB-Ver", "2.0"),
        ]
        if answer:
            fields.append(("Authorization", answer))
        return Request(Headers(tuple(fields)), b"", "REGISTER", uri)

    async def _tell(self, document: bytes) -> int:
        fields = (
            *self._head("MESSAGE"),
            ("From", f"<sip:{self.plan.id}@{self.plan.domain}>;tag={secrets.token_hex(4)}"),
            ("To", f"<sip:{self.plan.platform_id}@{self.plan.domain}>"),
            ("Call-ID", secrets.token_hex(8)),
            ("Content-Type", CONTENT_TYPE),
        )
        uri = f"sip:{self.plan.platform_id}@{self.plan.domain}"
        response = await self._ask(Request(Headers(fields), document, "MESSAGE", uri))
        return response.status if response is not None else 0

    def _head(self, method: str) -> tuple[tuple[str, str], ...]:
        wire = "TCP" if self.plan.tcp else "UDP"
        via = f"SIP/2.0/{wire} {_HOST}:{self._line.port};rport;branch={new_branch()}"
        cseq = f"{next(self._cseq)} {method}"
        return (("Via", via), ("Max-Forwards", "70"), ("CSeq", cseq))

    async def _ask(self, request: Request) -> Response | None:
        return await self._asked.ask(request, self._line, _ANSWER_WITHIN)

    def _take(self, message: Message) -> None:
        if isinstance(message, Response):
            self._asked.take(message)
        elif isinstance(message, Request):
            self._spawn(self._serve(message))

    async def _serve(self, request: Request) -> None:
        if request.method == "INVITE":
            await self._on_invite(request)
        elif request.method == "ACK":
            session = self._sessions.get(request.call_id)
            if session is not None:
                session.acknowledged.set()
        elif request.method == "BYE":
            if not self.quirks.ignore_bye:
                known = self._end(request.call_id)
                self._answer(request, 200 if known else 481)
        elif request.method == "MESSAGE":
            self._answer(request, 200)
            await self._on_message(request)
        elif request.method == "CANCEL":
            self._answer(request, 200)
        else:
            self._answer(request, 405)

    async def _on_message(self, request: Request) -> None:
        try:
            notice = parse_notice(request.body)
        except ProtocolError:
            return
        documents: list[bytes] = []
        if notice.command == "Catalog":
            items = answers.catalogue_items(self.plan, self.quirks)
            documents = answers.pages(
                "DeviceList", "Catalog", notice.sn, self.plan.id, items, self.quirks
            )
        elif notice.command == "RecordInfo":
            channel = self._channel(notice.device)
            start = parse_time(notice.root.value("StartTime"), self.plan.zone)
            end = parse_time(notice.root.value("EndTime"), self.plan.zone)
            if channel is not None and start is not None and end is not None:
                items = answers.record_items(channel, start, end, self.plan.zone)
                documents = answers.pages(
                    "RecordList", "RecordInfo", notice.sn, channel.id, items, self.quirks
                )
        if self.quirks.forget_pages and len(documents) > 1:
            forgotten, self.quirks.forget_pages = self.quirks.forget_pages, 0
            documents = documents[:-forgotten]
        for document in documents:
            await self._tell(document)

    async def _on_invite(self, request: Request) -> None:
        if request.call_id in self._sessions or self.quirks.ignore_invite:
            return
        self.invites += 1
        self._answer(request, 100)
        channel = self._channel(uri_user(request.uri))
        if self.quirks.decline or channel is None:
            self._answer(request, self.quirks.decline or 404)
            return
        await asyncio.sleep(self.quirks.answer_late)
        try:
            session = await self._prepare(request, channel)
        except ProtocolError:
            self._answer(request, 488)
            return
        self._sessions[request.call_id] = session
        for _ in range(8):  # a datagram may be lost: answered until acknowledged
            self._answer(request, 200, session)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_RESEND_AFTER):
                    await session.acknowledged.wait()
                session.task = self._spawn(self._send(session))
                return
        self._end(request.call_id)

    async def _prepare(self, request: Request, channel: SimulatedChannel) -> _Session:
        offer = parse_sdp(request.body)
        times = _TIMES.search(request.body)
        start, end = (int(times[1]), int(times[2])) if times else (0, 0)
        target = Target(
            offer.host, offer.port, offer.setup if offer.tcp else "", offer.ssrc or 0, start, end
        )
        smaller = _SUBSTREAM.search(request.body) is not None
        footage = channel.substream if smaller and channel.substream else channel.footage
        sender = MediaSender(footage, target, self.quirks, self._switched_on)
        await sender.prepare()
        return _Session(
            call_id=request.call_id,
            channel=channel.id,
            sender=sender,
            to=f"<sip:{channel.id}@{self.plan.domain}>;tag={secrets.token_hex(4)}",
            remote=request.headers.get("from"),
            acknowledged=asyncio.Event(),
        )

    async def _send(self, session: _Session) -> None:
        if await session.sender.run():
            await self._tell(answers.file_ended(session.channel, next(self._serial)))

    def _answer(self, request: Request, status: int, session: _Session | None = None) -> None:
        extra: tuple[tuple[str, str], ...] = ()
        body = b""
        if session is not None:
            body = self._description(request, session)
            contact = f"<sip:{session.channel}@{_HOST}:{self._line.port}>"
            extra = (("Contact", contact), ("Content-Type", "application/sdp"))
        tag = session.to.rpartition("=")[2] if session else secrets.token_hex(4)
        response = reply_to(
            request, status, tag=tag, peer=self.plan.platform, extra=extra, body=body
        )
        self._line.send(bytes(response))

    def _description(self, request: Request, session: _Session) -> bytes:
        offer = parse_sdp(request.body)
        host = self.quirks.stated_host or _HOST
        role = "active" if offer.setup == "passive" else "passive"
        lines = [
            "v=0",
            f"o={session.channel} 0 0 IN IP4 {host}",
            "s=Play",
            f"c=IN IP4 {host}",
            "t=0 0",
            f"m=video {session.sender.port} {'TCP/RTP/AVP' if offer.tcp else 'RTP/AVP'} 96",
            "a=sendonly",
            "a=rtpmap:96 PS/90000",
            *([f"a=setup:{role}", "a=connection:new"] if offer.tcp else []),
            f"y={offer.ssrc or 0:010d}",
            "f=",
        ]
        return ("\r\n".join(lines) + "\r\n").encode()

    async def _hang_up(self) -> None:
        for session in tuple(self._sessions.values()):
            self._end(session.call_id)
            fields = (
                *self._head("BYE"),
                ("From", session.to),
                ("To", session.remote),
                ("Call-ID", session.call_id),
            )
            uri = f"sip:{self.plan.platform_id}@{self.plan.domain}"
            await self._ask(Request(Headers(fields), b"", "BYE", uri))

    def _end(self, call_id: str) -> bool:
        session = self._sessions.pop(call_id, None)
        if session is None:
            return False
        session.sender.close()
        if session.task is not None:
            session.task.cancel()
        return True

    def _channel(self, identifier: str) -> SimulatedChannel | None:
        return next((item for item in self.plan.channels if item.id == identifier), None)

    def _spawn(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = self._own.loop.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task
