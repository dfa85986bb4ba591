"""What a camera costs over a day, and how many of them two cores carry.

``python -m benchmarks.day`` serves a minute that is busy for a fifth of its time (see
:mod:`benchmarks.footage`) by the camera simulator and lets each contender watch whole minutes,
in a process of its own and one after the other. Counted is that process's CPU time, user plus
system, per second of stream. ``--cameras N`` serves that minute from N cameras, each at another
moment of it, to two worker processes, and reports the gaps between looks while people are there.
Compare ratios within one run, never milliseconds of two machines.
"""

from __future__ import annotations

import argparse
import copy
import itertools
import json
import multiprocessing
import os
import resource
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table

from benchmarks.footage import (
    DAY_SECONDS,
    GROUPS,
    MAIN,
    SMALL,
    busy_scene,
    make_busy,
    make_day,
    make_days,
    make_empty,
    pictures,
)
from monitor.demo.camera_simulator import CameraSimulator
from monitor.demo.footage.encode import GOP_SECONDS
from monitor.detectors.finder import FinderOptions, load_finder
from monitor.detectors.finders.by_size import Size, SizedFinders
from monitor.detectors.finders.smaller_size import COMPARED_EVERY
from monitor.domain.clock import SystemClock
from monitor.domain.media import Frame
from monitor.domain.places import Calibration, Camera, Room, RoomType
from monitor.domain.text import Text
from monitor.runtime.environment import models_folder
from monitor.runtime.worker import Worker

_WARM_UP = 6.0
_FPS = 5.0
_NAME = Text("x", "x")

USUAL_SIZE: Size = FinderOptions().input_size
"""Width and height of the model's input in pixels."""


@dataclass(frozen=True, slots=True)
class Streams:
    """Where the simulator serves what."""

    busy: str
    day: str
    day_small: str
    empty: str
    empty_small: str
    shown: Path
    shown_small: Path


def _camera(number: int, url: str, small: str | None = None) -> Camera:
    optics = busy_scene().optics
    return Camera(
        f"c{number}",
        f"r{number}",
        _NAME,
        url,
        substream_url=small,
        calibration=Calibration(
            optics.height_m, optics.pitch_deg, optics.focal_px, optics.width, optics.height
        ),
        analysis_fps=_FPS,
    )


class CountingWorker(Worker):
    """Notes when each camera was looked at and whether somebody was there.

    A picture that was compared with the one looked at last, and is as that was, counts too.
    """

    looks: dict[str, list[tuple[float, bool]]]
    searches: int

    def _look(self) -> set[str]:
        before = dict(self._unchanged)
        touched = super()._look()
        for camera_id, wall in self._unchanged.items():
            looks = self.looks[camera_id]
            if wall != before.get(camera_id) and looks and wall > looks[-1][0]:
                looks.append((wall, looks[-1][1]))
        return touched

    def _find(self, frames: Sequence[Frame]) -> set[str]:
        touched = super()._find(frames)
        self.searches += len(frames)
        for frame in frames:
            sight = self._sights.get(frame.camera_id)
            there = sight is not None and any(t.seen >= frame.wall for t in sight.tracks)
            self.looks[frame.camera_id].append((frame.wall, there))
        return touched


def _worker(
    cameras: Sequence[Camera], shown: Path, size: Size = USUAL_SIZE, adapt: bool = True
) -> CountingWorker:
    """Return a worker that has watched ``shown``, a recording of what all the cameras see.

    It knows from that at which size it may look, as after the first minutes of a day.
    """
    worker = CountingWorker(
        [Room(camera.room_id, "i", _NAME, RoomType.ACTIVITY) for camera in cameras],
        cameras,
        SizedFinders(
            lambda wanted: load_finder("yolov8n", models_folder(), input_size=wanted), size
        ),
        lambda _event, _snapshot: None,
        clock=SystemClock(),
        calm_fps=_FPS,
        adapt_input=adapt,
    )
    worker.looks = defaultdict(list)
    worker.searches = 0
    if adapt:
        first, *others = (camera.id for camera in cameras)
        worker._looks.find(_every_two_seconds(shown, first))
        known = worker._looks._smaller
        known.update((item, copy.copy(known[first])) for item in others)
    return worker


def _every_two_seconds(recording: Path, camera_id: str) -> list[Frame]:
    """Return five pictures a second of a recording, dated as if two seconds lay between them."""
    return [
        Frame(camera_id=camera_id, epoch=0, time=0.0, wall=COMPARED_EVERY * number, image=picture)
        for number, picture in enumerate(pictures(recording, _FPS))
    ]


