"""What sources that are on the wire share: units as they arrive become dated packets."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

from monitor.domain.media import Packet, StreamInfo
from monitor.streams.arrival import ArrivalClock
from monitor.streams.demux import RawUnit, packet_of, stamp_of
from monitor.streams.failures import Reason, StreamError
from monitor.streams.source import SourceRequest
from monitor.streams.timestamps import Stamp, Timeline

_LONGEST_WITHOUT_KEYFRAME = 30.0  # seconds
_LARGEST_BACKLOG = 512  # packets that opening may have buffered
_INSTANT = 0.003  # seconds; a packet read faster than this was waiting for us

Arriving = Iterator[tuple[RawUnit, float]]
"""Units with the wall time at which they were read."""


def arriving(
    units: Iterator[RawUnit],
    request: SourceRequest,
    interrupted: Callable[[], bool],
    rest: Callable[[], None],
) -> Arriving:
    """Yield ``units`` with the time of their arrival until ``interrupted``.

    ``rest`` is called after a unit that had to be waited for: more may gather meanwhile.

    Raises:
        StreamError: there was no keyframe for half a minute.
    """
    keyframe_due_by = time.monotonic() + _LONGEST_WITHOUT_KEYFRAME
    asked = time.monotonic()
    for unit in units:
        if interrupted():
            return
        now = time.monotonic()
        if unit.keyframe:
            keyframe_due_by = now + _LONGEST_WITHOUT_KEYFRAME
        elif now > keyframe_due_by:
            raise StreamError(Reason.NO_KEYFRAME, where=request.camera_id)
        yield unit, request.clock.now()
        if now - asked > _INSTANT:
            rest()
        asked = time.monotonic()


def dated_packets(units: Arriving, info: StreamInfo, request: SourceRequest) -> Iterator[Packet]:
    """Yield the packets of one connection with stream and wall time; units without time are left.

    Each new epoch of the stream is dated anew.
    """
    timeline = Timeline(epoch=request.epoch, fps=info.fps, reordered=info.has_b_frames)
    clock, epoch = ArrivalClock(), timeline.epoch
    for unit, stamp, arrived in _settled(_stamped(units, timeline)):
        if stamp.epoch != epoch:
            clock, epoch = ArrivalClock(), stamp.epoch
        yield packet_of(request.camera_id, unit, stamp, clock.wall(stamp.time, arrived))


def _stamped(units: Arriving, timeline: Timeline) -> Iterator[tuple[RawUnit, Stamp, float]]:
    for unit, arrived in units:
        stamp = stamp_of(timeline, unit)
        if stamp is not None:
            yield unit, stamp, arrived


def _settled(
    stamped: Iterator[tuple[RawUnit, Stamp, float]],
) -> Iterator[tuple[RawUnit, Stamp, float]]:
    """Correct the arrival times of what was buffered while the connection opened.

    Those packets come in one burst. The first packet that had to be waited for shows the true
    offset between stream and arrival, and the burst is dated back by it.
    """
    backlog: list[tuple[RawUnit, Stamp, float]] = []
    asked = time.monotonic()
    for unit, stamp, arrived in stamped:
        waited = time.monotonic() - asked
        backlog.append((unit, stamp, arrived))
        if waited > _INSTANT or len(backlog) >= _LARGEST_BACKLOG:
            break
        asked = time.monotonic()
    if backlog:
        offset = backlog[-1][2] - backlog[-1][1].time
        same_epoch = backlog[-1][1].epoch
        for unit, stamp, arrived in backlog:
            dated = min(arrived, stamp.time + offset) if stamp.epoch == same_epoch else arrived
            yield unit, stamp, dated
    yield from stamped
