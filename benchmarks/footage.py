"""A nursery's day in a minute, for benchmarks: people for a fifth of it, then an empty room.

Composed like the demo's footage, at 25 frames a second, once in a wide picture and once as the
small stream of the same camera would show it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

from monitor.demo.footage.composer import render
from monitor.demo.footage.encode import GOP_SECONDS
from monitor.demo.footage.world import Scene
from monitor.demo.scenes import SCENES
from monitor.detectors.finder import Image

FPS = 25
BUSY_SECONDS, EMPTY_SECONDS = 12, 48
DAY_SECONDS = BUSY_SECONDS + EMPTY_SECONDS
GROUPS = DAY_SECONDS // GOP_SECONDS
"""Groups of pictures in the minute, so that it can begin at as many moments."""
MAIN, SMALL = (1280, 720), (640, 360)
_SCENE = "sunshine-yard"


def busy_scene() -> Scene:
    """Return the scene with people."""
    return replace(SCENES[_SCENE], fps=FPS)


def empty_scene() -> Scene:
    """Return the same place with nobody there."""
    busy = busy_scene()
    return replace(busy, world=replace(busy.world, actors=()))


def make_day(folder: Path, size: tuple[int, int]) -> Path:
    """Compose the minute in ``size`` (width, height) and return its file."""
    busy = make_busy(folder, size)
    empty = make_empty(folder, size, EMPTY_SECONDS)
    path = folder / f"day-{size[0]}.mp4"
    _join([busy, empty], path)
    return path


def make_days(folder: Path, size: tuple[int, int], count: int) -> list[Path]:
    """Return ``count`` files of the same minute, each beginning at another moment of it."""
    day = make_day(folder, size)
    step = DAY_SECONDS // count // GOP_SECONDS * GOP_SECONDS
    paths = []
    for number in range(count):
        path = folder / f"day-{size[0]}-{number * step}.mp4"
        _turn(day, number * step, path)
        paths.append(path)
    return paths


def make_busy(folder: Path, size: tuple[int, int]) -> Path:
    """Compose only the part with people."""
    path = folder / f"busy-{size[0]}.mp4"
    if not path.exists():
        render(busy_scene(), path, BUSY_SECONDS, size)
    return path


def make_empty(folder: Path, size: tuple[int, int], seconds: int) -> Path:
    """Compose ``seconds`` of the empty place."""
    path = folder / f"empty-{size[0]}-{seconds}.mp4"
    if not path.exists():
        render(empty_scene(), path, seconds, size)
    return path


def pictures(recording: Path, fps: float) -> Iterator[Image]:
    """Yield about ``fps`` pictures a second of a recording, in BGR."""
    with av.open(str(recording)) as file:
        rate = float(file.streams.video[0].average_rate or FPS)
        step = max(1, round(rate / fps))
        for number, picture in enumerate(file.decode(video=0)):
            if number % step == 0:
                yield np.asarray(picture.to_ndarray(format="bgr24"), np.uint8)


def _turn(source: Path, seconds: int, path: Path) -> None:
    """Write ``source`` beginning at ``seconds``, a keyframe, and ending where it begins."""
    with av.open(str(source)) as file, av.open(str(path), "w", format="mp4") as out:
        video = file.streams.video[0]
        stream = out.add_stream_from_template(video)
        base = video.time_base or Fraction(1, FPS)
        packets = [packet for packet in file.demux(video) if packet.size]
        first = seconds * FPS
        for number, packet in enumerate(packets[first:] + packets[:first]):
            packet.pts = packet.dts = round(number / FPS / base)
            packet.stream = stream
            out.mux(packet)


def _join(parts: Sequence[Path], path: Path) -> None:
    with av.open(str(path), "w", format="mp4") as out:
        stream = None
        shift = 0
        for part in parts:
            with av.open(str(part)) as source:
                video = source.streams.video[0]
                if stream is None:
                    stream = out.add_stream_from_template(video)
                base = video.time_base or Fraction(1, FPS)
                length = 0
                for packet in source.demux(video):
                    if packet.size == 0 or packet.pts is None or packet.dts is None:
                        continue
                    packet.pts += shift
                    packet.dts += shift
                    length = max(length, packet.pts + round(1 / FPS / base))
                    packet.stream = stream
                    out.mux(packet)
                shift = length
