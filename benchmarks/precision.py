"""What a picture costs by engine and precision, and whether batches or streams are cheaper.

``python -m benchmarks.precision`` looks at the same 1280×720 pictures with every engine and
precision that is exported here, one thread on one core, at each ``--size``; then, with OpenVINO,
at batches of several pictures against single ones, and at tiles. CPU is user plus system time; the
rounds alternate, and the median counts. Compare within one run.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
from rich.console import Console
from rich.table import Table

from benchmarks.finders import CONFIDENCE, MODEL, Look, measure, pictures
from monitor.detectors.finder import Finder, Image, Precision, load_finder
from monitor.detectors.finders.tiles import find_in_tiles
from monitor.detectors.models import load_manifest
from monitor.detectors.models.forms import Form
from monitor.detectors.models.openvino_runtime import core
from monitor.domain.places import Tiles

Size = tuple[int, int]
BATCHES = (1, 2, 4, 8)


def engines(models_dir: Path, size: Size) -> dict[str, Finder]:
    """Return every finder whose export is here."""
    spec = load_manifest(models_dir).model(MODEL)
    wanted: list[tuple[str, str, Precision, Form]] = [
        ("OpenVINO f32", "openvino", "f32", Form.OPENVINO),
        ("OpenVINO bf16", "openvino", "bf16", Form.OPENVINO),
        ("OpenVINO INT8", "openvino", "int8", Form.OPENVINO_INT8),
        ("ONNX Runtime f32", "onnxruntime", "f32", Form.ONNX),
    ]
    return {
        name: load_finder(
            MODEL,
            models_dir,
            engine=engine,
            input_size=size,
            confidence=CONFIDENCE,
            precision=precision,
        )
        for name, engine, precision, form in wanted
        if (models_dir / spec.folder(form)).exists()
        and (engine != "onnxruntime" or find_spec(engine) is not None)
    }


def one_by_one(finder: Finder, frames: Sequence[Image]) -> Look:
    """Return a call that looks at each frame by itself."""
    return lambda: [finder.find([frame]) for frame in frames]


def in_tiles(finder: Finder, frames: Sequence[Image], tiles: Tiles) -> Look:
    """Return a call that looks at each frame in tiles."""
    return lambda: [find_in_tiles(finder, frame, tiles) for frame in frames]


def batched(models_dir: Path, size: Size, batch: int) -> Look:
    """Return a call that runs the bare graph on eight pictures, ``batch`` at a time."""
    width, height = size
    spec = load_manifest(models_dir).model(MODEL)
    model = core().read_model(models_dir / spec.export_folder / Form.OPENVINO.graph)
    model.reshape([batch, height, width, 3])
    settings: dict[str, Any] = {
        "INFERENCE_NUM_THREADS": 1,
        "NUM_STREAMS": 1,
        "ENABLE_CPU_PINNING": False,
    }
    request = core().compile_model(model, "CPU", settings).create_infer_request()
    seen = np.random.default_rng(0).integers(0, 255, (batch, height, width, 3), np.uint8)
    return lambda: [request.infer([seen]) for _ in range(max(BATCHES) // batch)]


def costs(models_dir: Path, size: Size, rounds: int, repeats: int) -> dict[str, float]:
    """Return CPU milliseconds a picture of everything measured at one input size."""
    frames = pictures()
    found = engines(models_dir, size)
    looks = {name: one_by_one(finder, frames) for name, finder in found.items()}
    usual = found["OpenVINO f32"]
    for tiles in (Tiles(2, 1), Tiles(2, 2)):
        name = f"OpenVINO f32, {tiles.columns}×{tiles.rows} tiles"
        looks[name] = in_tiles(usual, frames, tiles)
    results = measure(looks, len(frames), rounds, repeats)
    bare = {f"bare graph, batch {batch}": batched(models_dir, size, batch) for batch in BATCHES}
    return results | measure(bare, max(BATCHES), rounds, max(1, repeats // 3))


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure and print a table, or JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--models", type=Path, default=Path("models"))
    parser.add_argument("--size", action="append", metavar="W×H", help="input size, repeatable")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--repeats", type=int, default=6)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args(arguments)
    os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    results: dict[str, dict[str, float]] = {}
    for text in options.size or ["640x384", "416x256"]:
        width, _, height = text.replace("×", "x").partition("x")
        size = (int(width), int(height))
        results[text] = costs(options.models, size, options.rounds, options.repeats)
    if options.json:
        json.dump({"model": MODEL, "cpu_ms_per_picture": results}, sys.stdout)
        return
    table = Table("what", *results, title=f"{MODEL}: CPU ms per picture")
    for name in next(iter(results.values())):
        table.add_row(name, *(f"{column[name]:.1f}" for column in results.values()))
    Console().print(table)


if __name__ == "__main__":
    main()
