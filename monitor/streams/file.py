"""Recordings as cameras: at their own pace for the live service, or at full speed for analysis."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import av
from av.container import InputContainer

from monitor.domain.media import Packet, StreamInfo
from monitor.streams.demux import RawUnit, VideoDemuxer, open_container, packet_of, stamp_of
from monitor.streams.failures import Reason, StreamError, failure_of
from monitor.streams.source import SourceRequest
from monitor.streams.timestamps import Stamp, Timeline

# Playlists and the like would let a "recording" name other files and hosts.
_FORMATS = "mov,mp4,m4a,3gp,3g2,mj2,matroska,webm,avi,mpegts,mpeg,flv,h264,hevc"
_OPTIONS = {"protocol_whitelist": "file", "format_whitelist": _FORMATS}
_LARGEST_GAP = 60.0  # seconds between pictures; recordings may leave out quiet times
_TOO_LATE = 2.0  # seconds behind its pace after which a recording is not hurried to catch up


class FileSource:
    """One pass, or with ``loop=1`` endless passes, over a recording.

    Times of the passes follow on one another within one epoch; each pass begins with a keyframe.
    See :class:`monitor.streams.source.Source` for its life cycle.
    """

    def __init__(self, request: SourceRequest) -> None:
        self._request = request
        self._loop = request.url.options.get("loop") == "1"
        self._start = float(request.url.options.get("start", "0"))
        self._interrupted = threading.Event()
        self._container: InputContainer | None = None
        self._demuxer: VideoDemuxer | None = None

    def open(self) -> StreamInfo:
        """Open the file and check that all of it is there."""
        path = self._request.url.path
        if self._request.reach is not None:
            self._request.reach.pinned(self._request.url, path)
        if not Path(path).is_file():
            missing = not Path(path).exists()
            raise StreamError(Reason.MISSING if missing else Reason.UNREADABLE, where=path)
        try:
            self._container = open_container(f"file:{path}", _OPTIONS)
            self._demuxer = VideoDemuxer(self._container, path)
            _check_complete(self._demuxer, Path(path))
        except (av.FFmpegError, OSError) as error:
            raise self._failure(error) from None
        return self._demuxer.info

    @property
    def duration(self) -> float | None:
        """Seconds of one pass, where the file says so; known once it is open."""
        length = self._container.duration if self._container is not None else None
        return None if length is None else length / av.time_base

    def packets(self) -> Iterator[Packet]:
        """Yield packets; ends after the last one unless the recording loops."""
        if self._demuxer is None:
            raise RuntimeError("open() comes before packets()")
        info = self._demuxer.info
        timeline = Timeline(
            epoch=self._request.epoch,
            fps=info.fps,
            reordered=info.has_b_frames,
            absolute=True,
            largest_gap=_LARGEST_GAP,
        )
        pace = _Pace(self._request, self._interrupted)
        for unit, stamp in self._passes(self._demuxer, timeline):
            wall = pace.wait_for(stamp.time)
            if self._interrupted.is_set():
                return
            yield packet_of(self._request.camera_id, unit, stamp, wall)

    def interrupt(self) -> None:
        """Let ``packets`` end at once."""
        self._interrupted.set()

    def close(self) -> None:
        """Close the file."""
        self._demuxer = None
        if self._container is not None:
            self._container.close()
            self._container = None

    def _passes(self, demuxer: VideoDemuxer, timeline: Timeline) -> Iterator[tuple[RawUnit, Stamp]]:
        origin = (demuxer.stream.start_time or 0) * float(demuxer.stream.time_base or 0)
        offset, end = -origin, None
        while True:
            first = True
            for unit in self._one_pass(demuxer):
                decode = unit.dts if unit.dts is not None else unit.pts
                if first and end is not None and decode is not None:
                    offset = end - decode
                first = False
                stamp = stamp_of(timeline, unit, offset)
                if stamp is not None:
                    end = stamp.time + stamp.duration
                    yield unit, stamp
            if first:
                raise StreamError(Reason.UNREADABLE, where=self._request.url.path)
            if not self._loop:
                return

    def _one_pass(self, demuxer: VideoDemuxer) -> Iterator[RawUnit]:
        try:
            demuxer.rewind(self._start)
            yield from demuxer.units()
        except (av.FFmpegError, OSError) as error:
            raise self._failure(error) from None

    def _failure(self, error: BaseException) -> StreamError:
        return failure_of(error, where=self._request.url.path)


class _Pace:
    """Holds packets back until they are due, and says what time that is."""

    def __init__(self, request: SourceRequest, interrupted: threading.Event) -> None:
        self._realtime = request.realtime
        self._clock = request.clock
        self._interrupted = interrupted
        self._offset: float | None = None

    def wait_for(self, time: float) -> float:
        if not self._realtime:
            return time
        now = self._clock.now()
        if self._offset is None or now - (time + self._offset) > _TOO_LATE:
            self._offset = now - time
        due = time + self._offset
        while (ahead := due - self._clock.now()) > 0 and not self._interrupted.is_set():
            self._interrupted.wait(min(ahead, 0.5))
        return due


def _check_complete(demuxer: VideoDemuxer, path: Path) -> None:
    entries = demuxer.stream.index_entries
    if len(entries) == 0:
        return
    last = entries[len(entries) - 1]
    if last.pos is not None and last.pos + last.size > path.stat().st_size:
        raise StreamError(Reason.TRUNCATED, where=str(path))
