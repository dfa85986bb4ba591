"""What memory an idle camera takes: the slope of the resident size over 10, 50 and 100 cameras.

``python -m benchmarks.memory`` watches simulated RTSP cameras that show an empty room, as a worker
does (reading, the ring for clips, the gate, the decoder that now and then looks, giving freed
memory back), in one process that begins with ten cameras and goes on to fifty and a hundred. The
ring is told apart, since it holds the last seconds of whatever the camera sends: memory for it is
bit rate times time.
``--kinds`` chooses among ``idle`` (a main stream of 1280×720 only), ``pair`` (with a substream of
640×360, which is the one looked at) and ``away`` (a camera that cannot be reached).
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from rich.console import Console
from rich.table import Table

from benchmarks.simulated import SimulatedCameras, load, picture_file, quiet
from monitor.domain.clock import SystemClock
from monitor.domain.places import Camera
from monitor.domain.room_state import CameraView
from monitor.domain.text import Text
from monitor.runtime.attention import Attention
from monitor.runtime.camera_watch import CameraWatch
from monitor.runtime.slots import FrameSlots
from monitor.runtime.spare_memory import SpareMemory, keep_little_spare

KINDS = ("idle", "pair", "away")
_REMEMBER = 85.0  # seconds: a minute of waiting, and what a clip shows before
_REMEMBER_QUIET = 35.0  # while nobody is there
_STARTS_A_SECOND = 10


@dataclass(frozen=True, slots=True)
class Memory:
    """Resident MiB of the process, and MiB of it in rings, by the number of cameras."""

    kind: str
    cameras: tuple[int, ...]
    resident: tuple[float, ...]
    rings: tuple[float, ...]
    threads: int
    load: str

    def slope(self, values: Sequence[float]) -> float:
        """Return the MiB for one more camera."""
        return float(np.polyfit(self.cameras, values, 1)[0])


class _Nobody:
    """Listens to nothing."""

    def view(self, view: CameraView) -> None:
        """Forget it."""

    def still(self, camera_id: str, wall: float) -> None:
        """Forget it."""


def watch(kind: str, counts: Sequence[int], urls: Sequence[str], settle: float) -> Memory:
    """Watch more and more cameras in this process and measure it at each of ``counts``."""
    keep_little_spare()
    slots = FrameSlots()
    stopping = threading.Event()

    def look() -> None:
        while not stopping.is_set():
            slots.take(8, 0.5)

    threading.Thread(target=look, daemon=True).start()
    watches: list[CameraWatch] = []
    resident, rings = [], []
    for count in counts:
        while len(watches) < count:
            watches.append(_watch(kind, len(watches), urls, slots))
            watches[-1].start()
            time.sleep(1 / _STARTS_A_SECOND)
        # Half a minute has passed in the middle since a worker last gave memory back.
        time.sleep(settle / 2)
        SpareMemory(every=0).give_back()
        time.sleep(settle / 2)
        gc.collect()
        resident.append(_resident())
        rings.append(sum(one.reader.ring.size for one in watches) / (1 << 20))
    threads = threading.active_count()
    stopping.set()
    return Memory(kind, tuple(counts), tuple(resident), tuple(rings), threads, load())


def _watch(kind: str, number: int, urls: Sequence[str], slots: FrameSlots) -> CameraWatch:
    half = len(urls) // 2
    url = "rtsp://127.0.0.1:9/away" if kind == "away" else urls[number]
    small = urls[half + number] if kind == "pair" else None
    return CameraWatch(
        Camera(f"c{number}", "room", Text("", ""), url, substream_url=small),
        slots,
        _Nobody(),
        clock=SystemClock(),
        attention=lambda: Attention.QUIET,
        calm_fps=2.0,
        remember=_REMEMBER,
        remember_quiet=_REMEMBER_QUIET,
    )


def _resident() -> float:
    return int(Path("/proc/self/statm").read_text("ascii").split()[1]) * 4096 / (1 << 20)


def measure(kind: str, urls: Sequence[str], options: argparse.Namespace) -> Memory:
    """Measure one kind in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.memory", "--watch", kind, *urls]
    command += ["--settle", str(options.settle), "--cameras", *map(str, options.cameras)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
    return Memory(**json.loads(done.stdout.splitlines()[-1]))


def report(found: Sequence[Memory]) -> None:
    """Print the table."""
    table = Table(title="Memory of idle cameras, MiB")
    counts = [f"{count} cameras" for count in found[0].cameras]
    for heading in ("", *counts, "a camera", "of it the ring", "threads", ""):
        table.add_column(heading, justify="right", no_wrap=True)
    for one in found:
        sizes = (f"{size:.0f}" for size in one.resident)
        slopes = f"{one.slope(one.resident):.1f}", f"{one.slope(one.rings):.1f}"
        table.add_row(one.kind, *sizes, *slopes, str(one.threads), one.load)
    Console(width=130).print(table)


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print a table, or JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cameras", type=int, nargs="+", default=[10, 50, 100])
    parser.add_argument("--kinds", nargs="+", choices=KINDS, default=KINDS)
    parser.add_argument("--settle", type=float, default=60.0)
    parser.add_argument("--kbit", type=int, default=256)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--watch", nargs="+", help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.watch:
        quiet()
        kind, *urls = options.watch
        print(json.dumps(asdict(watch(kind, options.cameras, urls, options.settle))), flush=True)
        os._exit(0)  # a hundred cameras are still being read, which a usual end would wait for
    with TemporaryDirectory() as name:
        sizes = ((1280, 720, options.kbit), (640, 360, options.kbit // 4))
        large, small = (
            picture_file(Path(name), width=w, height=h, fps=12, kbit=kbit, gop=2, moving=False)
            for w, h, kbit in sizes
        )
        most = max(options.cameras)
        with SimulatedCameras(most, large) as mains, SimulatedCameras(most, small) as subs:
            urls = [*mains.urls, *subs.urls]
            found = [measure(kind, urls, options) for kind in options.kinds]
    if options.json:
        json.dump([asdict(one) for one in found], sys.stdout)
        return
    report(found)


if __name__ == "__main__":
    main()
