"""Transactions: requests that survive lost datagrams, and answers that are given once.

Ours are sent again until answered (RFC 3261, timers A to F); a device's are remembered for a
while, so that one sent again gets the same answer and does nothing twice.
"""

from __future__ import annotations

import asyncio
import secrets
from collections import OrderedDict
from collections.abc import Callable

from monitor.streams.gb28181.sip import Request, Response
from monitor.streams.gb28181.wire import Peer

_T1 = 0.5  # seconds until a datagram is sent again, doubled each time
_T2 = 4.0
_REMEMBER = 32.0
_MOST_REMEMBERED = 8192
_COOKIE = "z9hG4bK"


def new_branch() -> str:
    """Return a fresh branch of a transaction."""
    return f"{_COOKIE}{secrets.token_hex(8)}"


class Answered:
    """What was answered to whom, for requests that come again."""

    def __init__(self) -> None:
        self._answers: OrderedDict[tuple[object, ...], tuple[bytes, float]] = OrderedDict()

    def recall(self, request: Request, peer: Peer, now: float) -> bytes | None:
        """Return the answer that this very request got, if it came before."""
        self._forget(now)
        known = self._answers.get(_key(request, peer))
        return known[0] if known else None

    def remember(self, request: Request, peer: Peer, answer: bytes, now: float) -> None:
        """Keep ``answer`` for when the request comes again."""
        self._answers[_key(request, peer)] = (answer, now + _REMEMBER)
        if len(self._answers) > _MOST_REMEMBERED:
            self._answers.popitem(last=False)

    def _forget(self, now: float) -> None:
        while self._answers:
            key, (_, until) = next(iter(self._answers.items()))
            if until > now:
                return
            del self._answers[key]


def _key(request: Request, peer: Peer) -> tuple[object, ...]:
    return (peer.address, request.branch, request.call_id, *request.cseq, request.from_tag)


class Asked:
    """The requests that we have sent and that wait for their final response."""

    def __init__(self) -> None:
        self._waiting: dict[tuple[str, str], Callable[[Response], None]] = {}

    def take(self, response: Response) -> bool:
        """Pass a response on to who asked; returns whether anybody did."""
        taker = self._waiting.get((response.branch, response.cseq[1]))
        if taker is None:
            return False
        taker(response)
        return True

    async def ask(
        self,
        request: Request,
        peer: Peer,
        within: float,
        provisional: Callable[[Response], None] | None = None,
    ) -> Response | None:
        """Send ``request`` until it is answered; ``None`` if it is not ``within`` seconds."""
        loop = asyncio.get_running_loop()
        final: asyncio.Future[Response] = loop.create_future()
        calmed = asyncio.Event()

        def take(response: Response) -> None:
            if response.status < 200:
                calmed.set()
                if provisional is not None:
                    provisional(response)
            elif not final.done():
                final.set_result(response)

        key = (request.branch, request.method)
        data = bytes(request)
        if not peer.send(data):
            return None
        self._waiting[key] = take
        sender = asyncio.create_task(_send_again(data, peer, calmed))
        try:
            async with asyncio.timeout(within):
                return await final
        except TimeoutError:
            return None
        finally:
            sender.cancel()
            del self._waiting[key]


async def _send_again(data: bytes, peer: Peer, calmed: asyncio.Event) -> None:
    wait = _T1
    while not peer.reliable and not calmed.is_set():
        await asyncio.sleep(wait)
        if not calmed.is_set():
            peer.send(data)
        wait = min(wait * 2, _T2)
