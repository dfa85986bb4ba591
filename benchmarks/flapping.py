"""A day of flapping, compressed: what is left behind when each camera was cut 200 times.

``python -m benchmarks.flapping`` reads and records simulated RTSP cameras, shows one of them live,
and cuts every connection as soon as pictures arrive, again and again. A viewer joins and leaves the
live picture at each cut of the first camera. Told are the process's sockets, other file
descriptors, threads, tasks of the event loop, files under way and memory, after the first cuts,
after the last, and when everything has been stopped.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from rich.console import Console
from rich.table import Table

from benchmarks.simulated import SimulatedCameras, load, picture_file, quiet
from monitor.domain.places import Camera
from monitor.domain.text import Text
from monitor.streams.backoff import Backoff
from monitor.streams.live import LiveServer, Overlay
from monitor.streams.loop_thread import LoopThread
from monitor.streams.reader import CameraReader, ConnectionState
from monitor.streams.recorder import Recorder

_WARM = 10  # cuts before the first count
_GIVE_UP = 30.0  # seconds to wait for a camera to be back


@dataclass(frozen=True, slots=True)
class Holdings:
    """What the process holds at one moment; ``memory`` is resident MiB."""

    moment: str
    sockets: int
    descriptors: int
    threads: int
    tasks: int
    parts: int
    memory: float


class Flapping:
    """The cameras under test, in this process."""

    def __init__(self, cameras: SimulatedCameras, folder: Path) -> None:
        self._cameras = cameras
        self._folder = folder
        self.readers = [
            CameraReader(
                Camera(f"c{number}", "r", Text("", ""), url),
                backoff=Backoff(first=0.01, soon=0.02, longest=0.02),
            )
            for number, url in enumerate(cameras.urls)
        ]
        self._recorders = [self._recorder(reader) for reader in self.readers]
        self._loop = LoopThread("live", within=30.0)
        self._live: LiveServer | None = None

    def start(self) -> None:
        """Read, record and be ready to show."""
        self._loop.begin()
        self._loop.run(self._open())
        for recorder, reader in zip(self._recorders, self.readers, strict=True):
            recorder.start()
            reader.start()

    def cut_all(self, times: int) -> None:
        """Cut every camera so many times, all side by side."""
        threads = [
            threading.Thread(target=self._cut, args=(number, times))
            for number in range(len(self.readers))
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def stop(self) -> None:
        """End everything."""
        for reader in self.readers:
            reader.stop()
        for recorder in self._recorders:
            recorder.stop()
        if self._live is not None:
            self._loop.run(self._live.shutdown())
        self._loop.end()

    def holdings(self, moment: str) -> Holdings:
        """Count what the process holds, once everything that ends has ended."""
        time.sleep(1.0)
        gc.collect()
        descriptors = [_target(path) for path in Path("/proc/self/fd").iterdir()]
        sockets = sum(target.startswith("socket:") for target in descriptors)
        tasks = self._loop.run(_tasks()) if self._loop.running else 0
        return Holdings(
            moment,
            sockets,
            sum(target != "" for target in descriptors) - sockets,
            threading.active_count(),
            tasks,
            len(list(self._folder.rglob("*.part"))),
            _resident(),
        )

    def _recorder(self, reader: CameraReader) -> Recorder:
        subscription = reader.subscribe("recorder", patient=True)
        return Recorder(
            reader.camera.id, subscription, lambda: reader.info, self._folder, keep_free=0
        )

    async def _open(self) -> None:
        self._live = LiveServer(lambda _: self.readers[0], lambda _: Overlay("online"))

    def _cut(self, number: int, times: int) -> None:
        for _ in range(times):
            before = self._online(number)
            if number == 0:
                self._loop.run(self._visit())
            self._cameras.ask("cut", f"c{number}")
            self._back(number, before)
        self._online(number)

    def _back(self, number: int, before: int) -> None:
        _wait(lambda: self.readers[number].status.connections > before)

    def _online(self, number: int) -> int:
        reader = self.readers[number]
        _wait(lambda: reader.status.state is ConnectionState.ONLINE)
        return reader.status.connections

    async def _visit(self) -> None:
        assert self._live is not None
        viewer = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        viewer.addTransceiver("video", direction="recvonly")
        viewer.createDataChannel("overlay")
        await viewer.setLocalDescription(await viewer.createOffer())
        session, answer = await self._live.offer("c0", viewer.localDescription.sdp)
        await viewer.setRemoteDescription(RTCSessionDescription(answer, "answer"))
        until = time.monotonic() + _GIVE_UP
        while viewer.connectionState == "connecting" and time.monotonic() < until:
            await asyncio.sleep(0.02)
        await viewer.close()
        await self._live.close(session)


async def _tasks() -> int:
    return len(asyncio.all_tasks()) - 1


def _target(path: Path) -> str:
    try:
        return str(path.readlink())
    except OSError:
        return ""


def _resident() -> float:
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    return pages * 4096 / (1 << 20)


def _wait(condition: Callable[[], bool]) -> None:
    until = time.monotonic() + _GIVE_UP
    while not condition():
        if time.monotonic() > until:
            raise SystemExit("a camera did not come back")
        time.sleep(0.005)


def measure(cameras: int, cuts: int) -> list[Holdings]:
    """Cut every camera ``cuts`` times; return what was held early, late and at the end."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        path = picture_file(folder, width=320, height=192, fps=25, kbit=100, gop=0.4)
        with SimulatedCameras(cameras, path) as served:
            (folder / "rec").mkdir()
            flapping = Flapping(served, folder / "rec")
            flapping.start()
            flapping.cut_all(min(_WARM, cuts))
            held = [flapping.holdings(f"after {min(_WARM, cuts)} cuts each")]
            for part in range(2):
                flapping.cut_all((cuts - _WARM) // 2 if cuts > _WARM else 0)
                held.append(flapping.holdings(f"after {('half', 'all')[part]}"))
            connections = [reader.status.connections for reader in flapping.readers]
            flapping.stop()
            held.append(flapping.holdings("stopped"))
    sys.stderr.write(f"connections of each camera: {connections}\n")
    return held


def report(held: Sequence[Holdings]) -> None:
    """Print the table."""
    table = Table(title=f"Held by the process ({load()})")
    for heading in ("", "sockets", "other fds", "threads", "tasks", "files under way", "MiB"):
        table.add_column(heading, justify="right", no_wrap=True)
    for one in held:
        counts = (one.sockets, one.descriptors, one.threads, one.tasks, one.parts)
        table.add_row(one.moment, *map(str, counts), f"{one.memory:.1f}")
    Console(width=120).print(table)


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print a table, or JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cameras", type=int, default=4)
    parser.add_argument("--cuts", type=int, default=200)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(arguments)
    quiet()
    held = measure(options.cameras, options.cuts)
    if options.json:
        json.dump([asdict(one) for one in held], sys.stdout)
        return
    report(held)


if __name__ == "__main__":
    main()
