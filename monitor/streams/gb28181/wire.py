"""The SIP endpoint: one UDP socket and one TCP listener on the same port.

Whatever arrives is parsed here; what is not SIP is counted and dropped, and a TCP connection that
sends such things is closed. Nothing of a stranger's traffic is kept beyond one message.
"""

from __future__ import annotations

import asyncio
import socket
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, cast

import structlog

from monitor.streams.gb28181.errors import SipError
from monitor.streams.gb28181.sip import LARGEST_MESSAGE, Message, content_length, parse_message

log = structlog.get_logger(__name__)

_LARGEST_HEAD = 32 * 1024
_MOST_CONNECTIONS = 4096
_MOST_OF_A_HOST = 256
_FIRST_MESSAGE_WITHIN = 15.0  # seconds
_IDLE = 600.0
_MOST_UNSENT = 1 << 20


class Peer(Protocol):
    """Where a message came from, and the way back."""

    @property
    def reliable(self) -> bool:
        """Whether what is sent arrives."""

    @property
    def address(self) -> tuple[str, int]:
        """Host and port."""

    @property
    def closed(self) -> bool:
        """Whether the way is known to be gone."""

    def send(self, data: bytes) -> bool:
        """Send; returns whether the way still exists."""


@dataclass(frozen=True, slots=True)
class UdpPeer:
    """A datagram address."""

    transport: asyncio.DatagramTransport
    address: tuple[str, int]
    reliable: bool = False

    @property
    def closed(self) -> bool:
        """Whether the socket is closed."""
        return self.transport.is_closing()

    def send(self, data: bytes) -> bool:
        """Send one datagram."""
        if self.transport.is_closing():
            return False
        self.transport.sendto(data, self.address)
        return True


class TcpPeer:
    """A connection, whoever opened it."""

    reliable = True

    def __init__(self, writer: asyncio.StreamWriter) -> None:
        self._writer = writer
        host, port, *_ = writer.get_extra_info("peername")
        self._address = (str(host), int(port))

    @property
    def address(self) -> tuple[str, int]:
        """Host and port of the other end."""
        return self._address

    @property
    def closed(self) -> bool:
        """Whether the connection has ended."""
        return self._writer.transport.is_closing()

    def send(self, data: bytes) -> bool:
        """Send, unless the other end has gone or does not read."""
        transport = self._writer.transport
        if transport.is_closing() or transport.get_write_buffer_size() > _MOST_UNSENT:
            return False
        self._writer.write(data)
        return True


Receive = Callable[[Message, Peer], None]
"""Takes a message; must not block."""


class Wire:
    """Listens for SIP on ``host:port``, by UDP and TCP."""

    def __init__(self, host: str, port: int, receive: Receive) -> None:
        self.host, self.port = host, port
        self.malformed = 0
        self._receive = receive
        self._udp: asyncio.DatagramTransport | None = None
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()
        self._hosts: Counter[str] = Counter()

    async def open(self) -> None:
        """Bind both sockets.

        Raises:
            OSError: the port is taken or the address is not this machine's.
        """
        loop = asyncio.get_running_loop()
        self._server = await asyncio.start_server(
            self._welcome, self.host, self.port, limit=_LARGEST_HEAD
        )
        self.port = self._server.sockets[0].getsockname()[1]
        try:
            self._udp, _ = await loop.create_datagram_endpoint(
                lambda: _Datagrams(self), local_addr=(self.host, self.port)
            )
        except OSError:
            await self.close()
            raise
        self._udp.get_extra_info("socket").setsockopt(
            socket.SOL_SOCKET, socket.SO_RCVBUF, 4 * LARGEST_MESSAGE
        )

    async def close(self) -> None:
        """Close both sockets and every connection."""
        if self._udp is not None:
            self._udp.close()
        if self._server is not None:
            self._server.close()
        for writer in tuple(self._writers):
            writer.transport.abort()
        await asyncio.sleep(0)

    def udp_peer(self, address: tuple[str, int]) -> UdpPeer | None:
        """Return the way to a datagram address."""
        return UdpPeer(self._udp, address) if self._udp is not None else None

    def take(self, data: bytes, peer: Peer) -> bool:
        """Parse and pass on one message; returns whether it was one."""
        try:
            message = parse_message(data)
        except SipError as error:
            self.malformed += 1
            log.debug("sip_malformed", peer=peer.address[0], error=error.message)
            return False
        try:
            self._receive(message, peer)
        except Exception:
            # One message's fault must not take signalling from all other devices.
            log.exception("sip_message_failed", peer=peer.address[0])
        return True

    async def _welcome(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        peer = TcpPeer(writer)
        host = peer.address[0]
        if len(self._writers) >= _MOST_CONNECTIONS or self._hosts[host] >= _MOST_OF_A_HOST:
            writer.transport.abort()
            return
        self._writers.add(writer)
        self._hosts[host] += 1
        try:
            await self._converse(reader, peer)
        except (
            OSError,
            asyncio.IncompleteReadError,
            asyncio.LimitOverrunError,
            SipError,
        ) as error:
            log.debug("sip_connection_ended", error=type(error).__name__)
        finally:
            self._writers.discard(writer)
            self._hosts[host] -= 1
            self._hosts += Counter()  # keeps only those that are there
            writer.transport.abort()

    async def _converse(self, reader: asyncio.StreamReader, peer: Peer) -> None:
        patience = _FIRST_MESSAGE_WITHIN
        while True:
            async with asyncio.timeout(patience):
                head = await _next_head(reader)
            async with asyncio.timeout(_FIRST_MESSAGE_WITHIN):
                body = await reader.readexactly(content_length(head))
            if not self.take(head + body, peer):
                return
            patience = _IDLE


async def _next_head(reader: asyncio.StreamReader) -> bytes:
    while True:
        head = await reader.readuntil(b"\r\n\r\n")
        if head.strip():  # a blank pair of lines is a device's sign of life (RFC 5626)
            return head


class _Datagrams(asyncio.DatagramProtocol):
    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self._transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # Until Python 3.12 the real ones do not say that they are datagram transports.
        self._transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, addr: tuple[str | int, ...]) -> None:
        if self._transport is not None and data.strip(b"\r\n\x00 "):
            self._wire.take(data, UdpPeer(self._transport, (str(addr[0]), int(addr[1]))))

    def error_received(self, exc: Exception) -> None:
        log.debug("sip_datagram_refused", error=type(exc).__name__)
