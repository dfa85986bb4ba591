"""What one viewer of a live picture costs: our forwarding beside aiortc's own ways of sending.

``python -m benchmarks.live`` serves the same 1280×720 recording, 25 pictures a second, from a
child process, in turn by each way and to 1, 6 and 20 viewers, and reads the child's CPU time.
What the child spends with no viewer at all is taken off. Viewers live in this process and decode
nothing. A way that cannot keep up sends fewer than 25 pictures, so what counts is the cost of a
picture that arrived. Compare ratios within one run, never milliseconds of two machines.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import resource
import sys
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import aiortc.rtcrtpreceiver
import av
import numpy as np
from aiortc import (
    RTCConfiguration,
    RTCPeerConnection,
    RTCRtpSender,
    RTCSessionDescription,
)
from aiortc.codecs.base import Decoder
from aiortc.contrib.media import MediaBlackhole, MediaPlayer, MediaRelay
from aiortc.jitterbuffer import JitterFrame
from av.frame import Frame
from rich.console import Console
from rich.table import Table

from benchmarks.simulated import load
from monitor.domain.places import Camera
from monitor.domain.text import Text
from monitor.streams.live import LiveServer, Overlay
from monitor.streams.reader import CameraReader
from monitor.streams.url import file_url

OURS = "kanhu, forwarded"
WAYS = (OURS, "aiortc, forwarded", "aiortc, H.264 encoded", "aiortc, VP8 encoded")
FPS = 25
Answer = Callable[[str], Awaitable[str]]


@dataclass(frozen=True, slots=True)
class Cost:
    """One measurement: CPU milliseconds and pictures received, per viewer and second."""

    way: str
    viewers: int
    cpu_ms: float
    pictures: float

    @property
    def a_picture(self) -> float:
        """CPU milliseconds for one picture that arrived."""
        return self.cpu_ms / max(self.pictures, 1e-9)


def recording(folder: Path) -> Path:
    """Write 8 seconds of a room-like picture with people-sized movement, about 2 Mbit/s."""
    path = folder / "room.ts"
    chance = np.random.default_rng(1)
    room = chance.integers(40, 200, (45, 80, 3), np.uint8).repeat(16, 0).repeat(16, 1)
    options = {"g": "50", "bf": "0", "preset": "veryfast", "profile": "baseline"}
    with av.open(str(path), "w", format="mpegts") as container:
        stream = container.add_stream("libx264", rate=FPS, options=options)
        stream.width, stream.height, stream.pix_fmt = 1280, 720, "yuv420p"
        stream.bit_rate = 2_000_000
        for number in range(8 * FPS):
            picture = room + chance.integers(0, 3, room.shape, np.uint8)
            left = number * 5 % 1100
            picture[200:600, left : left + 160] = chance.integers(0, 255, 3, np.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, "bgr24")))
        container.mux(stream.encode())
    return path


# The child: serves viewers by one way, answers on its standard output.


def ours(path: Path) -> Answer:
    """Return what answers offers by our live server."""
    url = file_url(path, loop=True)
    reader = CameraReader(Camera("c1", "r1", Text("", ""), ""), url=url)
    reader.start()
    server = LiveServer(lambda _: reader, lambda _: Overlay("online"))

    async def answer(sdp: str) -> str:
        return (await server.offer("c1", sdp))[1]

    return answer


def peers(way: str, path: Path) -> Answer:
    """Return what answers offers by aiortc's own media player and relay."""
    video = MediaPlayer(str(path), loop=True, decode="encoded" in way).video
    assert video is not None
    relay, connections = MediaRelay(), []
    wanted = "video/vp8" if "VP8" in way else "video/h264"

    async def answer(sdp: str) -> str:
        connection = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        connections.append(connection)
        track = relay.subscribe(video, buffered="forwarded" in way)
        transceiver = connection.addTransceiver(track, direction="sendonly")
        codecs = RTCRtpSender.getCapabilities("video").codecs
        transceiver.setCodecPreferences([c for c in codecs if c.mimeType.lower() == wanted])
        await connection.setRemoteDescription(RTCSessionDescription(sdp, "offer"))
        await connection.setLocalDescription(await connection.createAnswer())
        return str(connection.localDescription.sdp)

    return answer


async def serve(way: str, path: Path) -> None:
    """Answer one JSON line with another: an offer with its answer, anything else with CPU time."""
    answer = ours(path) if way == OURS else peers(way, path)
    loop = asyncio.get_running_loop()
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        request = json.loads(line)
        usage = resource.getrusage(resource.RUSAGE_SELF)
        reply = {"cpu": str(usage.ru_utime + usage.ru_stime)}
        if "offer" in request:
            reply = {"answer": await answer(request["offer"])}
        print(json.dumps(reply), flush=True)


