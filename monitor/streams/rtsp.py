"""Cameras over RTSP, by TCP only: a lost UDP packet costs pictures up to the next keyframe."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import av
from av.container import InputContainer

from monitor.domain.media import Packet, StreamInfo
from monitor.streams.arrival import ArrivalClock
from monitor.streams.demux import RawUnit, VideoDemuxer, open_container, packet_of, stamp_of
from monitor.streams.failures import Reason, StreamError, failure_of
from monitor.streams.source import SourceRequest, Timeouts
from monitor.streams.timestamps import Stamp, Timeline

_LONGEST_WITHOUT_KEYFRAME = 30.0  # seconds
_LARGEST_BACKLOG = 512  # packets that opening may have buffered
_INSTANT = 0.003  # seconds; a packet read faster than this was waiting for us


class RtspSource:
    """One RTSP connection. See :class:`monitor.streams.source.Source` for its life cycle.

    ``interrupt`` takes effect at the next packet or, on a hung camera, at the read timeout.
    """

    def __init__(self, request: SourceRequest) -> None:
        self._request = request
        self._interrupted = threading.Event()
        self._container: InputContainer | None = None
        self._demuxer: VideoDemuxer | None = None

    def open(self) -> StreamInfo:
        """Connect, sign in, and learn what the video is like."""
        request = self._request
        timeouts = request.timeouts
        url = request.url
        if request.reach is not None:
            url = request.reach.pinned(url, request.camera_id)
        began = time.monotonic()
        try:
            self._container = open_container(
                url.address, _options(timeouts), (timeouts.open, timeouts.read)
            )
        except (av.FFmpegError, OSError) as error:
            raise self._open_failure(error, time.monotonic() - began) from None
        self._demuxer = VideoDemuxer(self._container, request.camera_id)
        return self._demuxer.info

    def packets(self) -> Iterator[Packet]:
        """Yield packets until interrupted; a connection that ends is a failure."""
        if self._demuxer is None:
            raise RuntimeError("open() comes before packets()")
        info = self._demuxer.info
        timeline = Timeline(epoch=self._request.epoch, fps=info.fps, reordered=info.has_b_frames)
        clock, epoch = ArrivalClock(), timeline.epoch
        for unit, stamp, arrived in settled(self._stamped(timeline)):
            if stamp.epoch != epoch:
                clock, epoch = ArrivalClock(), stamp.epoch
            yield packet_of(self._request.camera_id, unit, stamp, clock.wall(stamp.time, arrived))
        if not self._interrupted.is_set():
            raise StreamError(Reason.CUT, where=self._request.camera_id)

    def interrupt(self) -> None:
        """Let ``packets`` end at the next packet."""
        self._interrupted.set()

    def close(self) -> None:
        """Hang up."""
        self._demuxer = None
        if self._container is not None:
            self._container.close()
            self._container = None

    def _stamped(self, timeline: Timeline) -> Iterator[tuple[RawUnit, Stamp, float]]:
        for unit, arrived in self._arriving():
            stamp = stamp_of(timeline, unit)
            if stamp is not None:
                yield unit, stamp, arrived

    def _arriving(self) -> Iterator[tuple[RawUnit, float]]:
        keyframe_due_by = time.monotonic() + _LONGEST_WITHOUT_KEYFRAME
        clock = self._request.clock
        try:
            units = self._demuxer.units() if self._demuxer is not None else iter(())
            asked = time.monotonic()
            for unit in units:
                if self._interrupted.is_set():
                    return
                now = time.monotonic()
                if unit.keyframe:
                    keyframe_due_by = now + _LONGEST_WITHOUT_KEYFRAME
                elif now > keyframe_due_by:
                    raise StreamError(Reason.NO_KEYFRAME, where=self._request.camera_id)
                yield unit, clock.now()
                pause = self._request.pause()
                if pause and now - asked > _INSTANT:
                    self._interrupted.wait(pause)
                asked = time.monotonic()
        except (av.FFmpegError, OSError) as error:
            raise self._failure(error) from None

    def _open_failure(self, error: BaseException, elapsed: float) -> StreamError:
        failure = self._failure(error)
        if failure.reason is not Reason.UNREADABLE:
            return failure
        # ffmpeg reports every answer that it does not get or understand as invalid data.
        late = elapsed >= self._request.timeouts.open
        return StreamError(Reason.TIMED_OUT if late else Reason.NO_RTSP, where=failure.where)

    def _failure(self, error: BaseException) -> StreamError:
        return failure_of(error, where=self._request.camera_id, secrets=self._request.url.secrets)


def _options(timeouts: Timeouts) -> dict[str, str]:
    # Only a second line behind our own time limits, whose errors say more.
    socket_timeout = 2 * max(timeouts.open, timeouts.read)
    return {
        "rtsp_transport": "tcp",
        "allowed_media_types": "video",
        "timeout": str(int(socket_timeout * 1e6)),
        "protocol_whitelist": "rtsp,rtsps,rtp,tcp,tls",
        "user_agent": "Kanhu",
        # Enough pictures to learn the frame rate and whether there are B-frames.
        "fpsprobesize": "8",
        "analyzeduration": "2000000",
    }


def settled(
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
