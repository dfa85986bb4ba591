"""RTP: packets taken apart, put in order, and gathered into whole packs of programme stream.

Datagrams get lost, come twice and overtake one another. A pack of which a part is missing is
dropped whole, because half a picture confuses the demuxer for longer than a missing one; all of
this is counted.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from monitor.domain.text import Text
from monitor.streams.gb28181.errors import PsError, RtpError

_PACK = b"\x00\x00\x01\xba"
_LARGEST_PACK = 8 << 20  # bytes
_MOST_WAITING = 64  # packets held back for one that is missing
_LONGEST_WAIT = 0.2  # seconds
_FARTHEST = 3000  # a greater step of the sequence is a new beginning (RFC 3550, A.1)


@dataclass(frozen=True, slots=True)
class RtpPacket:
    """One packet; ``sequence`` counts modulo 2¹⁶."""

    sequence: int
    timestamp: int
    ssrc: int
    marker: bool
    payload_type: int
    payload: bytes


def parse_rtp(data: bytes) -> RtpPacket:
    """Return the packet in ``data``.

    Raises:
        RtpError: it is none.
    """
    if len(data) < 12 or data[0] >> 6 != 2:
        raise RtpError("not an RTP packet")
    start = 12 + 4 * (data[0] & 0x0F)
    if data[0] & 0x10:
        if len(data) < start + 4:
            raise RtpError("an RTP packet ends within its header")
        start += 4 + 4 * int.from_bytes(data[start + 2 : start + 4], "big")
    end = len(data) - (data[-1] if data[0] & 0x20 else 0)
    if start > end:
        raise RtpError("an RTP packet ends within its header")
    return RtpPacket(
        int.from_bytes(data[2:4], "big"),
        int.from_bytes(data[4:8], "big"),
        int.from_bytes(data[8:12], "big"),
        bool(data[1] & 0x80),
        data[1] & 0x7F,
        data[start:end],
    )


@dataclass(slots=True)
class Tally:
    """What became of the packets of one session."""

    received: int = 0
    lost: int = 0
    late: int = 0
    reordered: int = 0
    strange: int = 0
    malformed: int = 0
    dropped_packs: int = 0


@dataclass(slots=True)
class Order:
    """Puts the packets of one source in order; gives up waiting for a missing one in time."""

    tally: Tally
    _next: int | None = None
    _waiting: dict[int, tuple[RtpPacket, float]] = field(default_factory=dict)

    def push(self, packet: RtpPacket, now: float) -> Iterator[tuple[RtpPacket, bool]]:
        """Yield the packets whose turn has come, each with whether some are missing before it."""
        self.tally.received += 1
        if self._next is None:
            self._next = packet.sequence
        ahead = (packet.sequence - self._next) & 0xFFFF
        if ahead > 0x10000 - _FARTHEST:
            self.tally.late += 1
            return
        if ahead > _FARTHEST:
            self._waiting.clear()
            self._next = (packet.sequence + 1) & 0xFFFF
            self.tally.lost += 1
            yield packet, True
            return
        if packet.sequence in self._waiting:
            self.tally.late += 1
            return
        self._waiting[packet.sequence] = (packet, now)
        self.tally.reordered += int(ahead == 0 and len(self._waiting) > 1)
        yield from self._due(now)

    def _due(self, now: float) -> Iterator[tuple[RtpPacket, bool]]:
        gap = False
        while self._waiting and self._next is not None:
            found = self._waiting.pop(self._next, None)
            if found is None:
                _, since = next(iter(self._waiting.values()))
                if len(self._waiting) <= _MOST_WAITING and now - since <= _LONGEST_WAIT:
                    return
                self._skip()
                gap = True
                continue
            self._next = (self._next + 1) & 0xFFFF
            yield found[0], gap
            gap = False

    def _skip(self) -> None:
        expected = self._next or 0
        step = min((number - expected) & 0xFFFF for number in self._waiting)
        self.tally.lost += step
        self._next = (expected + step) & 0xFFFF


@dataclass(slots=True)
class Packs:
    """Gathers payloads into packs; hands on only whole ones."""

    tally: Tally
    _pieces: list[bytes] = field(default_factory=list)
    _size: int = 0
    _timestamp: int | None = None
    _broken: bool = True  # until the first pack begins

    def push(self, packet: RtpPacket, gap: bool) -> bytes:
        """Take in the next packet; return what is whole by now, often nothing.

        Raises:
            PsError: a pack is larger than any may be.
        """
        payload = packet.payload
        if gap and not self._broken:
            self.tally.dropped_packs += 1
            self._drop()
        if self._broken:
            # No start code of video can look like this one.
            start = payload.find(_PACK)
            if start < 0:
                return b""
            payload, self._broken = payload[start:], False
        done = b""
        if packet.timestamp != self._timestamp or payload.startswith(_PACK):
            done = self._flush()
            self._timestamp = packet.timestamp
        self._pieces.append(payload)
        self._size += len(payload)
        if self._size > _LARGEST_PACK:
            raise PsError(
                Text("节目流中有一个包过大", "a pack of the programme stream is too large")
            )
        return done + self._flush() if packet.marker else done

    def _flush(self) -> bytes:
        whole = b"".join(self._pieces)
        self._pieces.clear()
        self._size = 0
        return whole

    def _drop(self) -> None:
        self._pieces.clear()
        self._size = 0
        self._broken = True


class Framing:
    """Cuts a TCP stream into RTP packets (RFC 4571: each after two bytes of length)."""

    def __init__(self) -> None:
        self._rest = b""

    def push(self, data: bytes) -> list[bytes]:
        """Return the packets that are complete by now; never keeps more than one."""
        rest = self._rest + data if self._rest else data
        packets, start = [], 0
        while len(rest) - start >= 2:
            end = start + 2 + int.from_bytes(rest[start : start + 2], "big")
            if end > len(rest):
                break
            packets.append(rest[start + 2 : end])
            start = end
        self._rest = rest[start:]
        return packets
