"""The whole path of one camera: RTSP in, events out, beside ultralytics' own tracking loop.

``python -m benchmarks.pipeline`` serves a demo scene by the camera simulator and lets each
contender watch it for the same time at the same rate, in a process of its own and one after the
other. Counted is the CPU time, user plus system, of that process after its start-up, per second of
stream. Compare ratios within one run, never milliseconds of two machines.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from monitor.demo.camera_simulator import CameraSimulator
from monitor.demo.footage.composer import render
from monitor.demo.scenes import SCENES
from monitor.detectors.finder import load_finder
from monitor.domain.clock import SystemClock
from monitor.domain.places import Calibration, Camera, Room, RoomType
from monitor.domain.text import Text
from monitor.runtime.environment import models_folder
from monitor.runtime.worker import Worker

_SCENE = "sunshine-toddler"
_WARM_UP = 6.0
_NAME = Text("x", "x")


def kanhu(url: str, fps: float, seconds: float, calm_fps: float | None = None) -> dict[str, float]:
    """Watch with Kanhu's worker; ``calm_fps`` limits it while nothing is pending."""
    optics = SCENES[_SCENE].optics
    calibration = Calibration(
        optics.height_m, optics.pitch_deg, optics.focal_px, optics.width, optics.height
    )
    camera = Camera("c", "r", _NAME, url, calibration=calibration, analysis_fps=fps)
    finder = load_finder("yolov8n", models_folder())
    worker = Worker(
        [Room("r", "i", _NAME, RoomType.ACTIVITY)],
        [camera],
        finder,
        lambda _event, _snapshot: None,
        clock=SystemClock(),
        calm_fps=fps if calm_fps is None else calm_fps,
    )
    worker.start()
    time.sleep(_WARM_UP)
    cost = _measured(lambda: time.sleep(seconds))
    worker.stop()
    return cost


def day_mix(url: str, fps: float, seconds: float) -> dict[str, float]:
    """Watch as the service does: two frames a second until a condition is pending."""
    return kanhu(url, fps, seconds, calm_fps=2.0)


def ultralytics_track(url: str, fps: float, seconds: float) -> dict[str, float]:
    """Watch with ``YOLO.track``, taking as many frames a second."""
    os.environ.update(YOLO_OFFLINE="true", YOLO_AUTOINSTALL="false", OMP_NUM_THREADS="1")
    import torch
    from ultralytics.models import YOLO

    torch.set_num_threads(1)
    stride = max(1, round(SCENES[_SCENE].fps / fps))
    model = YOLO(models_folder() / "yolov8n.pt")
    results = iter(
        model.track(
            url, stream=True, vid_stride=stride, imgsz=(384, 640), classes=[0], verbose=False
        )
    )
    until = time.monotonic() + _WARM_UP
    while time.monotonic() < until:
        next(results)

    def watch() -> None:
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            next(results)

    return _measured(watch)


CONTENDERS: dict[str, Callable[[str, float, float], dict[str, float]]] = {
    "kanhu, every sampled frame": kanhu,
    "kanhu, as the service runs": day_mix,
    "ultralytics YOLO.track (torch)": ultralytics_track,
}


def _measured(work: Callable[[], Any]) -> dict[str, float]:
    before, started = _cpu(), time.monotonic()
    work()
    elapsed = time.monotonic() - started
    return {"cpu_ms_per_s": 1000 * (_cpu() - before) / elapsed, "seconds": elapsed}


def _cpu() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def _child(name: str, url: str, fps: float, seconds: float, answer: Connection) -> None:
    answer.send(CONTENDERS[name](url, fps, seconds))
    answer.close()
    os._exit(0)  # the peer's reader threads do not end by themselves


def measure(fps: float, seconds: float) -> dict[str, dict[str, float]]:
    """Return the cost of each contender, CPU milliseconds per second of stream."""
    context = multiprocessing.get_context("spawn")
    results = {}
    with tempfile.TemporaryDirectory() as folder, CameraSimulator() as cameras:
        clip = Path(folder) / "scene.mp4"
        render(SCENES[_SCENE], clip, 30.0)
        url = cameras.add("scene", clip)
        for name in CONTENDERS:
            ours, theirs = context.Pipe(duplex=False)
            process = context.Process(target=_child, args=(name, url, fps, seconds, theirs))
            process.start()
            theirs.close()
            results[name] = ours.recv()
            process.join()
    return results


def main(arguments: list[str] | None = None) -> int:
    """Print one line a contender."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--fps", type=float, default=5.0, help="frames analysed a second")
    parser.add_argument("--seconds", type=float, default=20.0, help="time measured, each")
    parser.add_argument("--json", action="store_true", help="print JSON")
    options = parser.parse_args(arguments)
    results = measure(options.fps, options.seconds)
    if options.json:
        sys.stdout.write(json.dumps(results, indent=1) + "\n")
        return 0
    base = results["kanhu, every sampled frame"]["cpu_ms_per_s"]
    table = Table("one camera, 1280×720", "CPU ms per stream-second", "times ours", box=None)
    for name, result in results.items():
        cost = result["cpu_ms_per_s"]
        table.add_row(name, f"{cost:.0f}", f"{cost / base:.2f}")
    Console().print(table)
    return 0


if __name__ == "__main__":
    sys.exit(main())
