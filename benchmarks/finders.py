"""What one picture costs: our finder beside ultralytics, on torch and on OpenVINO.

``python -m benchmarks.finders`` looks at the same 1280×720 pictures with the same weights, input
size and confidence, every finder on one and the same core. CPU is user plus system time of the
process; the rounds alternate, and the median counts. Compare ratios within one run, never
milliseconds of two machines.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import sys
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table

from monitor.detectors.finder import load_finder
from monitor.detectors.finders.boxes import people_of
from monitor.detectors.finders.letterbox import letterbox
from monitor.detectors.models import ensure_model, progress_display
from monitor.domain.people import AgeClass

Image = NDArray[np.uint8]
Look = Callable[[], object]

MODEL = "yolov8n"
CONFIDENCE = 0.1
OURS = "kanhu, OpenVINO"


def pictures() -> list[Image]:
    """Return two pictures of people as a 720p camera would give them."""
    found = find_spec("ultralytics")
    if found is None or found.origin is None:
        raise SystemExit("the benchmark compares with ultralytics: install the extra 'models'")
    folder = Path(found.origin).parent / "assets"
    frames = []
    for name in ("bus.jpg", "zidane.jpg"):
        image = cv2.imread(str(folder / name))
        assert image is not None
        fit = letterbox(image.shape[1], image.shape[0], 1280, 720)
        frame = np.full((720, 1280, 3), 114, np.uint8)
        fit.draw(image.astype(np.uint8, copy=False), frame)
        frames.append(frame)
    return frames


def cpu_ms(look: Look, repeats: int) -> float:
    """Return CPU milliseconds of one call, user plus system, all threads of this process."""

    def spent() -> float:
        usage = resource.getrusage(resource.RUSAGE_SELF)
        return usage.ru_utime + usage.ru_stime

    before = spent()
    for _ in range(repeats):
        look()
    return (spent() - before) / repeats * 1000


def finders(
    models_dir: Path, size: tuple[int, int], frames: Sequence[Image], scratch: Path
) -> dict[str, Look]:
    """Return one call per finder, each looking at every frame once."""
    ours = load_finder(MODEL, models_dir, input_size=size, confidence=CONFIDENCE)
    reference = load_finder(
        MODEL, models_dir, engine="ultralytics", input_size=size, confidence=CONFIDENCE
    )
    import torch
    from ultralytics.models import YOLO

    torch.set_num_threads(1)
    weights = scratch / f"{MODEL}.pt"
    weights.write_bytes((models_dir / f"{MODEL}.pt").read_bytes())
    shape = (size[1], size[0])
    exported = YOLO(weights).export(format="openvino", imgsz=shape, device="cpu", verbose=False)
    peer: Any = YOLO(exported, task="detect")

    def one_by_one(find: Callable[[list[Image]], object]) -> Look:
        return lambda: [find([frame]) for frame in frames]

    def peer_finds(images: list[Image]) -> object:
        return peer.predict(images, imgsz=shape, conf=CONFIDENCE, classes=[0], verbose=False)

    return {
        OURS: one_by_one(ours.find),
        "ultralytics, OpenVINO": one_by_one(peer_finds),
        "ultralytics, torch": one_by_one(reference.find),
    }


def stages(size: tuple[int, int], frames: Sequence[Image]) -> dict[str, Look]:
    """Return what our finder does around the inference, on every frame once."""
    width, height = size
    canvas = np.full((height, width, 3), 114, np.uint8)
    fit = letterbox(1280, 720, width, height)
    rng = np.random.default_rng(0)
    crowd = np.zeros((5, width * height * 21 // 1024), np.float32)
    places = rng.choice(crowd.shape[1], 320, replace=False)
    seats = np.repeat(rng.uniform((20, 40), (width - 20, height - 40), (40, 2)), 8, axis=0)
    crowd[:2, places] = (seats + rng.normal(0, 2, seats.shape)).T
    crowd[2, places], crowd[3, places] = 30, 60
    crowd[4, places] = rng.uniform(0.1, 0.9, 320)

    def scale() -> None:
        for frame in frames:
            fit.draw(frame, canvas)

    return {
        "of which letterbox": scale,
        "of which boxes of 40 people": lambda: [
            people_of(crowd, (AgeClass.UNKNOWN,), fit, confidence=CONFIDENCE, overlap=0.6)
            for _ in frames
        ],
    }


def measure(looks: dict[str, Look], frames: int, rounds: int, repeats: int) -> dict[str, float]:
    """Return the median CPU milliseconds per picture of each call, rounds alternating."""
    times: dict[str, list[float]] = {name: [] for name in looks}
    for look in looks.values():
        look()
    for _ in range(rounds):
        for name, look in looks.items():
            times[name].append(cpu_ms(look, repeats) / frames)
    return {name: statistics.median(values) for name, values in times.items()}


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print a table, or JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--models", type=Path, default=Path("models"))
    parser.add_argument("--size", type=int, nargs=2, default=(640, 384), metavar=("W", "H"))
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--repeats", type=int, default=6)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(arguments)
    size = (options.size[0], options.size[1])
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    with progress_display() as progress:
        ensure_model(MODEL, options.models, progress)
    frames = pictures()
    with TemporaryDirectory() as scratch:
        looks = finders(options.models, size, frames, Path(scratch))
        results = measure(looks, len(frames), options.rounds, options.repeats)
    results |= measure(stages(size, frames), len(frames), options.rounds, options.repeats * 20)
    if options.json:
        json.dump({"size": size, "cpu_ms_per_picture": results}, sys.stdout)
        return
    table = Table(
        "finder", "CPU ms per picture", "times ours", title=f"{MODEL}, {size[0]}×{size[1]}"
    )
    for name, value in results.items():
        table.add_row(name, f"{value:.2f}", f"{value / results[OURS]:.2f}")
    Console().print(table)


if __name__ == "__main__":
    main()
