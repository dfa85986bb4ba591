"""Calls: media sessions that the platform has asked devices for, each ended exactly once.

::

    INVITE ──2xx──▶ ACK … media … ──BYE (ours or theirs)──▶ over
       │──refused──▶ ACK
       └──silence──▶ CANCEL; should a 2xx come after all: ACK, BYE
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass

import structlog

from monitor.domain.clock import Clock
from monitor.streams.failures import Reason, StreamError
from monitor.streams.gb28181.author import Author, Dialog, dialog_of
from monitor.streams.gb28181.errors import SdpError
from monitor.streams.gb28181.registrar import Registrar, Registration
from monitor.streams.gb28181.sdp import Answer, Offer, Purpose, parse_sdp
from monitor.streams.gb28181.sip import Request, Response
from monitor.streams.gb28181.transactions import Asked
from monitor.streams.gb28181.wire import Peer

log = structlog.get_logger(__name__)

_MOST_OWED = 4096
_BUSY = (480, 486, 503, 600)


@dataclass(eq=False, slots=True)
class Call:
    """A session that goes on. ``on_end`` is called once if the device ends it."""

    dialog: Dialog
    answer: Answer
    ssrc: str
    on_end: Callable[[], None]


class Calls:
    """All calls of the platform; ``changed`` is called whenever one begins or ends."""

    def __init__(
        self,
        author: Author,
        asked: Asked,
        domain: str,
        registrar: Registrar,
        clock: Clock,
        bye_within: float,
        changed: Callable[[], None],
    ) -> None:
        self._author = author
        self._asked = asked
        self._domain = domain
        self._registrar = registrar
        self._clock = clock
        self._bye_within = bye_within
        self._changed = changed
        self._calls: dict[str, Call] = {}
        self._numbers: set[str] = set()
        self._owed: list[Dialog] = []

    @property
    def dialogs(self) -> list[Dialog]:
        """The dialogs of the calls that go on."""
        return [call.dialog for call in self._calls.values()]

    @property
    def owed(self) -> list[Dialog]:
        """Dialogs that are over, of which the device could not be told yet."""
        return list(self._owed)

    def owe(self, dialog: Dialog) -> None:
        """Remember to tell a device that a call is over, once it can be told."""
        self._owed.append(dialog)
        del self._owed[:-_MOST_OWED]
        self._changed()

    def settle(self, device: str) -> list[Dialog]:
        """Return the dialogs of which ``device`` must now be told; they are no longer owed."""
        due = [dialog for dialog in self._owed if dialog.device == device]
        self._owed = [dialog for dialog in self._owed if dialog.device != device]
        return due

    def new_ssrc(self, purpose: Purpose) -> str:
        """Return ten digits that no other call has: kind, domain, number (annex C of 2016)."""
        area = self._domain[3:8].ljust(5, "0")
        kind = "1" if purpose is Purpose.PLAYBACK else "0"
        for _ in range(20_000):
            ssrc = f"{kind}{area}{secrets.randbelow(10_000):04d}"
            if ssrc not in self._numbers:
                self._numbers.add(ssrc)
                return ssrc
        raise StreamError(Reason.BUSY, detail="SSRC")

    async def invite(
        self, to: Registration, offer: Offer, within: float, on_end: Callable[[], None]
    ) -> Call:
        """Ask for media and return the call once the device has agreed.

        Raises:
            StreamError: it refused, kept silent, or answered nonsense.
        """
        try:
            return await self._invite(to, offer, within, on_end)
        except BaseException:
            self._numbers.discard(offer.ssrc)
            raise

    async def _invite(
        self, to: Registration, offer: Offer, within: float, on_end: Callable[[], None]
    ) -> Call:
        peer = _peer(to)
        request = self._author.invite(to, offer.channel, offer.ssrc, offer.text())
        try:
            response = await self._asked.ask(request, peer, within)
        except BaseException:
            peer.send(bytes(self._author.cancel(request)))
            raise
        if response is None:
            peer.send(bytes(self._author.cancel(request)))
            raise StreamError(Reason.TIMED_OUT, where=offer.channel)
        if response.status >= 300:
            peer.send(bytes(self._author.refused(request, response)))
            reason = Reason.BUSY if response.status in _BUSY else Reason.DECLINED
            raise StreamError(reason, where=offer.channel, detail=f"SIP {response.status}")
        dialog = dialog_of(request, response, to.device, offer.channel)
        dialog.start = offer.start
        peer.send(bytes(self._author.within(to, dialog, "ACK")))
        try:
            answer = parse_sdp(response.body)
        except SdpError as error:
            await self.say_bye(dialog)
            raise StreamError(Reason.DECLINED, where=offer.channel, detail=error.text) from None
        call = Call(dialog, answer, offer.ssrc, on_end)
        self._calls[dialog.call_id] = call
        self._changed()
        log.info("gb28181_call_begun", device=to.device, channel=offer.channel, ssrc=offer.ssrc)
        return call

    async def hang_up(self, call: Call) -> None:
        """End ``call``; does nothing if it has ended."""
        if self._forget(call.dialog.call_id) is None:
            return
        if not await self.say_bye(call.dialog):
            self.owe(call.dialog)

    async def say_bye(self, dialog: Dialog) -> bool:
        """Tell the device that a call is over; returns whether it answered."""
        to = self._registrar.get(dialog.device, self._clock.now())
        if to is None or to.peer is None:
            return False
        request = self._author.within(to, dialog, "BYE")
        response = await self._asked.ask(request, to.peer, self._bye_within)
        log.info("gb28181_call_ended", device=dialog.device, channel=dialog.channel)
        return response is not None

    def stray(self, response: Response, peer: Peer) -> Request | None:
        """Deal with a response to an INVITE that nobody waits for.

        Returns the BYE to be sent for a call that nobody wants; it has been acknowledged.
        """
        call = self._calls.get(response.call_id)
        device = self._registrar.at(peer.address, self._clock.now())
        if device is None or response.status < 200:
            return None
        invite = Request(response.headers, b"", "INVITE", f"sip:{device.device}@{self._domain}")
        if response.status >= 300:
            peer.send(bytes(self._author.refused(invite, response)))
            return None
        dialog = call.dialog if call else dialog_of(invite, response, device.device, "")
        peer.send(bytes(self._author.within(device, dialog, "ACK")))
        return None if call else self._author.within(device, dialog, "BYE")

    def ended_by_device(self, call_id: str, device: str) -> bool:
        """Take note that ``device`` ended a call; returns whether there was one."""
        call = self._calls.get(call_id)
        if call is None or call.dialog.device != device:
            return False
        self._forget(call_id)
        call.on_end()
        return True

    def file_ended(self, device: str, channel: str) -> list[Call]:
        """Return the playbacks of ``channel`` that have come to their end."""
        return [
            call
            for call in self._calls.values()
            if call.dialog.device == device
            and call.dialog.start
            and channel in (call.dialog.channel, device)
        ]

    def _forget(self, call_id: str) -> Call | None:
        call = self._calls.pop(call_id, None)
        if call is not None:
            self._numbers.discard(call.ssrc)
            self._changed()
        return call


def _peer(to: Registration) -> Peer:
    if to.peer is None:
        raise StreamError(Reason.NOT_REGISTERED, where=to.device)
    return to.peer