# This process: watches.


class Counter(Decoder):
    """Counts pictures instead of decoding them."""

    seen = 0

    def decode(self, encoded_frame: JitterFrame) -> list[Frame]:
        """Count one picture."""
        Counter.seen += bool(encoded_frame.data)
        return []


class Child:
    """A process that serves viewers by one way."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    @classmethod
    async def start(cls, way: str, path: Path) -> Child:
        """Start the process."""
        return cls(
            await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "benchmarks.live", "--serve", way, str(path)),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL,
                limit=1 << 20,
            )
        )

    async def ask(self, **request: str) -> dict[str, str]:
        """Send a request and return the reply."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(request).encode() + b"\n")
        while True:
            line = await self._process.stdout.readline()
            if line.startswith(b"{"):  # and not a line of the log
                reply: dict[str, str] = json.loads(line)
                return reply

    async def cpu_during(self, seconds: float) -> float:
        """Return the CPU seconds it spends in the next ``seconds``."""
        before = float((await self.ask())["cpu"])
        await asyncio.sleep(seconds)
        return float((await self.ask())["cpu"]) - before

    async def stop(self) -> None:
        """End the process."""
        self._process.kill()
        await self._process.wait()


async def watch(child: Child) -> RTCPeerConnection:
    """Connect one viewer."""
    connection = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    connection.addTransceiver("video", direction="recvonly")
    hole = MediaBlackhole()
    connection.on("track", hole.addTrack)
    connection.createDataChannel("overlay")
    await connection.setLocalDescription(await connection.createOffer())
    answer = (await child.ask(offer=connection.localDescription.sdp))["answer"]
    await connection.setRemoteDescription(RTCSessionDescription(answer, "answer"))
    await hole.start()
    return connection


async def measure(way: str, path: Path, viewers: int, seconds: float) -> Cost:
    """Return what ``viewers`` viewers cost, each, over ``seconds``."""
    child = await Child.start(way, path)
    await child.ask()
    await asyncio.sleep(1)
    idle = await child.cpu_during(seconds / 2) * 2
    watching = [await watch(child) for _ in range(viewers)]
    await asyncio.sleep(2)
    Counter.seen = 0
    spent = await child.cpu_during(seconds) - idle
    pictures = Counter.seen
    for connection in watching:
        await connection.close()
    await child.stop()
    share = viewers * seconds
    return Cost(way, viewers, spent * 1000 / share, pictures / share)


def report(costs: Sequence[Cost]) -> None:
    """Print the table."""
    table = Table(title="Live view, 720p25, per viewer and second")
    for heading in ("viewers", "way", "CPU ms", "pictures", "a picture", "times ours"):
        table.add_column(heading, justify="left" if heading == "way" else "right", no_wrap=True)
    base = {cost.viewers: cost.a_picture for cost in costs if cost.way == OURS}
    for cost in sorted(costs, key=lambda cost: cost.viewers):
        ratio = cost.a_picture / base[cost.viewers]
        figures = (cost.cpu_ms, cost.pictures, cost.a_picture, ratio)
        table.add_row(str(cost.viewers), cost.way, *(f"{figure:.1f}" for figure in figures))
    console = Console(width=120)
    console.print(table)
    for way in WAYS if len(base) > 1 else ():
        few, *_, many = sorted((c for c in costs if c.way == way), key=lambda c: c.viewers)
        more = many.cpu_ms * many.viewers - few.cpu_ms * few.viewers
        console.print(f"{way}: {more / (many.viewers - few.viewers):.1f} ms for one more viewer")
    console.print(load())


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print a table, or JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--viewers", type=int, nargs="+", default=[1, 6, 20])
    parser.add_argument("--seconds", type=float, default=4.0)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--serve", nargs=2, metavar=("WAY", "FILE"), help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.serve:
        asyncio.run(serve(options.serve[0], Path(options.serve[1])))
        return
    vars(aiortc.rtcrtpreceiver)["get_decoder"] = lambda _codec: Counter()
    with TemporaryDirectory() as folder:
        path = recording(Path(folder))
        costs = [
            asyncio.run(measure(way, path, viewers, options.seconds))
            for viewers in options.viewers
            for way in WAYS
        ]
    if options.json:
        json.dump([asdict(cost) for cost in costs], sys.stdout)
        return
    report(costs)


if __name__ == "__main__":
    main()
