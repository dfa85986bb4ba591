"""A recorder that is killed outright, at any moment, in a process of its own."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import av
import pytest

from monitor.streams.segments import inspect_segment, reconcile
from monitor.streams.url import file_url

PROGRAM = """
import sys, time
from pathlib import Path
import structlog
structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
from monitor.domain.places import Camera
from monitor.domain.text import Text
from monitor.streams.reader import CameraReader
from monitor.streams.recorder import Recorder
from monitor.streams.url import parse_url

root, url = Path(sys.argv[1]), parse_url(sys.argv[2])
reader = CameraReader(Camera("camera", "room", Text("", ""), ""), url=url)
recorder = Recorder("camera", reader.subscribe("record"), lambda: reader.info, root, seconds=4.0)
recorder.start()
reader.start()
while True:
    packet = reader.ring.span
    if packet is not None:
        print(packet[1], flush=True)
    time.sleep(0.02)
"""


def test_a_killed_recorder_loses_at_most_the_last_second(
    make_video: Callable[..., Path], tmp_path: Path
) -> None:
    video = make_video("crash.mp4", seconds=8, gop=50)
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, str(tmp_path), str(file_url(video, loop=True))],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout is not None
    first = float(process.stdout.readline())
    last = first
    deadline = time.monotonic() + 60
    while last < first + 5.1 and time.monotonic() < deadline:
        last = float(process.stdout.readline())
    process.send_signal(signal.SIGKILL)
    process.communicate()
    found = reconcile(tmp_path)
    assert len(found) == 1
    finished = [inspect_segment(path) for path in sorted(tmp_path.rglob("[0-9]*.mp4"))]
    kept = [segment for segment in finished if segment is not None]
    assert kept[-1].end >= last - 1.1, "more than the unfinished second is lost"
    for before, following in pairwise(kept):
        assert following.start == pytest.approx(before.end, abs=0.05)
    for segment in kept:
        with av.open(str(segment.path)) as container:
            pictures = sum(1 for _ in container.decode(video=0))
        assert pictures == pytest.approx((segment.end - segment.start) * 25, abs=1)
    assert not list(tmp_path.rglob("*.part"))
