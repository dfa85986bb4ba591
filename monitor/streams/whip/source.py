"""Phones and browsers as sources. See :class:`monitor.streams.source.Source`."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import av
from av.codec import CodecContext
from av.video.codeccontext import VideoCodecContext

from monitor.domain.media import Packet, StreamInfo
from monitor.streams.annexb import ParameterSets
from monitor.streams.arrival import ArrivalClock
from monitor.streams.demux import RawUnit, packet_of, stamp_of
from monitor.streams.failures import Reason, StreamError, failure_of
from monitor.streams.source import SourceRequest
from monitor.streams.timestamps import Timeline
from monitor.streams.whip.lobby import LOBBY, Caller, Lobby, Sent

_CODEC = "h264"
_SLICE = 0.25  # seconds between looks at whether to go on


class WhipSource:
    """What one sender sends, for as long as it does."""

    def __init__(self, request: SourceRequest, lobby: Lobby = LOBBY) -> None:
        self._request = request
        self._lobby = lobby
        self._interrupted = threading.Event()
        self._caller: Caller | None = None
        self._first: Sent | None = None
        self._sets = ParameterSets(_CODEC)

    def open(self) -> StreamInfo:
        """Wait for a sender and its first keyframe."""
        request = self._request
        patience = request.timeouts.open
        caller = self._lobby.wait(request.camera_id, patience, self._interrupted.is_set)
        if caller is None:
            raise StreamError(Reason.NO_SENDER, where=request.camera_id)
        self._caller = caller
        deadline = time.monotonic() + patience
        while time.monotonic() < deadline and not self._interrupted.is_set():
            unit = caller.get(_SLICE)
            if unit is not None and unit.keyframe:
                self._first = unit
                width, height = self._size_of(unit)
                return StreamInfo(_CODEC, width, height, None, self._sets.data)
            if unit is None and caller.over:
                raise StreamError(Reason.CUT, where=request.camera_id)
        raise StreamError(Reason.NO_KEYFRAME, where=request.camera_id)

    def packets(self) -> Iterator[Packet]:
        """Yield packets until interrupted; a sender that ends is a failure."""
        if self._caller is None or self._first is None:
            raise RuntimeError("open() comes before packets()")
        camera_id = self._request.camera_id
        timeline = Timeline(epoch=self._request.epoch)
        clock, epoch = ArrivalClock(), timeline.epoch
        for unit in self._units(self._caller, self._first):
            data = self._sets.complete(unit.data) if unit.keyframe else unit.data
            raw = RawUnit(data, unit.keyframe, unit.time, unit.time, None)
            stamp = stamp_of(timeline, raw)
            if stamp is None:
                continue
            if stamp.epoch != epoch:
                clock, epoch = ArrivalClock(), stamp.epoch
            yield packet_of(camera_id, raw, stamp, clock.wall(stamp.time, unit.arrived))

    def interrupt(self) -> None:
        """Let ``packets`` end within a fraction of a second."""
        self._interrupted.set()

    def close(self) -> None:
        """Read no more; the sender may go on, for the next source."""
        self._interrupted.set()
        self._caller = None

    def _units(self, caller: Caller, first: Sent) -> Iterator[Sent]:
        yield first
        heard = time.monotonic()
        while not self._interrupted.is_set():
            unit = caller.get(_SLICE)
            now = time.monotonic()
            if unit is not None:
                heard = now
                yield unit
            elif caller.over:
                raise StreamError(Reason.CUT, where=self._request.camera_id)
            elif now - heard > self._request.timeouts.read:
                raise StreamError(Reason.TIMED_OUT, where=self._request.camera_id)

    def _size_of(self, unit: Sent) -> tuple[int, int]:
        context = CodecContext.create(_CODEC, "r")
        if not isinstance(context, VideoCodecContext):
            raise StreamError(Reason.UNSUPPORTED, where=self._request.camera_id)
        try:
            data = self._sets.complete(unit.data)
            frames = [*context.decode(av.Packet(data)), *context.decode(None)]
        except av.FFmpegError as error:
            raise failure_of(error, where=self._request.camera_id) from None
        if not frames:
            raise StreamError(Reason.UNREADABLE, where=self._request.camera_id)
        return context.width, context.height
