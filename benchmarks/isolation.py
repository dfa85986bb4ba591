"""What one sick camera does to the seven healthy ones beside it: ours and ultralytics' loader.

``python -m benchmarks.isolation`` serves eight live RTSP cameras from another process and has them
read, at the same time, by a process of ours and by one with ``LoadStreams`` of ultralytics. Then
the first camera is killed (connections cut, new ones refused), stalled, resized in mid-stream or
sends damaged pictures, each for some seconds and with fresh readers. Told is the longest time
between two pictures of a healthy camera, in frame intervals, while all was well and during the
fault. The loader hands out one picture of every camera at a time, so a picture of a healthy camera
has arrived when the batch has. ``calm`` shows what the machine itself did to both.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console
from rich.table import Table

from benchmarks.simulated import SimulatedCameras, load, picture_file
from monitor.domain.places import Camera
from monitor.domain.text import Text
from monitor.streams.reader import CameraReader

OURS, THEIRS = "kanhu", "ultralytics LoadStreams"
FAULTS = ("kill", "stall", "resize", "corrupt")
_FPS = 15
_SETTLE = 6.0


@dataclass(frozen=True, slots=True)
class Gap:
    """The longest gap of a healthy camera, in frame intervals; ``ended``: it gave up."""

    fault: str
    way: str
    calm: float
    during: float
    ended: bool
    load: str


# The readers: note when pictures arrive, print the notes when told to end.


def read_ours(urls: Sequence[str]) -> None:
    """Read all cameras as the service does; one list of times for each camera."""
    readers = [CameraReader(Camera(f"c{n}", "r", Text("", ""), url)) for n, url in enumerate(urls)]
    times: list[list[float]] = [[] for _ in readers]

    def note(number: int) -> None:
        for _ in readers[number].subscribe("benchmark"):
            times[number].append(time.monotonic())

    for number, reader in enumerate(readers):
        threading.Thread(target=note, args=(number,), daemon=True).start()
        reader.start()
    _tell_when_asked(lambda: {"times": times, "ended": False}, lambda: all(times))
    for reader in readers:
        reader.stop()


def read_theirs(urls: Sequence[str]) -> None:
    """Read all cameras by ultralytics' loader; each has a picture in every batch."""
    from ultralytics.data.loaders import LoadStreams

    times: list[float] = []
    ended = threading.Event()

    def note() -> None:
        with TemporaryDirectory() as folder:
            sources = Path(folder) / "all.streams"
            sources.write_text("\n".join(urls))
            times.extend(time.monotonic() for _ in LoadStreams(str(sources)))
        ended.set()

    threading.Thread(target=note, daemon=True).start()
    _tell_when_asked(
        lambda: {"times": [times for _ in urls], "ended": ended.is_set()}, lambda: bool(times)
    )


def _tell_when_asked(notes: Callable[[], object], ready: Callable[[], bool]) -> None:
    while not ready():
        time.sleep(0.1)
    print("ready", flush=True)
    sys.stdin.readline()
    print(json.dumps(notes()), flush=True)


# The judge.


def measure(fault: str, cameras: SimulatedCameras, other: Path, seconds: float) -> list[Gap]:
    """Let both read, let one camera fall sick, and compare."""
    readers = {way: _start(way, cameras.urls) for way in (OURS, THEIRS)}
    for process in readers.values():
        assert process.stdout is not None
        while "ready" not in process.stdout.readline():
            pass
    time.sleep(_SETTLE)
    calm_since = time.monotonic()
    time.sleep(seconds)
    sick_since = time.monotonic()
    _afflict(cameras, fault, other)
    time.sleep(seconds)
    until = time.monotonic()
    busy = load()
    gaps = []
    for way, process in readers.items():
        out, _ = process.communicate("end\n")
        notes = json.loads(next(line for line in out.splitlines() if line.startswith("{")))
        healthy = notes["times"][1:]
        calm = max(_longest(times, calm_since, sick_since) for times in healthy) * _FPS
        during = max(_longest(times, sick_since, until) for times in healthy) * _FPS
        gaps.append(Gap(fault, way, calm, during, notes["ended"], busy))
    return gaps


def _start(way: str, urls: Sequence[str]) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "benchmarks.isolation", "--read", way, *urls]
    return subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env=os.environ | {"YOLO_VERBOSE": "false"},
    )


def _afflict(cameras: SimulatedCameras, fault: str, other: Path) -> None:
    if fault == "kill":
        cameras.ask("refuse", "c0")
    elif fault == "stall":
        cameras.ask("stall", "c0")
    elif fault == "resize":
        cameras.ask("change", "c0", str(other))
    else:
        cameras.ask("damage", "c0")


def _longest(times: Sequence[float], start: float, end: float) -> float:
    """Return the longest time without a picture within a span, its edges included."""
    inside = [start, *(at for at in times if start < at < end), end]
    return max(later - at for at, later in pairwise(inside))


def report(gaps: Sequence[Gap]) -> None:
    """Print the table."""
    table = Table(title="Longest gap of seven healthy cameras, in frame intervals")
    for heading in ("fault of the eighth", "way", "calm", "during", "", ""):
        table.add_column(heading, no_wrap=True)
    for gap in gaps:
        end = "ended all streams" if gap.ended else ""
        table.add_row(gap.fault, gap.way, f"{gap.calm:.1f}", f"{gap.during:.1f}", end, gap.load)
    Console(width=120).print(table)


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print a table, or JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cameras", type=int, default=8)
    parser.add_argument("--seconds", type=float, default=15.0, help="how long each fault lasts")
    parser.add_argument("--faults", nargs="+", choices=FAULTS, default=FAULTS)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--read", nargs="+", help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.read:
        way, *urls = options.read
        (read_ours if way == OURS else read_theirs)(urls)
        return
    gaps = []
    with TemporaryDirectory() as name:
        folder = Path(name)
        path = picture_file(folder, width=640, height=360, fps=_FPS, kbit=400, gop=2)
        other = picture_file(folder, width=1280, height=720, fps=_FPS, kbit=400, gop=2)
        for fault in options.faults:
            with SimulatedCameras(options.cameras, path) as cameras:
                gaps += measure(fault, cameras, other, options.seconds)
    if options.json:
        json.dump([asdict(gap) for gap in gaps], sys.stdout)
        return
    report(gaps)


if __name__ == "__main__":
    main()
