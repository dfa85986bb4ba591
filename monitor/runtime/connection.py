"""Trying cameras at a bounded rate: what each sends, or why it cannot be read.

Not more than a few cameras are tried at once, and of one institution only two, whose line must
still carry what is watched just now.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from itertools import pairwise, zip_longest
from statistics import median

from monitor.domain.connections import ConnectionTrial, StreamKind
from monitor.domain.errors import KanhuError
from monitor.domain.media import Packet, StreamInfo
from monitor.domain.places import District
from monitor.domain.text import Text
from monitor.streams.catalogue import make_source
from monitor.streams.failures import StreamError
from monitor.streams.reach import Reach
from monitor.streams.source import Source, SourceRequest
from monitor.streams.url import parse_url

AT_ONCE = 8
_OF_ONE_INSTITUTION = 2
_LONGEST = 15.0  # seconds for one stream
_ENOUGH = 50  # packets
_MOST_SECONDS = 8.0  # of stream, waiting for a second keyframe
_CONNECTED_ONLY = Text(zh="已连接,但没有收到画面", en="connected, but no picture came")


@dataclass(frozen=True, slots=True)
class _Task:
    trial: ConnectionTrial
    url: str = field(repr=False)


def try_cameras(
    district: District,
    reach: Reach | None = None,
    *,
    at_once: int = AT_ONCE,
    report: Callable[[float], None] = lambda _share: None,
) -> tuple[ConnectionTrial, ...]:
    """Try every stream of every enabled camera; the share done, 0–1, goes to ``report``."""
    tasks = list(_tasks(district))
    lines = {task.trial.institution_id: threading.Semaphore(_OF_ONE_INSTITUTION) for task in tasks}
    done: dict[tuple[str, StreamKind], ConnectionTrial] = {}
    lock = threading.Lock()

    def work(task: _Task) -> None:
        with lines[task.trial.institution_id]:
            trial = _try(task, reach)
        with lock:
            done[trial.camera_id, trial.stream] = trial
            report(len(done) / len(tasks))

    with ThreadPoolExecutor(max(1, at_once)) as pool:
        for future in [pool.submit(work, task) for task in _mixed(tasks)]:
            future.result()
    return tuple(done[task.trial.camera_id, task.trial.stream] for task in tasks)


def _tasks(district: District) -> Iterator[_Task]:
    owner = {room.id: room.institution_id for room in district.rooms}
    for camera in district.cameras:
        if not camera.enabled:
            continue
        home = owner[camera.room_id]
        trial = ConnectionTrial(home, camera.room_id, camera.id, StreamKind.MAIN, readable=False)
        yield _Task(trial, camera.url)
        if camera.substream_url is not None:
            yield _Task(replace(trial, stream=StreamKind.SUB), camera.substream_url)


def _mixed(tasks: list[_Task]) -> Iterator[_Task]:
    """Yield the tasks so that institutions take turns, and none keeps all others waiting."""
    homes: dict[str, list[_Task]] = {}
    for task in tasks:
        homes.setdefault(task.trial.institution_id, []).append(task)
    for turn in zip_longest(*homes.values()):
        yield from (task for task in turn if task is not None)


def _try(task: _Task, reach: Reach | None) -> ConnectionTrial:
    trial = task.trial
    try:
        request = SourceRequest(trial.camera_id, parse_url(task.url), reach=reach)
        source = make_source(request)
        limit = threading.Timer(_LONGEST, source.interrupt)
        limit.start()
        try:
            return _read(source, trial)
        finally:
            limit.cancel()
            source.close()
    except StreamError as error:
        return replace(trial, fault=error.text, advice=error.advice)
    except KanhuError as error:
        return replace(trial, fault=error.text, advice=error.advice)


def _read(source: Source, trial: ConnectionTrial) -> ConnectionTrial:
    started = time.monotonic()
    info = source.open()
    packets: list[Packet] = []
    first: float | None = None
    for packet in source.packets():
        first = time.monotonic() - started if first is None else first
        packets.append(packet)
        if _seen_enough(packets):
            break
    if first is None:
        return replace(trial, fault=_CONNECTED_ONLY)
    offset: float | None = getattr(source, "clock_offset", None)
    return _measured(trial, info, packets, first, _reported(packets) if offset is None else offset)


def _reported(packets: list[Packet]) -> float | None:
    """Return how far ahead the camera's clock is by its own sender reports, where it sends any."""
    ahead = [p.camera_clock - p.wall for p in packets if p.camera_clock is not None]
    return median(ahead) if ahead else None


def _seen_enough(packets: list[Packet]) -> bool:
    if packets[-1].time - packets[0].time >= _MOST_SECONDS:
        return True
    return len(packets) > _ENOUGH and packets[-1].keyframe


def _measured(
    trial: ConnectionTrial,
    info: StreamInfo,
    packets: list[Packet],
    first: float,
    offset: float | None,
) -> ConnectionTrial:
    seconds = packets[-1].time - packets[0].time + packets[-1].duration
    size = sum(len(packet.data) for packet in packets)
    keys = [packet.time for packet in packets if packet.keyframe and packet.epoch == 0]
    gaps = [after - before for before, after in pairwise(keys)]
    return replace(
        trial,
        readable=True,
        codec=info.codec,
        width=info.width,
        height=info.height,
        fps=round(len(packets) / seconds, 1) if seconds > 0 else info.fps,
        kbit_s=round(size * 8 / seconds / 1000) if seconds > 0 else None,
        gop_s=round(max(gaps), 2) if gaps else None,
        clock_offset_s=None if offset is None else round(offset, 1),
        first_picture_s=round(first, 2),
    )
