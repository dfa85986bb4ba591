"""The programme stream as a file object that PyAV reads: bounded, and never waiting for ever."""

from __future__ import annotations

import time
from collections.abc import Callable

from monitor.streams.failures import Reason, StreamError
from monitor.streams.gb28181.errors import ProtocolError, RtpError
from monitor.streams.gb28181.ps import PictureOnly
from monitor.streams.gb28181.receivers import Receiver
from monitor.streams.gb28181.rtp import Order, Packs, RtpPacket, Tally, parse_rtp

_STREAM_MAP = b"\x00\x00\x01\xbc"
_SLICE = 0.25  # seconds between looks at whether the session goes on
_SSRC_SILENT = 1.0  # seconds after which another source may take over
_MAP_WITHIN = 4.0  # seconds to wait for a stream map before doing without
_MOST_PER_SECOND = 16 << 20  # bytes; no camera sends as much
_RTCP = range(72, 77)  # packet types 200 to 204 without their first bit


class PsFeed:
    """Reads one session's packets. After the end, ``failure`` says why; ``None``: interrupted."""

    def __init__(
        self,
        receiver: Receiver,
        tally: Tally,
        *,
        patience: float,
        over: Callable[[], bool],
        interrupted: Callable[[], bool],
    ) -> None:
        """``patience`` is seconds of silence borne; ``over`` says if the device has hung up."""
        self.failure: StreamError | None = None
        self.patience = patience
        self._receiver = receiver
        self._tally = tally
        self._over = over
        self._interrupted = interrupted
        self._order = Order(tally)
        self._packs = Packs(tally)
        self._pictures = PictureOnly(tally)
        self._source: tuple[int, int] | None = None
        self._heard = self._looked = self._began = time.monotonic()
        self._mapped = False
        self._ready = b""
        self._at = 0
        self._ended = False
        self._second, self._in_second = 0, 0

    def read(self, size: int) -> bytes:
        """Return up to ``size`` bytes as soon as there are some; ``b""`` once it is over."""
        while self._at >= len(self._ready):
            if self._ended:
                return b""
            try:
                self._ready, self._at = self._more(), 0
            except StreamError as error:
                self.failure, self._ended = error, True
            except ProtocolError as error:
                self.failure = StreamError(Reason.UNREADABLE, detail=error.text)
                self._ended = True
        part = self._ready[self._at : self._at + size]
        self._at += len(part)
        return part

    def _more(self) -> bytes:
        packets = self._receiver.receive(_SLICE)
        now = time.monotonic()
        if not packets or now - self._looked >= _SLICE:
            self._looked = now
            if self._interrupted():
                self._ended = True
                return b""
            if not packets and self._over():
                raise StreamError(Reason.CUT)
        self._weigh(sum(map(len, packets)), now)
        done = []
        for data in packets:
            packet = self._parsed(data, now)
            if packet is not None:
                for ordered, gap in self._order.push(packet, now):
                    if gap:
                        self._pictures.restart()
                    if whole := self._packs.push(ordered, gap):
                        done.append(self._pictures.filter(whole))
        if now - self._heard > self.patience:
            raise StreamError(Reason.TIMED_OUT)
        whole = b"".join(done)
        return whole if self._mapped or not whole else self._from_map(whole, now)

    def _parsed(self, data: bytes, now: float) -> RtpPacket | None:
        try:
            packet = parse_rtp(data)
        except RtpError:
            self._tally.malformed += 1
            return None
        if packet.payload_type in _RTCP:
            return None
        source = (packet.ssrc, packet.payload_type)
        if source != self._source:
            if self._source is not None:
                if now - self._heard < _SSRC_SILENT:
                    self._tally.strange += 1
                    return None
                self._order = Order(self._tally)
            self._source = source
        self._heard = now
        return packet

    def _from_map(self, whole: bytes, now: float) -> bytes:
        """Let the demuxer begin where the stream says what it holds, so that it need not guess."""
        if _STREAM_MAP not in whole and now - self._began < _MAP_WITHIN:
            return b""
        self._mapped = True
        return whole

    def _weigh(self, size: int, now: float) -> None:
        if int(now) != self._second:
            self._second, self._in_second = int(now), 0
        self._in_second += size
        if self._in_second > _MOST_PER_SECOND:
            raise StreamError(Reason.OTHER, detail="> 128 Mbit/s")
