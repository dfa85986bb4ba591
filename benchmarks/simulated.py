"""Simulated cameras in a process of their own, so that their CPU time is not the readers'.

``with SimulatedCameras(...) as cameras`` starts the process; what it serves and does is asked for
by one JSON line and answered by another. Not a benchmark by itself.
"""

from __future__ import annotations

import argparse
import json
import logging
import os
import subprocess
import sys
import threading
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import av
import numpy as np
import structlog

from monitor.demo.camera_simulator import CameraSimulator


def picture_file(
    folder: Path,
    *,
    width: int,
    height: int,
    fps: int,
    kbit: int,
    gop: float,
    seconds: int = 8,
    moving: bool = True,
) -> Path:
    """Write ``seconds`` of a room-like picture, with people-sized movement if ``moving``."""
    path = folder / f"room-{width}x{height}-{fps}-{kbit}.ts"
    chance = np.random.default_rng(1)
    block = 16
    small = (-(-height // block), -(-width // block), 3)
    room = chance.integers(40, 200, small, np.uint8).repeat(block, 0).repeat(block, 1)
    room = np.ascontiguousarray(room[:height, :width])
    options = {"g": str(round(gop * fps)), "bf": "0", "preset": "veryfast", "profile": "baseline"}
    with av.open(str(path), "w", format="mpegts") as container:
        stream = container.add_stream("libx264", rate=fps, options=options)
        stream.width, stream.height, stream.pix_fmt = width, height, "yuv420p"
        stream.bit_rate = kbit * 1000
        for number in range(seconds * fps):
            picture = room + chance.integers(0, 3, room.shape, np.uint8)
            if moving:
                left = number * width // 256 % (width - width // 8)
                colour = chance.integers(0, 255, 3, np.uint8)
                picture[height // 4 : height * 3 // 4, left : left + width // 8] = colour
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, "bgr24")))
        container.mux(stream.encode())
    return path


class SimulatedCameras:
    """Cameras ``c0`` … that all play ``path``, served by another process."""

    def __init__(self, count: int, path: Path) -> None:
        self._command = [sys.executable, "-m", "benchmarks.simulated", str(count), str(path)]
        self._lock = threading.Lock()
        self.urls: list[str] = []

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self.urls = self.ask("urls")
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._process.kill()
        self._process.communicate()

    @property
    def pid(self) -> int:
        """The process that serves them."""
        return self._process.pid

    def ask(self, method: str, *arguments: Any) -> Any:
        """Call a method of the simulator over there (or ``urls``) and return what it returns."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        with self._lock:
            self._process.stdin.write(json.dumps([method, *arguments]) + "\n")
            self._process.stdin.flush()
            return json.loads(self._process.stdout.readline())


def cpu_of(pid: int) -> float:
    """Return the CPU seconds that a process has used (Linux)."""
    fields = Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def quiet() -> None:
    """Let this process log nothing but errors: lost cameras are what is measured."""
    level = structlog.make_filtering_bound_logger(logging.ERROR)
    structlog.configure(wrapper_class=level)


def load() -> str:
    """Return the load average of the last minute, to stand beside a figure."""
    return f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"


def _serve(count: int, path: Path) -> None:
    with CameraSimulator() as simulator:
        urls = [simulator.add(f"c{number}", path) for number in range(count)]
        for line in sys.stdin:
            method, *arguments = json.loads(line)
            if method == "urls":
                reply: Any = urls
            else:
                if method == "change":
                    arguments[1] = Path(arguments[1])
                reply = getattr(simulator, method)(*arguments)
            print(json.dumps(reply), flush=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("count", type=int)
    parser.add_argument("path", type=Path)
    options = parser.parse_args()
    _serve(options.count, options.path)
