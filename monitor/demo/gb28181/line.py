"""A simulated recorder's line to its platform, by UDP or TCP."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Protocol

from monitor.streams.gb28181.errors import SipError
from monitor.streams.gb28181.sip import Message, content_length, parse_message

_HOST = "127.0.0.1"
Take = Callable[[Message], None]


class Line(Protocol):
    """The way to the platform. ``port`` is this end's."""

    port: int

    @property
    def reliable(self) -> bool:
        """Whether what is sent arrives."""

    @property
    def address(self) -> tuple[str, int]:
        """The platform's host and port."""

    @property
    def closed(self) -> bool:
        """Whether there is no way to the platform."""

    async def open(self) -> None:
        """Connect, unless connected."""

    async def close(self) -> None:
        """Hang up."""

    def send(self, data: bytes) -> bool:
        """Send; returns whether there is a way."""


class UdpLine(asyncio.DatagramProtocol):
    """A UDP socket of one's own."""

    reliable = False

    def __init__(self, platform: tuple[str, int], take: Take) -> None:
        self.address = platform
        self.port = 0
        self._take = take
        self._transport: asyncio.DatagramTransport | None = None

    @property
    def closed(self) -> bool:
        """Whether the socket is not open."""
        return self._transport is None or self._transport.is_closing()

    async def open(self) -> None:
        """Bind to any free port."""
        if self._transport is None:
            loop = asyncio.get_running_loop()
            self._transport, _ = await loop.create_datagram_endpoint(
                lambda: self, local_addr=(_HOST, self.port)
            )
            self.port = self._transport.get_extra_info("sockname")[1]

    async def close(self) -> None:
        """Release the port."""
        if self._transport is not None:
            self._transport.close()
        await asyncio.sleep(0)

    def send(self, data: bytes) -> bool:
        """Send a datagram to the platform."""
        if self._transport is None or self.closed:
            return False
        self._transport.sendto(data, self.address)
        return True

    def datagram_received(self, data: bytes, _addr: object) -> None:
        """Parse what the platform says."""
        self._take(parse_message(data))

    def error_received(self, exc: Exception) -> None:
        """The platform is not there: it may come back."""


class TcpLine:
    """A connection to the platform, made anew when it was lost."""

    reliable = True

    def __init__(self, platform: tuple[str, int], take: Take) -> None:
        self.address = platform
        self.port = 0
        self._take = take
        self._writer: asyncio.StreamWriter | None = None
        self._reading: asyncio.Task[None] | None = None

    @property
    def closed(self) -> bool:
        """Whether there is no connection."""
        return self._writer is None or self._writer.transport.is_closing()

    async def open(self) -> None:
        """Connect, unless connected."""
        if not self.closed:
            return
        reader, self._writer = await asyncio.open_connection(*self.address)
        self.port = self._writer.get_extra_info("sockname")[1]
        self._reading = asyncio.create_task(self._read(reader, self._writer))

    async def close(self) -> None:
        """Hang up."""
        if self._writer is not None:
            self._writer.transport.abort()
        if self._reading is not None:
            self._reading.cancel()
            await asyncio.gather(self._reading, return_exceptions=True)

    def send(self, data: bytes) -> bool:
        """Send over the connection."""
        if self._writer is None or self.closed:
            return False
        self._writer.write(data)
        return True

    async def _read(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = await reader.readuntil(b"\r\n\r\n")
                body = await reader.readexactly(content_length(head))
                self._take(parse_message(head + body))
        except (OSError, asyncio.IncompleteReadError, SipError):
            writer.transport.abort()
