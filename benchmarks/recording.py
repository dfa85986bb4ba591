"""What recording costs: reading alone, recording, decoding besides, and ``ffmpeg -c copy``.

``python -m benchmarks.recording`` plays one 1280×720 stream of 25 pictures and about 2 Mbit a
second from simulated RTSP cameras on this machine, and has it read in turn by a process of ours
that throws the packets away, by one that records them as the service does (fragmented MP4, synced,
hashed, entered into the index), by one that also decodes them and gives out five pictures a second
as analysis takes them, without a gate that would spare some, and by one ``ffmpeg -c copy`` for each
camera into the same kind of file. The CPU time is that of the readers alone, not of the cameras.
Compare within one run.

ffmpeg is looked for on the path, or where ``--ffmpeg`` or ``KANHU_FFMPEG`` says.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread

from rich.console import Console
from rich.table import Table

from benchmarks.live import recording
from benchmarks.simulated import cpu_of
from monitor.demo.camera_simulator import CameraSimulator
from monitor.domain.clock import SystemClock, utc_now
from monitor.domain.places import Camera, District, Institution, Room, RoomType
from monitor.domain.text import Text
from monitor.runtime.recording.shelf import Shelf
from monitor.store import migrate
from monitor.store.base import Database
from monitor.store.files import FileStore
from monitor.store.place_repository import PlaceRepository
from monitor.store.recordings import RecordingRepository
from monitor.streams.decode import Decoder
from monitor.streams.fragments import read_layout
from monitor.streams.reader import CameraReader
from monitor.streams.recorder import Recorder
from monitor.streams.segments import segments

DEMUX, RECORD, FFMPEG = "kanhu, demux only", "kanhu, recorded", "ffmpeg -c copy"
DECODE = "kanhu, recorded and decoded"
_LOOK_EVERY = 0.2  # seconds
_WIDEST = 1280  # pixels, as workers have it
_SEGMENT = 20.0  # seconds of one file, so that a short run finishes some
_NAME = Text("", "")


@dataclass(frozen=True, slots=True)
class Cost:
    """One measurement: CPU milliseconds for each second of each camera."""

    way: str
    cameras: int
    cpu_ms: float
    recorded_s: float


def serve(way: str, urls: Sequence[str], folder: Path, seconds: float, warm: float) -> Cost:
    """Read all cameras by one of our ways in this process, and return what it cost."""
    cameras = [Camera(f"c{n}", "room", _NAME, url) for n, url in enumerate(urls)]
    readers = [CameraReader(camera) for camera in cameras]
    recorders: list[Recorder] = []
    with closing(new_database(folder, cameras)) as database:
        shelf = Shelf(FileStore(folder / "rec"), folder / "rec", RecordingRepository(database))
        shelf.start()
        if way != DEMUX:
            recorders = [recorder_of(reader, folder / "rec", shelf) for reader in readers]
        for recorder in recorders:
            recorder.start()
        lookers = [looker(reader) for reader in readers] if way == DECODE else []
        for reader in readers:
            reader.start()
        time.sleep(warm)
        before = _cpu()
        time.sleep(seconds)
        cpu = _cpu() - before
        for reader in readers:
            reader.stop()
        for thread in lookers:
            thread.join()
        for recorder in recorders:
            recorder.stop()
        shelf.stop()
    recorded = _recorded(path for _, path in segments(folder / "rec"))
    return Cost(way, len(cameras), cpu * 1000 / (len(cameras) * seconds), recorded)


def looker(reader: CameraReader) -> Thread:
    """Decode what a camera sends, five pictures a second, on a thread that ends with its reader."""
    packets = reader.subscribe("decode", patient=True)

    def look() -> None:
        decoder: Decoder | None = None
        due = 0.0
        for packet in packets:
            if decoder is None and reader.info is not None:
                decoder = Decoder(reader.camera.id, reader.info.codec, max_width=_WIDEST)
            if decoder is not None:
                wanted = packet.time >= due
                due = packet.time + _LOOK_EVERY if wanted else due
                decoder.feed(packet, wanted)

    thread = Thread(target=look)
    thread.start()
    return thread


def copy(program: str, urls: Sequence[str], folder: Path, seconds: float, warm: float) -> Cost:
    """Record all cameras by ffmpeg, a process each, and return what it cost."""
    processes = []
    for number, url in enumerate(urls):
        target = folder / f"copy-{number}-%d.mp4"
        options = "movflags=+frag_keyframe+empty_moov+default_base_moof:frag_duration=1000000"
        command = [program, "-nostdin", "-loglevel", "error", "-rtsp_transport", "tcp", "-i", url]
        command += ["-c", "copy", "-an", "-f", "segment", "-segment_time", f"{_SEGMENT:g}"]
        command += ["-segment_format", "mp4", "-segment_format_options", options, str(target)]
        processes.append(subprocess.Popen(command))
    time.sleep(warm)
    before = [cpu_of(process.pid) for process in processes]
    time.sleep(seconds)
    cpu = sum(cpu_of(p.pid) - then for p, then in zip(processes, before, strict=True))
    for process in processes:
        process.terminate()
    for process in processes:
        process.wait()
    recorded = _recorded(folder.glob("copy-*.mp4"))
    return Cost(FFMPEG, len(urls), cpu * 1000 / (len(urls) * seconds), recorded)


def recorder_of(reader: CameraReader, root: Path, shelf: Shelf) -> Recorder:
    """Return what records a camera below ``root``, as a worker does; files are short."""
    return Recorder(
        reader.camera.id,
        reader.subscribe("recorder", patient=True),
        lambda: reader.info,
        root,
        on_segment=shelf.take,
        seconds=_SEGMENT,
        keep_free=0,
    )


def new_database(folder: Path, cameras: Sequence[Camera]) -> Database:
    """Return a database in ``folder`` that knows the cameras."""
    database = Database(f"sqlite:///{folder}/kanhu.db")
    migrate.upgrade(database)
    district = District(
        "d",
        _NAME,
        institutions=(Institution("i", _NAME, ""),),
        rooms=(Room("room", "i", _NAME, RoomType.ACTIVITY),),
        cameras=tuple(cameras),
    )
    PlaceRepository(database).sync(district, utc_now(SystemClock()))
    return database


def _recorded(paths: Iterable[Path]) -> float:
    """Return the seconds of video in fragmented MP4 files."""
    total = 0.0
    for path in paths:
        with path.open("rb") as file:
            total += read_layout(file).seconds
    return total


def _cpu() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def measure(way: str, urls: Sequence[str], options: argparse.Namespace) -> Cost:
    """Measure one way, ours in a process of its own."""
    with TemporaryDirectory() as folder:
        if way == FFMPEG:
            return copy(options.ffmpeg, urls, Path(folder), options.seconds, options.warm)
        command = [sys.executable, "-m", "benchmarks.recording", "--serve", way, folder, *urls]
        command += ["--seconds", str(options.seconds), "--warm", str(options.warm)]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
        return Cost(**json.loads(done.stdout.splitlines()[-1]))


def report(costs: Sequence[Cost]) -> None:
    """Print the table."""
    table = Table(title="Recording, 720p25 at 2 Mbit/s, CPU per camera and second")
    for heading in ("way", "cameras", "CPU ms", "times ffmpeg", "recorded s"):
        table.add_column(heading, justify="left" if heading == "way" else "right", no_wrap=True)
    base = next((cost.cpu_ms for cost in costs if cost.way == FFMPEG), 0.0)
    for cost in costs:
        ratio = f"{cost.cpu_ms / base:.2f}" if base else "–"
        table.add_row(
            cost.way, str(cost.cameras), f"{cost.cpu_ms:.2f}", ratio, f"{cost.recorded_s:.0f}"
        )
    Console().print(table)


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print a table, or JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cameras", type=int, default=8)
    parser.add_argument("--seconds", type=float, default=25.0)
    parser.add_argument("--warm", type=float, default=6.0)
    parser.add_argument("--ffmpeg", default=os.environ.get("KANHU_FFMPEG", shutil.which("ffmpeg")))
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--serve", nargs="+", help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.serve:
        way, folder, *urls = options.serve
        cost = serve(way, urls, Path(folder), options.seconds, options.warm)
        print(json.dumps(asdict(cost)))
        return
    with TemporaryDirectory() as folder, CameraSimulator() as simulator:
        path = recording(Path(folder))
        for number in range(options.cameras):
            simulator.add(f"c{number}", path)
        urls = [f"rtsp://127.0.0.1:{simulator.port}/c{n}" for n in range(options.cameras)]
        ways = [DEMUX, RECORD, DECODE, *([FFMPEG] if options.ffmpeg else [])]
        costs = [measure(way, urls, options) for way in ways]
    if options.json:
        json.dump([asdict(cost) for cost in costs], sys.stdout)
        return
    report(costs)
    if not options.ffmpeg:
        sys.stderr.write("no ffmpeg found: name it with --ffmpeg or in KANHU_FFMPEG\n")


if __name__ == "__main__":
    main()
