"""Ten thousand damaged streams through the reader: nothing may crash, hang or fill the memory.

``python -m benchmarks.mutations`` takes small streams of H.264 and H.265 (MPEG-TS, MPEG-PS, MP4,
fragmented MP4, bare NAL units), damages each by its seed (bytes changed, cut out, doubled, moved,
or the end lost), and has a process read and decode it as a camera, under the supervisor that also
keeps the service's processes. A stream that kills the process or hangs is told by its number, and
the next one is taken. Each camera must end with a reason in words.

A long run may be cut short: with ``--state FOLDER`` it goes on where it was. ``--count`` says how
many, ``--first`` from which seed.
"""

from __future__ import annotations

import argparse
import os
import random
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import av
import numpy as np
from rich.console import Console
from rich.table import Table

from benchmarks.simulated import load, quiet
from monitor.domain.places import Camera
from monitor.domain.text import Text
from monitor.runtime.supervisor import Child, Supervisor
from monitor.streams.decode import Decoder
from monitor.streams.file import FileSource
from monitor.streams.reader import CameraReader
from monitor.streams.source import Source, SourceRequest
from monitor.streams.url import file_url

FORMS = {
    "h264.ts": ("libx264", "mpegts", {}),
    "h264.ps": ("libx264", "mpeg", {}),
    "h264.mp4": ("libx264", "mp4", {}),
    "h264.fmp4": ("libx264", "mp4", {"movflags": "frag_keyframe+empty_moov"}),
    "h264.nal": ("libx264", "h264", {}),
    "h265.ts": ("libx265", "mpegts", {}),
    "h265.mp4": ("libx265", "mp4", {}),
    "h265.nal": ("libx265", "hevc", {}),
}
_SLOWEST = 30.0  # seconds for one stream, beyond which the process is ended as hanging
_SUFFIX = {"mpegts": ".ts", "mpeg": ".mpg", "mp4": ".mp4", "h264": ".h264", "hevc": ".hevc"}


def originals(folder: Path) -> dict[str, bytes]:
    """Return one whole stream of each form: two seconds of a small moving picture."""
    streams = {}
    for form, (codec, container, options) in FORMS.items():
        path = folder / f"whole{_SUFFIX[container]}"
        _encode(path, codec, container, dict(options))
        streams[form] = path.read_bytes()
    return streams


def mutated(data: bytes, seed: int) -> bytes:
    """Return ``data`` damaged in the way that ``seed`` says."""
    chance = random.Random(seed)
    damaged = bytearray(data)
    for _ in range(chance.choice((1, 1, 2, 4, 16))):
        kind = chance.choice(("bytes", "bytes", "run", "cut", "double", "move", "end", "zero"))
        at = chance.randrange(len(damaged))
        size = chance.choice((1, 4, 64, 1024))
        if kind == "bytes":
            for _ in range(chance.choice((1, 8, 256))):
                damaged[chance.randrange(len(damaged))] = chance.randrange(256)
        elif kind == "run":
            damaged[at : at + size] = chance.randbytes(min(size, len(damaged) - at))
        elif kind == "zero":
            damaged[at : at + size] = bytes((chance.choice((0, 255)),)) * size
        elif kind == "cut":
            del damaged[at : at + size]
        elif kind == "double":
            damaged[at:at] = damaged[at : at + size]
        elif kind == "move":
            part = damaged[at : at + size]
            del damaged[at : at + size]
            to = chance.randrange(len(damaged) + 1)
            damaged[to:to] = part
        elif len(damaged) > 1024:
            del damaged[chance.randrange(512, len(damaged)) :]
        if not damaged:
            return b"\0"
    return bytes(damaged)


def read_damaged(form: str, data: bytes, folder: Path) -> str:
    """Read and decode one stream as a camera, and return the reason with which it ended."""
    path = folder / f"damaged{_SUFFIX[FORMS[form][1]]}"
    path.write_bytes(data)
    reader = CameraReader(
        Camera("camera", "r", Text("", ""), ""), url=file_url(path), make=_at_full_speed
    )
    subscription = reader.subscribe("decode", 100_000)
    ended = threading.Event()
    reason = "none"

    def told() -> None:
        nonlocal reason
        while reader.status.reason is None and not ended.wait(0.002):
            pass
        reason = str(reader.status.reason)
        subscription.close()

    watcher = threading.Thread(target=told, daemon=True)
    reader.start()
    watcher.start()
    decoder: Decoder | None = None
    for packet in subscription:
        if decoder is None and reader.info is not None:
            decoder = Decoder("camera", reader.info.codec, max_width=640)
        if decoder is not None:
            decoder.feed(packet)
    ended.set()
    watcher.join()
    reader.stop()
    return reason


def _at_full_speed(request: SourceRequest) -> Source:
    return FileSource(replace(request, realtime=False))


