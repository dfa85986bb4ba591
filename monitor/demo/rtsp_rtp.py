"""RTP packets of H.264 and H.265 (RFC 3550, 6184, 7798), framed for RTSP (RFC 2326 §10.12).

A feed numbers its packets once; all viewers of a camera receive the same bytes.
"""

from __future__ import annotations

import random
import struct

from monitor.demo.rtsp_media import CLOCK_RATE, AccessUnit
from monitor.streams.h264_rtp import fragments

PAYLOAD_TYPE = 96
LARGEST_PAYLOAD = 1400
_NTP_EPOCH = 2_208_988_800  # seconds from 1900 to 1970
_HEADER = 12  # bytes
_FU = 49


class RtpFeed:
    """Turns access units into interleaved RTP packets of one synchronisation source."""

    def __init__(self, ssrc: int, sequence: int, base_ticks: int) -> None:
        self.ssrc = ssrc
        self.sequence = sequence & 0xFFFF
        self._base_ticks = base_ticks
        self._packets = 0
        self._octets = 0

    def shift(self, seconds: float) -> None:
        """Let the camera's clock jump by ``seconds``, back or forth."""
        self._base_ticks += round(seconds * CLOCK_RATE)

    def timestamp(self, ticks: int) -> int:
        """Return the 32-bit RTP time of a picture ``ticks`` after switching on."""
        return (self._base_ticks + ticks) & 0xFFFFFFFF

    def packets(self, unit: AccessUnit, ticks: int, codec: str = "h264") -> list[bytes]:
        """Return the RTP packets of ``unit``, the last one marked."""
        cut = fragments if codec == "h264" else h265_fragments
        payloads = [part for nal in unit.units for part in cut(nal, LARGEST_PAYLOAD)]
        timestamp = self.timestamp(ticks)
        packets = []
        for number, payload in enumerate(payloads):
            marker = 0x80 if number == len(payloads) - 1 else 0
            head = struct.pack(
                ">BBHII", 0x80, marker | PAYLOAD_TYPE, self.sequence, timestamp, self.ssrc
            )
            self.sequence = (self.sequence + 1) & 0xFFFF
            self._packets += 1
            self._octets += len(payload)
            packets.append(head + payload)
        return packets

    def sender_report(self, wall: float, ticks: int) -> bytes:
        """Return an RTCP sender report that ties ``ticks`` to ``wall`` (POSIX seconds)."""
        seconds = int(wall)
        fraction = int((wall - seconds) * (1 << 32))
        return struct.pack(
            ">BBHIIIIII",
            0x80,
            200,
            6,
            self.ssrc,
            (seconds + _NTP_EPOCH) & 0xFFFFFFFF,
            fraction,
            self.timestamp(ticks),
            self._packets & 0xFFFFFFFF,
            self._octets & 0xFFFFFFFF,
        )


def h265_fragments(nal: bytes, largest: int) -> list[bytes]:
    """Return the payloads of one H.265 NAL unit: itself, or its fragmentation units."""
    if len(nal) <= largest:
        return [nal]
    head = bytes(((nal[0] & 0x81) | (_FU << 1), nal[1]))
    kind = (nal[0] >> 1) & 0x3F
    starts = range(2, len(nal), largest - 3)
    return [
        head
        + bytes(((0x80 if at == starts[0] else 0) | (0x40 if at == starts[-1] else 0) | kind,))
        + nal[at : at + largest - 3]
        for at in starts
    ]


def damaged(packet: bytes, chance: random.Random) -> bytes:
    """Return an RTP packet with a wrong byte for about every hundred of its payload."""
    wrong = bytearray(packet)
    for _ in range(1 + len(packet) // 100):
        wrong[chance.randrange(_HEADER, len(wrong))] = chance.randrange(256)
    return bytes(wrong)


def interleaved(channel: int, packets: list[bytes]) -> bytes:
    """Frame ``packets`` for ``channel`` of an RTSP connection."""
    return b"".join(struct.pack(">cBH", b"$", channel, len(packet)) + packet for packet in packets)
