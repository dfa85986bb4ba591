"""Composing footage: each scene once, in parallel, kept until its code or its pictures change.

The digest of everything a scene is made from is written into its file. A file with the right
digest is left alone, so that a second start takes no time; any other is composed anew.
"""

from __future__ import annotations

import hashlib
import multiprocessing
import queue
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, wait
from dataclasses import replace
from functools import cache, partial
from pathlib import Path
from typing import Any

import av
import cv2
import structlog

from monitor.demo.footage.cutouts import Cutout, cut_out
from monitor.demo.footage.encode import encode
from monitor.demo.footage.outlines import PICTURE_SHA256
from monitor.demo.footage.painter import Painter
from monitor.demo.footage.world import Scene
from monitor.demo.scenes import SCENES
from monitor.domain.errors import InputError

log = structlog.get_logger(__name__)

Progress = Callable[[str, float], None]
"""Is told a scene's name and the share of it that is done, 0–1."""

_POLL_SECONDS = 0.2
_REPORTS = 4096
_PACKAGES = Path(__file__).parent, Path(__file__).parents[1] / "scenes"


def compose(
    scenes: Sequence[str] | None,
    out_dir: Path,
    progress: Progress,
    workers: int,
    *,
    seconds: float | None = None,
) -> dict[str, Path]:
    """Compose the named scenes (all: ``None``) as ``NAME.mp4`` in ``out_dir``.

    ``workers`` is how many processes draw at once; ``seconds`` composes only the beginning of each
    loop, for trying things out. Returns the file of each scene.

    Raises:
        InputError: there is no such scene, or the picture of people is missing.
    """
    wanted = _named(scenes)
    out_dir.mkdir(parents=True, exist_ok=True)
    files = {scene.name: out_dir / f"{scene.name}.mp4" for scene in wanted}
    fresh = [scene for scene in wanted if not _composed(files[scene.name], seconds)]
    for scene in wanted:
        progress(scene.name, 0.0 if scene in fresh else 1.0)
    if fresh:
        cutouts = cut_out()
        fresh.sort(key=lambda scene: -scene.world.loop * (1 + len(scene.world.actors)))
        if workers > 1 and len(fresh) > 1:
            _in_parallel(fresh, files, cutouts, progress, workers, seconds)
        else:
            for scene in fresh:
                render(scene, files[scene.name], seconds, progress=progress, cutouts=cutouts)
        log.info("footage_composed", scenes=len(fresh), folder=str(out_dir))
    return files


def render(
    scene: Scene,
    path: Path,
    seconds: float | None = None,
    size: tuple[int, int] | None = None,
    *,
    start: float = 0.0,
    progress: Progress | None = None,
    cutouts: Sequence[Cutout] | None = None,
) -> None:
    """Write one scene to ``path``.

    ``seconds`` from ``start`` on instead of the whole loop, and ``size`` (width, height) instead
    of the scene's own, make short clips for tests quickly.
    """
    optics = scene.optics if size is None else scene.optics.resized(*size)
    painter = Painter(replace(scene, optics=optics), cutouts or cut_out())
    length = scene.world.loop if seconds is None else seconds
    told = (lambda _share: None) if progress is None else partial(progress, scene.name)
    encode(
        path,
        (optics.width, optics.height),
        scene.fps,
        round(length * scene.fps),
        lambda i: painter.planar(start + i / scene.fps, i),
        told,
        digest=_stamp(seconds) if size is None and not start else "",
    )


def _named(names: Sequence[str] | None) -> list[Scene]:
    if names is None:
        return list(SCENES.values())
    for name in names:
        if name not in SCENES:
            raise InputError(f"there is no scene '{name}'", hint="scenes are: " + ", ".join(SCENES))
    return [SCENES[name] for name in names]


@cache
def _digest() -> str:
    """Return the digest of all that footage is made from."""
    total = hashlib.sha256(f"{PICTURE_SHA256} {cv2.__version__}".encode())
    for folder in _PACKAGES:
        for source in sorted(folder.glob("*.py")):
            total.update(source.name.encode() + b"\0" + source.read_bytes())
    return total.hexdigest()


def _stamp(seconds: float | None) -> str:
    return _digest() if seconds is None else f"{_digest()} {seconds:g} s"


def _composed(path: Path, seconds: float | None) -> bool:
    """Say whether ``path`` is complete and was made by this very code."""
    if not path.is_file():
        return False
    try:
        with av.open(str(path)) as file:
            if file.metadata.get("comment") != _stamp(seconds):
                return False
            stream = file.streams.video[0]
            return sum(1 for packet in file.demux(stream) if packet.size) == stream.frames
    except (av.FFmpegError, OSError, IndexError):
        return False


def _in_parallel(
    scenes: Sequence[Scene],
    files: Mapping[str, Path],
    cutouts: Sequence[Cutout],
    progress: Progress,
    workers: int,
    seconds: float | None,
) -> None:
    context = multiprocessing.get_context("spawn")
    reports: Any = context.Queue(_REPORTS)
    pool = ProcessPoolExecutor(
        min(workers, len(scenes)),
        mp_context=context,
        initializer=_begin,
        initargs=(reports, cutouts),
    )
    try:
        waiting: set[Future[None]] = {
            pool.submit(_work, scene.name, files[scene.name], seconds) for scene in scenes
        }
        while waiting:
            done, waiting = wait(waiting, timeout=_POLL_SECONDS)
            for name, share in _read(reports):
                progress(name, share)
            for future in done:
                future.result()
    finally:
        pool.shutdown(cancel_futures=True)
    for scene in scenes:
        progress(scene.name, 1.0)


def _read(reports: Any) -> list[tuple[str, float]]:
    read = []
    while True:
        try:
            read.append(reports.get_nowait())
        except queue.Empty:
            return read


_reports: Any = None
_cutouts: Sequence[Cutout] = ()


def _begin(reports: Any, cutouts: Sequence[Cutout]) -> None:
    """Keep what every scene of this worker process needs."""
    global _reports, _cutouts
    _reports, _cutouts = reports, cutouts
    cv2.setNumThreads(1)


def _work(name: str, path: Path, seconds: float | None) -> None:
    render(SCENES[name], path, seconds, progress=_report, cutouts=_cutouts)


def _report(name: str, share: float) -> None:
    try:
        _reports.put_nowait((name, share))
    except queue.Full:
        return  # Progress is told again soon; drawing must not wait for it.
