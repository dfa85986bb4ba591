"""How long after a camera is back its pictures are back.

``python -m benchmarks.reconnect`` takes simulated RTSP cameras away, each for another time between
two and ninety seconds (with ``--long``, one in four for longer), and lets them come back: half of
them answer 503 meanwhile, half hang with their connections open. Each camera is read twice at the
same time: with our waits and with waits that double up to a minute, as is usual. Measured is the
time from the moment the camera is back to the first packet that a consumer receives, which includes
signing in and waiting for a keyframe (GOP 2 s).
"""

from __future__ import annotations

import argparse
import ipaddress
import json
import random
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
from monitor.domain.places import Camera
from monitor.domain.text import Text
from monitor.streams.backoff import Backoff
from monitor.streams.reach import Reach
from monitor.streams.reader import CameraReader

LOOPBACK = Reach((ipaddress.ip_network("127.0.0.0/8"),))
OURS, DOUBLING = "ours", "doubling to 60 s"
_SETTLE = 5.0
_PATIENCE = 100.0  # seconds after which a camera counts as never seen again


@dataclass(frozen=True, slots=True)
class Return:
    """One outage and how long after its end the first packet came, in seconds."""

    way: str
    fault: str
    outage: float
    back_after: float


class Watched:
    """A reader and the time of its newest packet."""

    def __init__(self, url: str, way: str) -> None:
        self.way = way
        self.newest = 0.0
        backoff = Backoff() if way == OURS else Backoff(soon=60.0)
        self._reader = CameraReader(
            Camera(way, "r", Text("", ""), url), backoff=backoff, reach=LOOPBACK
        )
        self._subscription = self._reader.subscribe("benchmark")
        threading.Thread(target=self._note, daemon=True).start()
        self._reader.start()

    def stop(self) -> None:
        """End reading."""
        self._reader.stop(0.1)

    def _note(self) -> None:
        for _ in self._subscription:
            self.newest = time.monotonic()


def measure(cameras: SimulatedCameras, outages: Sequence[float]) -> list[Return]:
    """Take every camera away for its time and return when its readers saw it again."""
    watched = [[Watched(url, way) for way in (OURS, DOUBLING)] for url in cameras.urls]
    while not all(one.newest for pair in watched for one in pair):
        time.sleep(0.1)
    time.sleep(_SETTLE)
    found: list[Return] = []
    threads = [
        threading.Thread(target=_outage, args=(cameras, number, seconds, watched[number], found))
        for number, seconds in enumerate(outages)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for pair in watched:
        for one in pair:
            one.stop()
    return found


def _outage(
    cameras: SimulatedCameras,
    number: int,
    seconds: float,
    watched: Sequence[Watched],
    found: list[Return],
) -> None:
    fault = ("refuse", "stall")[number % 2]
    cameras.ask(fault, f"c{number}")
    time.sleep(seconds)
    cameras.ask(fault, f"c{number}", False)
    back = time.monotonic()
    waiting = list(watched)
    while waiting and time.monotonic() - back < _PATIENCE:
        time.sleep(0.02)
        for one in [one for one in waiting if one.newest > back]:
            waiting.remove(one)
            found.append(Return(one.way, fault, seconds, one.newest - back))
    found += [Return(one.way, fault, seconds, _PATIENCE) for one in waiting]


def report(returns: Sequence[Return], busy: str) -> None:
    """Print the table."""
    table = Table(title=f"Seconds from a camera's return to its first packet ({busy})")
    for heading in ("waits", "outages", "median", "90 %", "longest", "within 5 s"):
        table.add_column(heading, justify="right", no_wrap=True)
    for way in (OURS, DOUBLING):
        times = np.array([one.back_after for one in returns if one.way == way])
        figures = [float(np.percentile(times, share)) for share in (50, 90, 100)]
        soon = int((times <= 5).sum())
        table.add_row(way, str(len(times)), *(f"{x:.1f}" for x in figures), f"{soon}")
    Console(width=120).print(table)


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print a table, or JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--outages", type=int, default=20)
    parser.add_argument("--long", type=float, default=0.0, help="seconds of the longest outages")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(arguments)
    quiet()
    chance = random.Random(options.seed)
    outages = [
        options.long if options.long and number % 4 == 3 else chance.uniform(2, 90)
        for number in range(options.outages)
    ]
    with TemporaryDirectory() as name:
        path = picture_file(Path(name), width=640, height=360, fps=10, kbit=128, gop=2)
        with SimulatedCameras(options.outages, path) as cameras:
            returns = measure(cameras, outages)
    if options.json:
        json.dump([asdict(one) for one in returns], sys.stdout)
        return
    report(returns, load())


if __name__ == "__main__":
    main()
