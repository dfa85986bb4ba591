"""Sends one session's media: PS in RTP, by UDP or TCP, as live or recorded pictures fall due."""

from __future__ import annotations

import asyncio
import random
import struct
import time
from dataclasses import dataclass
from itertools import islice

from monitor.demo.gb28181.footage import Footage
from monitor.demo.gb28181.muxer import pack
from monitor.demo.gb28181.plan import Quirks

CLOCK_RATE = 90_000
_LARGEST_PAYLOAD = 1400
_PAYLOAD_TYPE = 96
_SOUND = bytes([0xD5]) * 320  # 40 ms of silence in G.711 A-law
_HOST = "127.0.0.1"
_CONNECT_WITHIN = 5.0


@dataclass(frozen=True, slots=True)
class Target:
    """Where a platform wants its media: ``role`` is the platform's in TCP, empty for UDP."""

    host: str
    port: int
    role: str
    ssrc: int
    start: int = 0
    end: int = 0


class MediaSender:
    """One session; call :meth:`prepare` before answering, :meth:`run` after the ACK."""

    def __init__(
        self, footage: Footage, target: Target, quirks: Quirks, switched_on: float
    ) -> None:
        self.port = 0
        self._footage = footage
        self._target = target
        self._quirks = quirks
        self._switched_on = switched_on
        self._chance = random.Random(quirks.seed)  # noqa: S311 - a fault that can be repeated
        self._ssrc = quirks.seed if quirks.own_ssrc else target.ssrc
        self._sequence = self._chance.randrange(1 << 16)
        self._base = self._chance.randrange(1 << 31)
        self._held: bytes | None = None
        self._udp: asyncio.DatagramTransport | None = None
        self._listener: asyncio.Server | None = None
        self._writer: asyncio.StreamWriter | None = None
        self._connected = asyncio.Event()

    async def prepare(self) -> None:
        """Open the socket that the answer will name."""
        loop = asyncio.get_running_loop()
        if self._target.role == "active":
            self._listener = await asyncio.start_server(self._welcome, _HOST, 0)
            self.port = self._listener.sockets[0].getsockname()[1]
        elif not self._target.role:
            self._udp, _ = await loop.create_datagram_endpoint(
                asyncio.DatagramProtocol, local_addr=(_HOST, 0)
            )
            self.port = self._udp.get_extra_info("sockname")[1]
        else:
            self.port = 15_060  # never used: the device connects

    async def run(self) -> bool:
        """Send until cancelled or, of a recording, until its end: then return ``True``."""
        try:
            await self._connect()
            await self._play()
        except OSError:
            return False  # the platform has gone
        else:
            return True
        finally:
            self.close()

    def close(self) -> None:
        """Hang up."""
        if self._udp is not None:
            self._udp.close()
        if self._listener is not None:
            self._listener.close()
        if self._writer is not None:
            self._writer.transport.abort()

    async def _welcome(self, _reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writer = writer
        self._connected.set()

    async def _connect(self) -> None:
        async with asyncio.timeout(_CONNECT_WITHIN):
            if self._target.role == "passive":
                _, self._writer = await asyncio.open_connection(
                    self._target.host, self._target.port
                )
            elif self._target.role:
                await self._connected.wait()

    async def _play(self) -> None:
        target = self._target
        zero, begin = self._switched_on, time.monotonic() - self._switched_on
        pictures = self._footage.following(begin)
        if target.end:  # a recording begins at once, at its own beginning
            zero = time.monotonic()
            frames = len(self._footage.pictures) / self._footage.duration
            count = round((target.end - target.start) * frames)
            pictures = islice(self._footage.following(0.0), count)
        for due, picture in pictures:
            await asyncio.sleep(max(0.0, zero + due - time.monotonic()))
            if self._quirks.stalled or self._quirks.no_media:
                continue
            ticks = self._base + round(due * CLOCK_RATE)
            data = pack(
                self._footage.codec,
                picture.data,
                ticks,
                keyframe=picture.keyframe,
                sound=_SOUND if self._quirks.sound else b"",
                own=b"HIKP" * 8 if self._quirks.private else b"",
            )
            self._send(data, ticks & 0xFFFFFFFF)
            if self._writer is not None:
                await self._writer.drain()

    def _send(self, data: bytes, ticks: int) -> None:
        last = (len(data) - 1) // _LARGEST_PAYLOAD
        packets = []
        for number in range(last + 1):
            head = struct.pack(
                ">BBHII",
                0x80,
                (0x80 if number == last or self._quirks.marks_all else 0) | _PAYLOAD_TYPE,
                self._sequence,
                ticks,
                self._ssrc,
            )
            self._sequence = (self._sequence + 1) & 0xFFFF
            start = number * _LARGEST_PAYLOAD
            packets.append(head + data[start : start + _LARGEST_PAYLOAD])
        if self._writer is not None:
            self._writer.write(
                b"".join(struct.pack(">H", len(packet)) + packet for packet in packets)
            )
        elif self._udp is not None:
            for packet in packets:
                self._post(packet)

    def _post(self, packet: bytes) -> None:
        assert self._udp is not None  # noqa: S101 - only called for UDP
        to = (self._target.host, self._target.port)
        if self._chance.random() < self._quirks.loss:
            return
        if self._held is None and self._chance.random() < self._quirks.shuffle:
            self._held = packet
            return
        self._udp.sendto(packet, to)
        if self._held is not None:
            self._udp.sendto(self._held, to)
            self._held = None
