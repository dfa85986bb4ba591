"""RTP packets of H.264 (RFC 3550, RFC 6184), framed for one RTSP connection (RFC 2326 §10.12).

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

    def packets(self, unit: AccessUnit, ticks: int) -> list[bytes]:
        """Return the RTP packets of ``unit``, the last one marked."""
        payloads = [part for nal in unit.units for part in fragments(nal, LARGEST_PAYLOAD)]
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


def damaged(packet: bytes, chance: random.Random) -> bytes:
    """Return an RTP packet with a wrong byte for about every hundred of its payload."""
    wrong = bytearray(packet)
    for _ in range(1 + len(packet) // 100):
        wrong[chance.randrange(_HEADER, len(wrong))] = chance.randrange(256)
    return bytes(wrong)


def interleaved(channel: int, packets: list[bytes]) -> bytes:
    """Frame ``packets`` for ``channel`` of an RTSP connection."""
    return b"".join(struct.pack(">cBH", b"$", channel, len(packet)) + packet for packet in packets)