def kanhu(
    url: str, small: str | None, shown: Path, seconds: float, adapt: bool = True
) -> dict[str, float]:
    """Watch one camera with Kanhu's worker at five frames a second while anything moves."""
    worker = _worker([_camera(0, url, small)], shown, adapt=adapt)
    worker.start()
    time.sleep(_WARM_UP)
    before = worker.searches
    cost = _measured(lambda: time.sleep(seconds))
    looks = worker.searches - before
    worker.stop()
    return {**cost, "looks_per_s": looks / seconds}


def ultralytics_track(url: str, engine: str, seconds: float) -> dict[str, float]:
    """Watch with ``YOLO.track`` at five frames a second, on ``torch`` or ``openvino``."""
    os.environ.update(YOLO_OFFLINE="true", YOLO_AUTOINSTALL="false", OMP_NUM_THREADS="1")
    import torch
    from ultralytics.models import YOLO

    torch.set_num_threads(1)
    weights: Path | str = models_folder() / "yolov8n.pt"
    with tempfile.TemporaryDirectory() as folder:
        if engine == "openvino":
            copy = Path(folder) / "yolov8n.pt"
            copy.write_bytes(Path(weights).read_bytes())
            weights = YOLO(copy).export(format="openvino", imgsz=(384, 640), verbose=False)
        model = YOLO(weights, task="detect")
        results = iter(
            model.track(
                url, stream=True, vid_stride=5, imgsz=(384, 640), classes=[0], verbose=False
            )
        )
        _consume(results, _WARM_UP)
        return _measured(lambda: _consume(results, seconds))


def _consume(results: Any, seconds: float) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        next(results)


def _measured(work: Callable[[], Any]) -> dict[str, float]:
    before, started = _cpu(), time.monotonic()
    work()
    elapsed = time.monotonic() - started
    return {"cpu_ms_per_s": 1000 * (_cpu() - before) / elapsed, "seconds": elapsed}


def _cpu() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


Watch = tuple[Callable[..., dict[str, float]], tuple[Any, ...]]


def contenders(streams: Streams, minutes: int) -> dict[str, Watch]:
    """Return who watches what, for how long."""
    day = float(minutes * DAY_SECONDS)
    big, small = streams.shown, streams.shown_small
    return {
        "kanhu, day, 720p": (kanhu, (streams.day, None, big, day)),
        "kanhu, day, 720p, usual input": (kanhu, (streams.day, None, big, day, False)),
        "kanhu, day, 720p + 360p substream": (kanhu, (streams.day, streams.day_small, small, day)),
        "kanhu, day, 720p + 360p substream, usual input": (
            kanhu,
            (streams.day, streams.day_small, small, day, False),
        ),
        "kanhu, busy all the time, 720p": (kanhu, (streams.busy, None, big, 24.0, False)),
        "kanhu, empty room, 720p": (kanhu, (streams.empty, None, big, 60.0)),
        "kanhu, empty room, 720p + 360p": (
            kanhu,
            (streams.empty, streams.empty_small, small, 60.0),
        ),
        "YOLO.track, torch": (ultralytics_track, (streams.day, "torch", 24.0)),
        "YOLO.track, OpenVINO": (ultralytics_track, (streams.day, "openvino", 24.0)),
    }


def _child(work: Callable[..., Any], arguments: tuple[Any, ...], answer: Connection) -> None:
    answer.send(work(*arguments))
    answer.close()
    os._exit(0)  # the peer's reader threads do not end by themselves


def _in_children(jobs: Sequence[Watch]) -> list[Any]:
    """Run jobs side by side, each in a process of its own."""
    context = multiprocessing.get_context("spawn")
    started = []
    for work, arguments in jobs:
        ours, theirs = context.Pipe(duplex=False)
        process = context.Process(target=_child, args=(work, arguments, theirs))
        process.start()
        theirs.close()
        started.append((process, ours))
    answers = [ours.recv() for _, ours in started]
    for process, _ in started:
        process.join()
    return answers


def many(
    urls: Sequence[str], shown: Path, seconds: float, size: Size, adapt: bool
) -> dict[str, Any]:
    """Watch many cameras in one process; return its cost and the gaps between looks."""
    worker = _worker([_camera(number, url) for number, url in enumerate(urls)], shown, size, adapt)
    worker.start()
    time.sleep(_WARM_UP + 0.25 * len(urls))
    began = time.time()
    cost = _measured(lambda: time.sleep(seconds))
    gaps = [gap for looks in worker.looks.values() for gap in _busy_gaps(looks, began)]
    fewest = min(sum(at >= began for at, _ in looks) for looks in worker.looks.values())
    shed = sum(worker._slots.replaced.values())
    online = len(worker.looks)
    worker.stop()
    return {**cost, "gaps": gaps, "fewest": fewest, "shed": shed, "online": online}


