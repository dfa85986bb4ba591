"""A nursery's day in a minute, for benchmarks: people for a fifth of it, then an empty room.

Composed like the demo's footage, at 25 frames a second, once in a wide picture and once as the
small stream of the same camera would show it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import av

from monitor.demo.footage.composer import render
from monitor.demo.footage.world import Scene
from monitor.demo.scenes import SCENES

FPS = 25
BUSY_SECONDS, EMPTY_SECONDS = 12, 48
DAY_SECONDS = BUSY_SECONDS + EMPTY_SECONDS
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
