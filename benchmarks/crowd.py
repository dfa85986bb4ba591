"""Two hundred substreams, read and recorded at once: what it costs, and whether anything is lost.

``python -m benchmarks.crowd`` serves one 640×360 recording, ten pictures and about 128 kbit a
second, from two hundred simulated RTSP cameras in a process of its own, and has them read and
recorded as the service does (fragmented MP4, synced, hashed, entered into the index) by two
processes. Afterwards every file is read: between the first and the last picture of a camera there
must be all of them. ``--cameras`` may be several numbers. The CPU time is that of the readers; the
cameras' own is told apart.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import av
from rich.console import Console
from rich.table import Table

from benchmarks.recording import new_database, recorder_of
from benchmarks.simulated import SimulatedCameras, cpu_of, load, picture_file
from monitor.domain.places import Camera
from monitor.domain.text import Text
from monitor.runtime.analysis_feed import PATIENCE_QUIET
from monitor.runtime.recording.shelf import Shelf
from monitor.store.files import FileStore
from monitor.store.recordings import RecordingRepository
from monitor.streams.fragments import read_layout
from monitor.streams.reader import CameraReader, ConnectionState
from monitor.streams.recorder import Recorder
from monitor.streams.segments import segment_start, segments

_FPS = 10
_STARTS_A_SECOND = 20


@dataclass(frozen=True, slots=True)
class Crowd:
    """One measurement. CPU in milliseconds for each second of each camera."""

    cameras: int
    recorded: int
    cpu_ms: float
    serving_cpu_ms: float
    files: int
    pictures: int
    lost: int
    dropped: int
    load: str


def record(urls: Sequence[str], folder: Path) -> int:
    """Record all cameras until standard input ends; return how many packets were dropped."""
    cameras = [Camera(f"c{n}", "room", Text("", ""), url) for n, url in enumerate(urls)]
    readers = [CameraReader(camera, patience=PATIENCE_QUIET) for camera in cameras]
    with closing(new_database(folder, cameras)) as database:
        shelf = Shelf(FileStore(folder / "rec"), folder / "rec", RecordingRepository(database))
        shelf.start()
        recorders = [recorder_of(reader, folder / "rec", shelf) for reader in readers]
        _start_all(readers, recorders)
        print("ready", flush=True)
        sys.stdin.read()
        dropped = sum(one.dropped for reader in readers for one in reader.subscriptions)
        for reader in readers:
            reader.stop(0.01)
        for recorder in recorders:
            recorder.stop()
        shelf.stop()
    return dropped


def _start_all(readers: Sequence[CameraReader], recorders: Sequence[Recorder]) -> None:
    for reader, recorder in zip(readers, recorders, strict=True):
        recorder.start()
        reader.start()
        time.sleep(1 / _STARTS_A_SECOND)
    while any(reader.status.state is not ConnectionState.ONLINE for reader in readers):
        time.sleep(0.5)


def measure(cameras: SimulatedCameras, options: argparse.Namespace) -> Crowd:
    """Record all cameras by processes of ours and look at what was written."""
    urls = cameras.urls
    with TemporaryDirectory() as name:
        folders = [Path(name) / str(number) for number in range(options.processes)]
        processes = []
        for number, folder in enumerate(folders):
            folder.mkdir()
            command = [sys.executable, "-m", "benchmarks.crowd", "--record", str(folder)]
            command += urls[number :: options.processes]
            processes.append(
                subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
            )
        for process in processes:
            assert process.stdout is not None
            process.stdout.readline()
        time.sleep(options.warm)
        before = sum(cpu_of(process.pid) for process in processes), cpu_of(cameras.pid)
        time.sleep(options.seconds)
        after = sum(cpu_of(process.pid) for process in processes), cpu_of(cameras.pid)
        busy = load()
        dropped = sum(int(process.communicate()[0].split()[-1]) for process in processes)
        recorded, files, pictures, lost = judged([folder / "rec" for folder in folders])
    cpu, served = (
        (late - early) * 1000 / (len(urls) * options.seconds)
        for late, early in zip(after, before, strict=True)
    )
    return Crowd(len(urls), recorded, cpu, served, files, pictures, lost, dropped, busy)


def judged(folders: Sequence[Path]) -> tuple[int, int, int, int]:
    """Return cameras recorded, files, pictures, and pictures missing within and between files."""
    cameras: dict[Path, list[Path]] = {}
    for folder in folders:
        for _, path in segments(folder):
            cameras.setdefault(folder / path.relative_to(folder).parts[0], []).append(path)
    files = pictures = lost = 0
    for paths in cameras.values():
        end: float | None = None
        for path in paths:
            seconds, here = _length(path), _pictures(path)
            start = segment_start(path) or 0.0
            gap = 0.0 if end is None else start - end
            lost += round(seconds * _FPS) - here + max(0, round(gap * _FPS))
            files, pictures, end = files + 1, pictures + here, start + seconds
    return len(cameras), files, pictures, lost


def _length(path: Path) -> float:
    with path.open("rb") as file:
        return read_layout(file).seconds


def _pictures(path: Path) -> int:
    with av.open(str(path)) as container:
        return sum(packet.size > 0 for packet in container.demux(video=0))


def report(crowds: Sequence[Crowd]) -> None:
    """Print the table."""
    table = Table(title=f"Substreams of 640x360 at {_FPS} pictures a second, recorded")
    for heading in ("cameras", "recorded", "CPU ms", "cores", "serving ms", "pictures", "lost", ""):
        table.add_column(heading, justify="right", no_wrap=True)
    for one in crowds:
        cores = one.cpu_ms * one.cameras / 1000
        figures = (f"{one.cpu_ms:.2f}", f"{cores:.2f}", f"{one.serving_cpu_ms:.2f}")
        table.add_row(
            *(str(one.cameras), str(one.recorded), *figures),
            *(str(one.pictures), str(one.lost), one.load),
        )
    Console(width=120).print(table)


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print a table, or JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cameras", type=int, nargs="+", default=[50, 200])
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--seconds", type=float, default=40.0)
    parser.add_argument("--warm", type=float, default=10.0)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--record", nargs="+", help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.record:
        folder, *urls = options.record
        print(record(urls, Path(folder)))
        return
    crowds = []
    with TemporaryDirectory() as name:
        path = picture_file(Path(name), width=640, height=360, fps=_FPS, kbit=128, gop=2)
        for count in options.cameras:
            with SimulatedCameras(count, path) as cameras:
                crowds.append(measure(cameras, options))
    if options.json:
        json.dump([asdict(one) for one in crowds], sys.stdout)
        return
    report(crowds)


if __name__ == "__main__":
    main()