def _busy_gaps(looks: Sequence[tuple[float, bool]], began: float) -> list[float]:
    """Return the gaps between looks at which somebody was there both times."""
    return [
        later - at
        for (at, there), (later, still) in itertools.pairwise(looks)
        if there and still and at >= began
    ]


def capacity(
    cameras: int, folder: Path, seconds: float, size: Size = USUAL_SIZE, adapt: bool = True
) -> dict[str, Any]:
    """Return how ``cameras`` substreams fare on two worker processes.

    The model looks at them at ``size``, its input's width and height in pixels, or at less where
    that finds the same people and ``adapt`` is set.
    """
    clips = make_days(folder, SMALL, GROUPS)
    shown = make_busy(folder, SMALL)
    apart = max(1, GROUPS // cameras)
    with CameraSimulator() as simulator:
        urls = []
        for number in range(cameras):
            urls.append(simulator.add(f"c{number}", clips[number * apart % GROUPS]))
            time.sleep(GOP_SECONDS / cameras)  # real cameras do not send keyframes all at once
        answers = _in_children(
            [(many, (urls[half::2], shown, seconds, size, adapt)) for half in (0, 1)],
        )
    gaps = np.array([gap for answer in answers for gap in answer["gaps"]])
    if not gaps.size:
        raise SystemExit(f"nobody came into view in {seconds:g} s: raise --seconds")
    return {
        "cameras": cameras,
        "input": list(size),
        "adapt": adapt,
        "cpu_cores": sum(answer["cpu_ms_per_s"] for answer in answers) / 1000,
        "looks_while_busy": len(gaps),
        "gap_p50": float(np.percentile(gaps, 50)),
        "gap_p99": float(np.percentile(gaps, 99)),
        "asked": 1 / _FPS,
        "fewest_looks": min(answer["fewest"] for answer in answers),
        "shed": sum(answer["shed"] for answer in answers),
        "online": sum(answer["online"] for answer in answers),
    }


def costs(folder: Path, minutes: int, only: str) -> dict[str, dict[str, float]]:
    """Return the cost of each contender."""
    with CameraSimulator() as cameras:
        streams = Streams(
            busy=cameras.add("busy", make_busy(folder, MAIN)),
            day=cameras.add("day", make_day(folder, MAIN)),
            day_small=cameras.add("day-small", make_day(folder, SMALL)),
            empty=cameras.add("empty", make_empty(folder, MAIN, 48)),
            empty_small=cameras.add("empty-small", make_empty(folder, SMALL, 48)),
            shown=make_busy(folder, MAIN),
            shown_small=make_busy(folder, SMALL),
        )
        return {
            name: _in_children([watch])[0]
            for name, watch in contenders(streams, minutes).items()
            if only in name
        }


def main(arguments: list[str] | None = None) -> int:
    """Print a table of costs, or how many cameras fare."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=int, default=1, help="minutes of the day, each")
    parser.add_argument("--only", default="", help="only contenders with this in their name")
    parser.add_argument("--cameras", type=int, default=0, help="see how so many cameras fare")
    parser.add_argument("--seconds", type=float, default=60.0, help="with --cameras: how long")
    parser.add_argument(
        "--size",
        type=int,
        nargs=2,
        default=USUAL_SIZE,
        metavar=("W", "H"),
        help="with --cameras: the model's input",
    )
    parser.add_argument(
        "--no-adapt", action="store_true", help="with --cameras: never look at a smaller input"
    )
    parser.add_argument("--footage", type=Path, help="keep composed footage in this folder")
    parser.add_argument("--json", action="store_true", help="print JSON")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as temporary:
        folder: Path = options.footage or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        if options.cameras:
            width, height = options.size
            result: Any = capacity(
                options.cameras, folder, options.seconds, (width, height), not options.no_adapt
            )
        else:
            result = costs(folder, options.minutes, options.only)
    if options.json or options.cameras:
        sys.stdout.write(json.dumps(result, indent=1) + "\n")
        return 0
    base = result.get("kanhu, day, 720p", {}).get("cpu_ms_per_s")
    table = Table("one camera at 25 frames a second", "CPU ms per stream-second", "times", box=None)
    for name, cost in result.items():
        times = f"{cost['cpu_ms_per_s'] / base:.2f}" if base else ""
        table.add_row(name, f"{cost['cpu_ms_per_s']:.1f}", times)
    Console().print(table)
    return 0


if __name__ == "__main__":
    sys.exit(main())
