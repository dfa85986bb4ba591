"""The platform: answers devices and asks things of them. Everything runs on one event loop.

Nothing here blocks: what takes time is a task. A device that answers late, twice, in the wrong
order or not at all costs nobody but itself.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, replace
from typing import Any

import structlog

from monitor.domain.clock import Clock, SystemClock
from monitor.streams.failures import Reason, StreamError
from monitor.streams.gb28181.author import Author
from monitor.streams.gb28181.calls import Call, Calls
from monitor.streams.gb28181.errors import XmlError
from monitor.streams.gb28181.manscdp import (
    Notice,
    parse_notice,
)
from monitor.streams.gb28181.memory import Memory
from monitor.streams.gb28181.plan import PlatformPlan
from monitor.streams.gb28181.queries import Patience, Queries
from monitor.streams.gb28181.registrar import Registrar, Registration
from monitor.streams.gb28181.sdp import Offer, Purpose, Transport
from monitor.streams.gb28181.signin import SignIn, Stranger
from monitor.streams.gb28181.sip import Message, Request, Response, reply_to, uri_user
from monitor.streams.gb28181.transactions import Answered, Asked
from monitor.streams.gb28181.wire import Peer, Wire

log = structlog.get_logger(__name__)

_ALLOW = "REGISTER, MESSAGE, NOTIFY, INVITE, ACK, CANCEL, BYE, INFO, OPTIONS"
_SWEEP_EVERY = 1.0
_SAVE_AFTER = 0.1
_LAST_BYES = 2.0
_END_OF_FILE = "121"


@dataclass(frozen=True, slots=True)
class Wish:
    """What somebody wants to see: live, or recorded between two POSIX seconds."""

    device: str
    channel: str
    port: int
    transport: Transport
    substream: bool = False
    start: int = 0
    end: int = 0


class Platform:
    """The upper platform of the devices in ``plan``; ``memory`` outlives its process."""

    def __init__(
        self,
        plan: PlatformPlan,
        *,
        memory: Memory | None = None,
        clock: Clock | None = None,
        patience: Patience | None = None,
    ) -> None:
        self.plan = plan
        self._clock = clock or SystemClock()
        self._patience = patience or Patience()
        self._memory = memory
        self.registrar = Registrar(plan)
        self._sign_in = SignIn(plan, self.registrar, self._clock)
        self._answered = Answered()
        self._asked = Asked()
        self._wire = Wire(plan.host, plan.port, self._receive)
        self._online: set[str] = set()
        self._tasks: set[asyncio.Task[Any]] = set()
        self._saving: asyncio.TimerHandle | None = None
        self._author: Author
        self.calls: Calls
        self.queries: Queries
        self.alarms = 0

    @property
    def port(self) -> int:
        """Where it listens."""
        return self._wire.port

    @property
    def now(self) -> float:
        """POSIX seconds by its clock."""
        return self._clock.now()

    @property
    def strangers(self) -> list[Stranger]:
        """Who was turned away lately."""
        return self._sign_in.strangers

    async def open(self) -> None:
        """Listen, and take up what an earlier process left.

        Raises:
            OSError: the address or port cannot be used.
        """
        await self._wire.open()
        self._author = Author(self.plan, self._wire.port)
        self.calls = Calls(
            self._author,
            self._asked,
            self.plan.domain,
            self.registrar,
            self._clock,
            self._patience.answer,
            self._remember,
        )
        self.queries = Queries(
            self._author, self._asked, self.online, self.plan.zone, self._patience
        )
        self._recall()
        self._spawn(self._sweep())

    async def close(self) -> None:
        """Hang up every call, then stop listening."""
        dialogs = self.calls.dialogs
        told: list[bool] = [False] * len(dialogs)
        try:
            async with asyncio.timeout(_LAST_BYES):
                told = await asyncio.gather(*map(self.calls.say_bye, dialogs))
        except TimeoutError:
            log.warning("gb28181_byes_unanswered", calls=len(dialogs))
        for task in tuple(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._wire.close()
        if self._saving is not None:
            self._saving.cancel()
        if self._memory is not None:
            left = [dialog for dialog, done in zip(dialogs, told, strict=True) if not done]
            self._memory.save(self.registrar.all(self._clock.now()), [*left, *self.calls.owed])

    def online(self, device: str) -> Registration:
        """Return the registration of a device that can be reached.

        Raises:
            StreamError: it has not signed in, or has gone silent.
        """
        registration = self.registrar.online(device, self._clock.now())
        if registration is None:
            raise StreamError(Reason.NOT_REGISTERED, where=device)
        return registration

    async def invite(self, wish: Wish, on_end: Callable[[], None]) -> Call:
        """Have a device send media; ``on_end`` is called if it ends the call itself.

        Raises:
            StreamError: it is not there, refuses, or does not answer.
        """
        to = self.online(wish.device)
        plan = self.plan.device(wish.device)
        purpose = Purpose.PLAYBACK if wish.end else Purpose.PLAY
        choice = plan.substream_attribute if plan and wish.substream else ""
        offer = Offer(
            platform=self.plan.id,
            channel=wish.channel,
            host=self._author.host(to),
            port=wish.port,
            transport=wish.transport,
            ssrc=self.calls.new_ssrc(purpose),
            purpose=purpose,
            start=wish.start,
            end=wish.end,
            attribute=choice,
        )
        return await self.calls.invite(to, offer, self._patience.invite, on_end)

    def _receive(self, message: Message, peer: Peer) -> None:
        if isinstance(message, Response):
            if not self._asked.take(message) and message.cseq[1] == "INVITE":
                self._deal_with_stray(message, peer)
        elif isinstance(message, Request) and message.method != "ACK":
            now = self._clock.now()
            answer = self._answered.recall(message, peer, now)
            if answer is None:
                answer = bytes(self._answer(message, peer))
                self._answered.remember(message, peer, answer, now)
            peer.send(answer)

    def _deal_with_stray(self, response: Response, peer: Peer) -> None:
        bye = self.calls.stray(response, peer)
        if bye is not None:
            self._spawn(self._asked.ask(bye, peer, self._patience.answer))

    def _answer(self, request: Request, peer: Peer) -> Response:
        extra: tuple[tuple[str, str], ...] = ()
        if request.method == "REGISTER":
            status, extra = self._on_register(request, peer)
        elif request.method in ("MESSAGE", "NOTIFY"):
            status = self._on_message(request, peer)
        elif request.method == "BYE":
            known = self._sender(request, peer)
            ended = known is not None and self.calls.ended_by_device(request.call_id, known)
            status = 200 if ended else 481
        elif request.method == "OPTIONS":
            status, extra = 200, (("Allow", _ALLOW),)
        elif request.method == "INVITE":
            status = 488  # talking back to a device is not offered
        else:
            status = 200 if request.method == "INFO" else 481 if request.method == "CANCEL" else 405
        tag = secrets.token_hex(5)
        return reply_to(request, status, tag=tag, peer=peer.address, extra=extra)

    def _on_register(self, request: Request, peer: Peer) -> tuple[int, tuple[tuple[str, str], ...]]:
        outcome = self._sign_in.take(request, peer)
        if outcome.came:
            log.info("gb28181_device_online", device=outcome.came, host=peer.address[0])
            self._online.add(outcome.came)
        if outcome.left:
            log.info("gb28181_device_left", device=outcome.left)
            self._online.discard(outcome.left)
        if outcome.status == 200:
            self._settle(uri_user(request.headers.get("from")))
            self._remember()
        return outcome.status, outcome.extra

    def _on_message(self, request: Request, peer: Peer) -> int:
        device = self._sender(request, peer)
        if device is None:
            return 403  # it signs in anew then
        if not request.body:
            return 200
        try:
            self._heed(parse_notice(request.body), device)
        except XmlError as error:
            log.debug("gb28181_bad_document", device=device, error=error.message)
            return 400
        return 200

    def _heed(self, notice: Notice, device: str) -> None:
        if self.queries.take(notice, device):
            return
        if notice.command == "MediaStatus" and notice.root.value("NotifyType") == _END_OF_FILE:
            for call in self.calls.file_ended(device, notice.device):
                self._spawn(self.calls.hang_up(call))
                call.on_end()
        elif notice.command == "Alarm":
            self.alarms += 1
            log.info("gb28181_alarm", device=device, channel=notice.device)

    def _sender(self, request: Request, peer: Peer) -> str | None:
        """Return the device that speaks, and take note that it lives."""
        now = self._clock.now()
        named = uri_user(request.headers.get("from"))
        if self.registrar.alive(named, peer, now):
            return named
        # Some recorders let their channels speak for themselves.
        known = self.registrar.at(peer.address, now)
        if known is None:
            return None
        self.registrar.alive(known.device, peer, now)
        return known.device

    async def _sweep(self) -> None:
        while True:
            await asyncio.sleep(_SWEEP_EVERY)
            now = self._clock.now()
            here = {item.device for item in self.registrar.all(now)}
            online = {name for name in here if self.registrar.online(name, now)}
            for device in self._online - online:
                log.warning("gb28181_device_offline", device=device)
            for device in online - self._online:
                log.info("gb28181_device_online", device=device)
                self._settle(device)
            self._online = online

    def _recall(self) -> None:
        if self._memory is None:
            return
        registrations, dialogs = self._memory.load()
        for dialog in dialogs:
            self.calls.owe(dialog)
        for item in registrations:
            if self.plan.device(item.device) is not None:
                peer = None if item.reliable else self._wire.udp_peer(item.address)
                self.registrar.sign_in(replace(item, peer=peer))
                self._settle(item.device)

    def _settle(self, device: str) -> None:
        """End the calls that ``device`` could not be told of, or that a dead process left open."""
        if self.registrar.online(device, self._clock.now()) is not None:
            for dialog in self.calls.settle(device):
                self._spawn(self.calls.say_bye(dialog))

    def _remember(self) -> None:
        if self._memory is not None and self._saving is None:
            self._saving = asyncio.get_running_loop().call_later(_SAVE_AFTER, self._save)

    def _save(self) -> None:
        self._saving = None
        if self._memory is not None:
            dialogs = [*self.calls.dialogs, *self.calls.owed]
            self._memory.save(self.registrar.all(self._clock.now()), dialogs)

    def _spawn(self, work: Coroutine[Any, Any, Any]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[Any]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("gb28181_task_failed", error=f"{type(error).__name__}: {error}")
