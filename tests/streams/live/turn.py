"""A small TURN server (RFC 8656) for tests: one user, channels only."""

from __future__ import annotations

import asyncio
import hashlib
import struct
from dataclasses import dataclass, field
from typing import cast

from aioice import stun

Address = tuple[str, int]
REALM = "kanhu"
HOST = "127.0.0.1"


@dataclass(slots=True)
class _Relayed(asyncio.DatagramProtocol):
    """The relay address of one client."""

    server: TurnServer
    client: Address
    transport: asyncio.DatagramTransport | None = None
    peers: dict[Address, int] = field(default_factory=dict)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, addr: Address) -> None:
        channel = self.peers.get(addr)
        if channel is not None:  # nobody else has a permission
            self.server.count += 1
            self.server.send(struct.pack("!HH", channel, len(data)) + data, self.client)


class TurnServer(asyncio.DatagramProtocol):
    """Relays for whoever proves to know the password; has received ``count`` datagrams for them."""

    def __init__(self, username: str, password: str) -> None:
        self.count = 0
        self.refused = 0
        self._key = hashlib.md5(f"{username}:{REALM}:{password}".encode()).digest()
        self._username = username
        self._relayed: dict[Address, _Relayed] = {}

    async def open(self) -> str:
        """Begin to serve and return the server's URL."""
        loop = asyncio.get_running_loop()
        transport, _ = await loop.create_datagram_endpoint(lambda: self, local_addr=(HOST, 0))
        return f"turn:{HOST}:{transport.get_extra_info('sockname')[1]}"

    @property
    def clients(self) -> int:
        """How many have a relay address now."""
        return len(self._relayed)

    def close(self) -> None:
        """Stop serving."""
        for one in self._relayed.values():
            if one.transport is not None:
                one.transport.close()
        self._transport.close()

    def send(self, data: bytes, to: Address) -> None:
        """Send to a client."""
        self._transport.sendto(data, to)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, addr: Address) -> None:
        if data[0] >> 6 == 1:
            self._hand_on(data, addr)
            return
        request = stun.parse_message(data)
        if "MESSAGE-INTEGRITY" not in request.attributes:
            self._refuse(request, addr, 401)
            return
        if not request.check_message_integrity(self._key):
            self.refused += 1
            self._refuse(request, addr, 403)
            return
        asyncio.get_running_loop().create_task(self._perform(request, addr))

    def _hand_on(self, data: bytes, addr: Address) -> None:
        channel, length = struct.unpack("!HH", data[:4])
        one = self._relayed[addr]
        peer = next(peer for peer, number in one.peers.items() if number == channel)
        if one.transport is not None:
            one.transport.sendto(data[4 : 4 + length], peer)

    async def _perform(self, request: stun.Message, addr: Address) -> None:
        answer = _answer(request, stun.Class.RESPONSE)
        if request.message_method == stun.Method.ALLOCATE:
            one = self._relayed[addr] = _Relayed(self, addr)
            loop = asyncio.get_running_loop()
            transport, _ = await loop.create_datagram_endpoint(lambda: one, local_addr=(HOST, 0))
            answer.attributes["LIFETIME"] = 600
            answer.attributes["XOR-MAPPED-ADDRESS"] = addr
            answer.attributes["XOR-RELAYED-ADDRESS"] = transport.get_extra_info("sockname")
        elif request.message_method == stun.Method.CHANNEL_BIND:
            peer = request.attributes["XOR-PEER-ADDRESS"]
            self._relayed[addr].peers[peer] = request.attributes["CHANNEL-NUMBER"]
        elif request.message_method == stun.Method.REFRESH:
            answer.attributes["LIFETIME"] = request.attributes["LIFETIME"]
            gone = self._relayed.pop(addr, None) if not request.attributes["LIFETIME"] else None
            if gone is not None and gone.transport is not None:
                gone.transport.close()
        answer.add_message_integrity(self._key)
        self.send(bytes(answer), addr)

    def _refuse(self, request: stun.Message, addr: Address, code: int) -> None:
        answer = _answer(request, stun.Class.ERROR)
        answer.attributes["ERROR-CODE"] = (code, "no")
        answer.attributes["NONCE"] = b"nonce"
        answer.attributes["REALM"] = REALM
        self.send(bytes(answer), addr)


def _answer(request: stun.Message, kind: stun.Class) -> stun.Message:
    return stun.Message(
        message_method=request.message_method,
        message_class=kind,
        transaction_id=request.transaction_id,
    )