def work(folder: Path, first: int, count: int) -> None:
    """Read streams from where ``folder`` says that the last process stopped; note each outcome."""
    quiet()
    streams = originals(_own(folder))
    notes = folder / "notes"
    begun = folder / "begun"
    seed = following(folder, first)
    while seed < first + count:
        begun.write_text(f"{seed} {os.getpid()} {time.time()}")
        form = list(FORMS)[seed % len(FORMS)]
        reason = read_damaged(form, mutated(streams[form], seed), _own(folder))
        with notes.open("a") as file:
            file.write(f"{seed} {form} {reason} {_resident():.0f}\n")
        seed += 1
    (folder / "done").touch()
    threading.Event().wait()  # the supervisor would start it again


def _own(folder: Path) -> Path:
    own = folder / "streams"
    own.mkdir(exist_ok=True)
    return own


def following(folder: Path, first: int) -> int:
    """Return the seed to go on with; one that was begun and is not noted killed its process."""
    noted = [seed for seed, *_ in _notes(folder)]
    seed = max([first - 1, *noted]) + 1
    begun = folder / "begun"
    if begun.exists() and int(begun.read_text().split()[0]) == seed:
        with (folder / "notes").open("a") as file:
            file.write(f"{seed} {list(FORMS)[seed % len(FORMS)]} PROCESS-DIED 0\n")
        seed += 1
    return seed


def _notes(folder: Path) -> Iterator[tuple[int, str, str, int]]:
    path = folder / "notes"
    for line in path.read_text().splitlines() if path.exists() else ():
        seed, form, reason, memory = line.split()
        yield int(seed), form, reason, int(memory)


def watch(folder: Path, supervisor: Supervisor) -> None:
    """End a process that hangs on one stream, and everything once all are read."""
    while not (folder / "done").exists():
        time.sleep(0.2)
        try:
            _, pid, since = (folder / "begun").read_text().split()
        except (OSError, ValueError):
            continue
        if time.time() - float(since) > _SLOWEST:
            os.kill(int(pid), 9)
            time.sleep(2)
    supervisor.stop()


def _encode(path: Path, codec: str, container: str, options: dict[str, str]) -> None:
    chance = np.random.default_rng(1)
    room = chance.integers(40, 200, (18, 32, 3), np.uint8).repeat(6, 0).repeat(6, 1)
    coding = {"g": "12", "bf": "0", "preset": "ultrafast"}
    if codec == "libx265":
        coding["x265-params"] = "log-level=none:keyint=12:bframes=0"
    with av.open(str(path), "w", format=container, options=options) as target:
        stream = target.add_stream(codec, rate=25, options=coding)
        assert isinstance(stream, av.VideoStream)
        stream.height, stream.width, stream.pix_fmt = room.shape[0], room.shape[1], "yuv420p"
        for number in range(50):
            picture = room.copy()
            picture[20:80, 2 * number : 2 * number + 24] = (30, 60, 220)
            target.mux(stream.encode(av.VideoFrame.from_ndarray(picture, "bgr24")))
        target.mux(stream.encode())


def _resident() -> float:
    return int(Path("/proc/self/statm").read_text("ascii").split()[1]) * 4096 / (1 << 20)


def report(folder: Path, seconds: float) -> int:
    """Print how the streams ended; return how many killed their process."""
    notes = list(_notes(folder))
    forms = Table(title=f"{len(notes)} damaged streams in {seconds:.0f} s ({load()})")
    reasons = sorted({reason for _, _, reason, _ in notes})
    for heading in ("form", *reasons):
        forms.add_column(heading, justify="left" if heading == "form" else "right")
    for form in FORMS:
        counts = Counter(reason for _, of, reason, _ in notes if of == form)
        forms.add_row(form, *(str(counts[reason]) for reason in reasons))
    Console(width=120).print(forms)
    memory = [used for *_, used in notes if used]
    early = max(memory[:200], default=0)
    died = [seed for seed, _, reason, _ in notes if reason == "PROCESS-DIED"]
    sys.stdout.write(
        f"memory: at most {early} MiB after the first 200, {max(memory, default=0)} MiB in all\n"
        f"processes killed by: {died or 'none'}\n"
    )
    return len(died)


def main(arguments: Sequence[str] | None = None) -> int:
    """Read them all and print how they ended; 1 if one killed its process."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--state", type=Path, help="a folder that remembers what has been read")
    options = parser.parse_args(arguments)
    began = time.monotonic()
    with TemporaryDirectory() as name:
        folder = options.state or Path(name)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "done").unlink(missing_ok=True)
        supervisor = Supervisor([Child("reader", work, (folder, options.first, options.count))])
        threading.Thread(target=watch, args=(folder, supervisor), daemon=True).start()
        supervisor.run()
        return min(report(folder, time.monotonic() - began), 1)


if __name__ == "__main__":
    # Under its own name, so that the supervisor's processes can import what they are to do.
    from benchmarks.mutations import main as run

    sys.exit(run())
