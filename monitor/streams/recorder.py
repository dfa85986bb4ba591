"""Continuous recording of one camera without re-encoding, in segments that stand alone.

Segments are fragmented MP4 files of about a minute, cut at keyframes and named by the UTC time of
their first picture: ``recordings/<camera>/<YYYY-MM-DD>/<HHMMSS.mmm>.mp4``. While one is being
written it is called ``.<name>.part``, and each half second of it is handed to the system as soon as
it is over; a finished one appears under its name at once and whole. After a crash
:func:`~monitor.streams.segments.reconcile` finishes what was left. Recording stops short of
filling the disk, so that alerts can still be written, and goes on when there is room again.
"""

from __future__ import annotations

import errno
import os
import shutil
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import av
import structlog

from monitor.domain.clock import Clock, SystemClock
from monitor.domain.media import Packet, StreamInfo
from monitor.streams.annexb import picture_format
from monitor.streams.failures import Reason, StreamError
from monitor.streams.fanout import Subscription
from monitor.streams.mux import PacketWriter
from monitor.streams.segments import Segment, finished_path, part_path

_log = structlog.get_logger(__name__)
_GATHER = 0.25  # seconds; with half a second a fragment, a crash loses less than a second
_RETRY = 10.0  # seconds until recording is tried again after the disk refused


def free_bytes(folder: Path) -> int:
    """Return the free space on the disk that holds ``folder`` or will hold it."""
    while not folder.exists():
        folder = folder.parent
    return shutil.disk_usage(folder).free


class Recorder:
    """Records one camera on its own thread, from a subscription to its packets.

    ``info`` is asked for the stream's format at the start of each segment. ``on_segment`` is
    called on the recorder's thread with each finished segment, ``on_problem`` with a problem when
    one begins and with ``None`` when it is over. ``keep_free`` bytes of the disk are left alone.
    """

    def __init__(
        self,
        camera_id: str,
        subscription: Subscription,
        info: Callable[[], StreamInfo | None],
        root: Path,
        *,
        on_segment: Callable[[Segment], None] | None = None,
        on_problem: Callable[[StreamError | None], None] | None = None,
        seconds: float = 60.0,
        keep_free: int = 2 << 30,
        free: Callable[[Path], int] = free_bytes,
        clock: Clock | None = None,
    ) -> None:
        self.camera_id = camera_id
        self.problem: StreamError | None = None
        self._subscription = subscription
        self._info = info
        self._root = root
        self._on_segment = on_segment
        self._on_problem = on_problem
        self._seconds = seconds
        self._keep_free = keep_free
        self._free = free
        self._clock = clock or SystemClock()
        self._open: _OpenSegment | None = None
        self._retry_at = 0.0
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"record-{camera_id}", daemon=True)

    def start(self) -> None:
        """Begin to record."""
        self._thread.start()

    def stop(self, timeout: float = 2.0) -> None:
        """Record what is queued, finish the segment and end."""
        self._stopping.set()
        self._subscription.close()
        self._thread.join(timeout)

    def _run(self) -> None:
        while (packet := self._subscription.get()) is not None:
            self.record(packet)
            if not len(self._subscription):
                # Waking up for every packet costs several times what writing it does.
                self._stopping.wait(_GATHER)
        self._finish()

    def record(self, packet: Packet) -> None:
        """Write one packet; what the disk refuses is lost, and reported as a problem."""
        try:
            self._write(packet)
        except (OSError, av.FFmpegError) as error:
            self._abandon(_problem_of(error, self._root))

    def _write(self, packet: Packet) -> None:
        current = self._open
        if current is not None and current.ends_before(packet, self._seconds):
            self._finish()
            current = None
        if current is None and packet.keyframe:
            current = self._begin(packet)
        if current is not None:
            current.write(packet)

    def _begin(self, packet: Packet) -> _OpenSegment | None:
        info = self._info()
        now = self._clock.now()
        if info is None or now < self._retry_at:
            return None
        if self._free(self._root) < self._keep_free:
            raise OSError(errno.ENOSPC, "too little space is left")
        part = part_path(self._root, self.camera_id, packet.wall)
        part.parent.mkdir(parents=True, exist_ok=True)
        self._open = _OpenSegment(part, info, packet)
        self._report(None)
        return self._open

    def _finish(self) -> None:
        current, self._open = self._open, None
        if current is None:
            return
        try:
            current.close()
        except (OSError, av.FFmpegError) as error:
            self._report(_problem_of(error, self._root))
        self._keep(current)

    def _abandon(self, problem: StreamError) -> None:
        self._retry_at = self._clock.now() + _RETRY
        self._report(problem)
        current, self._open = self._open, None
        if current is not None:
            with suppress(OSError, av.FFmpegError):  # the problem is already reported
                current.close()
            self._keep(current)

    def _keep(self, current: _OpenSegment) -> None:
        try:
            kept = current.keep()
        except OSError as error:
            self._report(_problem_of(error, self._root))
            return
        if kept is None or self._on_segment is None:
            return
        path, size = kept
        try:
            self._on_segment(Segment(self.camera_id, current.start, current.end, path, size))
        except Exception:
            # The file is there, whoever fails to note it down; recording goes on.
            _log.exception("segment_listener_failed", camera=self.camera_id, path=str(path))

    def _report(self, problem: StreamError | None) -> None:
        before, self.problem = self.problem, problem
        if (before and before.reason) == (problem and problem.reason):
            return
        if problem is not None:
            _log.error("recording_paused", camera=self.camera_id, message=problem.text.en)
        else:
            _log.info("recording_resumed", camera=self.camera_id)
        if self._on_problem is not None:
            self._on_problem(problem)


class _OpenSegment:
    """The segment that is being written."""

    def __init__(self, part: Path, info: StreamInfo, first: Packet) -> None:
        self.start = first.wall
        self.end = first.wall
        self._part = part
        self._first = first
        self._codec = info.codec
        self._format = picture_format(info.codec, first.data)
        self._writer = PacketWriter(part, info, "recording")

    def ends_before(self, packet: Packet, seconds: float) -> bool:
        if packet.epoch != self._first.epoch:
            return True
        if not packet.keyframe:
            return False
        # A file describes its pictures once: those of another size begin another one.
        changed = picture_format(self._codec, packet.data) != self._format
        return changed or packet.time - self._first.time >= seconds

    def write(self, packet: Packet) -> None:
        self._writer.write(packet, packet.time - self._first.time)
        self.end = packet.wall + packet.duration

    def close(self) -> None:
        self._writer.close()

    def keep(self) -> tuple[Path, int] | None:
        size = self._part.stat().st_size
        if size == 0:
            self._part.unlink()
            return None
        with self._part.open("rb") as file:
            os.fsync(file.fileno())
        path = finished_path(self._part)
        self._part.replace(path)
        return path, size


def _problem_of(error: Exception, root: Path) -> StreamError:
    full = isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT)
    return StreamError(Reason.DISK_FULL if full else Reason.UNWRITABLE, where=str(root))
