"""Evidence clips: a stretch of a camera's packets as an MP4, never re-encoded.

A clip begins at the last keyframe before the wanted start, so it may be a group of pictures
longer. Where the camera was lost in between, the stretches before and after are joined, with the
last picture standing still during the gap, provided that the video has kept its format; otherwise
the longest stretch is kept. Either way the clip says what is missing.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

from monitor.domain.clock import Clock, SystemClock
from monitor.domain.media import Packet, StreamInfo
from monitor.streams.annexb import first_parameter_sets
from monitor.streams.failures import Reason, StreamError
from monitor.streams.mux import PacketWriter
from monitor.streams.reader import CameraReader

LONGEST = 300.0  # seconds of one clip
LARGEST = 128 << 20  # bytes of one clip
_TOLERANCE = 1.0  # seconds that may be missing at either end of a complete clip


@dataclass(frozen=True, slots=True)
class Clip:
    """A clip on disk. ``start`` and ``end`` are the wall times (POSIX seconds) that it covers.

    ``gaps`` are stretches inside it without pictures; ``complete`` says that nothing of what was
    asked for is missing.
    """

    path: Path
    start: float
    end: float
    packets: int
    gaps: tuple[tuple[float, float], ...]
    complete: bool


class ClipCollector:
    """Gathers the packets of one clip, first from a ring, then as they come."""

    def __init__(self, start: float, end: float, earlier: Iterable[Packet] = ()) -> None:
        if end < start:
            raise ValueError("a clip ends after it starts")
        self.start = start
        self.end = min(end, start + LONGEST)
        self.packets: list[Packet] = []
        self._size = 0
        self.done = False
        for packet in earlier:
            self.feed(packet)

    def feed(self, packet: Packet) -> bool:
        """Take the next packet, unless it is already here; return whether the clip is full."""
        if self.done or not self._continues(packet):
            return self.done
        self.done = packet.wall >= self.end or self._size + len(packet.data) > LARGEST
        if not self.done:
            self.packets.append(packet)
            self._size += len(packet.data)
        return self.done

    def _continues(self, packet: Packet) -> bool:
        if not self.packets:
            return packet.keyframe
        last = self.packets[-1]
        if packet.epoch != last.epoch:
            return packet.epoch > last.epoch and packet.keyframe
        return packet.time > last.time


def cut_clip(
    reader: CameraReader,
    start: float,
    end: float,
    path: Path,
    *,
    clock: Clock | None = None,
    patience: float = 10.0,
) -> Clip:
    """Write ``start``–``end`` (POSIX seconds) of a camera to ``path``; waits until ``end``.

    If the camera is lost meanwhile, writes what there is ``patience`` seconds after ``end``.

    Raises:
        StreamError: nothing was received in that time.
        OSError: the file cannot be written.
    """
    clock = clock or SystemClock()
    with reader.subscribe("clip", patient=True) as subscription:
        collector = ClipCollector(start, end, reader.ring.since(start))
        while not collector.done and clock.now() < collector.end + patience:
            packet = subscription.get(0.25)
            if packet is not None:
                collector.feed(packet)
            elif subscription.closed:
                break
    info = reader.info
    if info is None or not any(p.wall + p.duration >= start for p in collector.packets):
        raise StreamError(Reason.NOTHING_RECEIVED, where=reader.camera.id)
    clip = write_clip(collector.packets, info, path)
    return replace(
        clip,
        complete=clip.complete
        and clip.start <= start + _TOLERANCE
        and clip.end >= collector.end - _TOLERANCE
        and collector.end >= end,
    )


def write_clip(packets: Sequence[Packet], info: StreamInfo, path: Path) -> Clip:
    """Write ``packets``, which begin with a keyframe, to the MP4 file ``path``.

    Raises:
        ValueError: the packets do not begin with a keyframe.
        OSError: the file cannot be written; nothing is left of it.
        StreamError: the packets hold no video.
    """
    if not packets or not packets[0].keyframe:
        raise ValueError("a clip begins with a keyframe")
    runs = _runs(packets)
    if not first_parameter_sets(runs[0], info.codec):
        raise StreamError(Reason.UNREADABLE, where=packets[0].camera_id)
    kept = _joinable(runs, info.codec)
    try:
        writer = PacketWriter(path, info, "clip")
        try:
            _write_runs(writer, kept)
        finally:
            writer.close()
    except OSError:
        path.unlink(missing_ok=True)
        raise
    ends = [(run[0].wall, run[-1].wall + run[-1].duration) for run in kept]
    gaps = tuple((before[1], after[0]) for before, after in pairwise(ends))
    count = sum(len(run) for run in kept)
    return Clip(path, ends[0][0], ends[-1][1], count, gaps, complete=len(runs) == 1)


def _write_runs(writer: PacketWriter, runs: list[tuple[Packet, ...]]) -> None:
    free_from = 0.0
    for run in runs:
        # A later stretch keeps its distance by the clock on the wall.
        at = max(free_from, run[0].wall - runs[0][0].wall)
        for packet in run:
            writer.write(packet, at + packet.time - run[0].time)
        free_from = at + run[-1].time + run[-1].duration - run[0].time


def _runs(packets: Sequence[Packet]) -> list[tuple[Packet, ...]]:
    runs: list[list[Packet]] = []
    for packet in packets:
        if not runs or packet.epoch != runs[-1][-1].epoch:
            runs.append([])
        runs[-1].append(packet)
    return [tuple(run) for run in runs if run[0].keyframe]


def _joinable(runs: list[tuple[Packet, ...]], codec: str) -> list[tuple[Packet, ...]]:
    formats = {first_parameter_sets(run, codec) for run in runs}
    if len(formats) == 1:
        return runs
    return [max(runs, key=lambda run: run[-1].time - run[0].time)]
