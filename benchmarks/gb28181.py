"""What it costs to read a camera by GB/T 28181, by UDP and TCP, against RTSP of the same video.

``python -m benchmarks.gb28181`` plays one recording from simulated devices in a process of their
own and counts the CPU time of the thread that reads, packets in, access units out. Each is read
once with every packet taken at once, and once with the patience that analysis has.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from multiprocessing.connection import Connection
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console
from rich.table import Table

from benchmarks.footage import MAIN, SMALL, make_busy
from monitor.demo.camera_simulator import CameraSimulator
from monitor.demo.gb28181.footage import load_footage
from monitor.demo.gb28181.nvr import SimulatedNvr
from monitor.demo.gb28181.plan import NvrPlan, SimulatedChannel
from monitor.runtime.analysis_feed import PATIENCE
from monitor.streams.catalogue import make_source
from monitor.streams.gb28181.desk import DESK_FILE
from monitor.streams.gb28181.locator import Locator
from monitor.streams.gb28181.plan import DevicePlan, PlatformPlan
from monitor.streams.gb28181.sdp import Transport
from monitor.streams.gb28181.station import Station
from monitor.streams.source import SourceRequest
from monitor.streams.url import parse_url

_PLATFORM, _DEVICE = "31010600002000000001", "31010600001180000001"
_CHANNEL = "31010600001320000001"
_PASSWORD = "bench-mark"
_WARM_UP = 2.0


def serve(video: Path, folder: Path, line: Connection) -> None:
    """Play ``video`` from both kinds of device until told to stop; send the URLs first."""
    plan = PlatformPlan(
        _PLATFORM, _PLATFORM[:10], "127.0.0.1", 0, (DevicePlan(_DEVICE, _PASSWORD),)
    )
    with ExitStack() as stack:
        simulator = stack.enter_context(CameraSimulator())
        station = stack.enter_context(Station(plan, folder))
        nvr = NvrPlan(
            _DEVICE,
            _PASSWORD,
            _PLATFORM,
            _PLATFORM[:10],
            ("127.0.0.1", station.platform.port),
            (SimulatedChannel(_CHANNEL, "bench", load_footage(video)),),
        )
        running = stack.enter_context(SimulatedNvr(nvr))
        while not running.registrations:
            time.sleep(0.05)
        urls = {"RTSP, TCP": simulator.add("bench", video)}
        for name, transport in (("UDP", Transport.UDP), ("TCP", Transport.TCP_PASSIVE)):
            where = Locator(_DEVICE, _CHANNEL, transport=transport, desk=folder / DESK_FILE)
            urls[f"GB/T 28181, {name}"] = str(where)
        line.send(urls)
        line.recv()


def cost(url: str, seconds: float, pause: Callable[[], float]) -> float:
    """Return the CPU milliseconds that a second of ``url`` takes to read."""
    source = make_source(SourceRequest("bench", parse_url(url), pause=pause))
    try:
        source.open()
        began: tuple[float, float] | None = None
        for packet in source.packets():
            if began is None:
                if packet.time >= _WARM_UP:
                    began = (packet.time, time.thread_time())
            elif packet.time - began[0] >= seconds:
                return (time.thread_time() - began[1]) / (packet.time - began[0]) * 1000
    finally:
        source.close()
    raise SystemExit(f"{url} ended")


def measure(size: tuple[int, int], seconds: float) -> dict[str, tuple[float, float]]:
    """Return for each way of reading its cost at once and with patience."""
    context = multiprocessing.get_context("spawn")
    with TemporaryDirectory() as name:
        folder = Path(name)
        video = make_busy(folder, size)
        ours, theirs = context.Pipe()
        server = context.Process(target=serve, args=(video, folder, theirs))
        server.start()
        try:
            urls = ours.recv()
            return {
                way: (cost(url, seconds, lambda: 0.0), cost(url, seconds, lambda: PATIENCE))
                for way, url in urls.items()
            }
        finally:
            ours.send(None)
            server.join()


def main(arguments: list[str] | None = None) -> int:
    """Print one line a way of reading and size."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=20, help="how long each is read")
    parser.add_argument("--json", action="store_true", help="print JSON")
    options = parser.parse_args(arguments)
    found = {f"{size[1]}p": measure(size, options.seconds) for size in (MAIN, SMALL)}
    if options.json:
        sys.stdout.write(json.dumps(found, indent=1) + "\n")
        return 0
    table = Table("CPU ms per stream-second", "", "at once", "patiently", box=None)
    for size, ways in found.items():
        for way, (hurried, patient) in ways.items():
            table.add_row(size, way, f"{hurried:.1f}", f"{patient:.1f}")
    Console().print(table)
    return 0


if __name__ == "__main__":
    sys.exit(main())
