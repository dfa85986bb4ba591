"""Sending one viewer's video: RTP headers of its own around payloads that all viewers share.

aiortc cuts every picture into packets anew for each viewer and builds an object for each packet,
which is most of what a viewer costs. Here the payloads come ready, and this takes the place of the
step in which aiortc's sender would encode and pack. Everything else stays with aiortc: agreeing,
encrypting, reports, and asking for lost packets again.
"""

from __future__ import annotations

import random
import struct
import time
from collections.abc import Awaitable, Callable
from typing import Any

from aiortc import RTCRtpSender
from aiortc.rtcrtpparameters import RTCRtpCodecParameters

from monitor.streams.live.track import ForwardTrack

_HISTORY = 512  # packets that may be asked for again: about two seconds
_NTP_EPOCH = 2_208_988_800  # seconds from 1900 to 1970
_HEAD = struct.Struct(">BBHII")
_SENDER = "_RTCRtpSender__"


class ForwardSender:
    """Lets an aiortc sender send the packets of a :class:`ForwardTrack` as they are.

    Made before the connection is agreed. aiortc calls :meth:`_send_next` for as long as the sender
    runs; the track's end ends it.
    """

    def __init__(self, sender: RTCRtpSender, track: ForwardTrack) -> None:
        self._sender = sender
        self._track = track
        self._sequence = random.getrandbits(15)
        self._origin = random.getrandbits(32)
        self._sent: dict[int, bytes] = {}
        self._packets = 0
        self._octets = 0
        self._state: dict[str, Any] = vars(sender)
        self._state["_next_encoded_frame"] = self._send_next
        self._state["_retransmit"] = self._send_again

    async def _send_next(self, codec: RTCRtpCodecParameters) -> None:
        """Send the next picture. Returns ``None``: there is nothing left for aiortc to send."""
        picture = await self._track.recv()
        ticks = (self._origin + picture.ticks) & 0xFFFFFFFF
        send, protect = self._way()
        sent, sequence = self._sent, self._sequence
        kind = codec.payloadType or 0  # agreed by now
        marks = [kind] * (len(picture.payloads) - 1) + [kind | 0x80]
        for mark, payload in zip(marks, picture.payloads, strict=True):
            head = _HEAD.pack(0x80, mark, sequence, ticks, self._sender._ssrc)
            data = sent[sequence] = protect(head + payload)
            sent.pop((sequence - _HISTORY) & 0xFFFF, None)
            sequence = (sequence + 1) & 0xFFFF
            await send(data)
        self._sequence = sequence
        self._packets += len(picture.payloads)
        self._octets += picture.size
        self._account(ticks)

    async def _send_again(self, sequence: int) -> None:
        """Send a packet again that the viewer has lost, as it was."""
        data = self._sent.get(sequence)
        if data is not None:
            send, _ = self._way()
            await send(data)

    def _way(self) -> tuple[Callable[[bytes], Awaitable[None]], Callable[[bytes], bytes]]:
        """Return how datagrams leave, and how they are encrypted, asked once for a picture."""
        transport = self._sender.transport
        if transport.state != "connected":
            raise ConnectionError("the viewer is gone")
        return transport.transport._connection.send, transport._tx_srtp.protect

    def _account(self, ticks: int) -> None:
        """Tell aiortc what its sender reports say."""
        now = time.time() + _NTP_EPOCH
        self._state[f"{_SENDER}ntp_timestamp"] = int(now * (1 << 32))
        self._state[f"{_SENDER}rtp_timestamp"] = ticks
        self._state[f"{_SENDER}packet_count"] = self._packets
        self._state[f"{_SENDER}octet_count"] = self._octets
