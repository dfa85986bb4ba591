"""A camera that comes and goes leaves nothing behind: no socket, no thread, no file, no packet."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

from monitor.demo.camera_simulator import CameraSimulator
from monitor.domain.places import Camera
from monitor.streams.backoff import Backoff
from monitor.streams.reader import CameraReader, ConnectionState
from monitor.streams.recorder import Recorder

CUTS = 12


def descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir()))


def test_a_flapping_camera_leaks_nothing(
    simulator: CameraSimulator,
    wire_video: Path,
    camera: Callable[..., Camera],
    eventually: Callable[..., None],
    tmp_path: Path,
) -> None:
    url = simulator.add("room", wire_video)
    before = descriptors(), threading.active_count()
    reader = CameraReader(camera(url), backoff=Backoff(first=0.01, soon=0.02, longest=0.02))
    recorder = Recorder(
        "camera",
        reader.subscribe("recorder", patient=True),
        lambda: reader.info,
        tmp_path,
        keep_free=0,
    )
    recorder.start()
    reader.start()

    def flap(times: int) -> tuple[int, int, int]:
        for _ in range(times):
            eventually(lambda: reader.status.state is ConnectionState.ONLINE)
            known = reader.status.connections
            simulator.cut("room")
            eventually(lambda known=known: reader.status.connections > known)
        # The recorder ends a file only once it has its next keyframe.
        eventually(lambda: len(list(tmp_path.rglob("*.part"))) == 1)
        eventually(lambda: simulator.viewers("room") == 1)
        return descriptors(), threading.active_count(), len(reader.subscriptions)

    first = flap(3)
    assert flap(CUTS) == first
    reader.stop()
    recorder.stop()
    eventually(lambda: simulator.viewers("room") == 0)
    eventually(lambda: (descriptors(), threading.active_count()) == before)
    assert not list(tmp_path.rglob("*.part"))
    assert len(list(tmp_path.rglob("*.mp4"))) >= CUTS
