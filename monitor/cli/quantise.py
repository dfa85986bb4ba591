"""``monitor models quantise``: INT8 from pictures, and what it costs in agreement."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import cv2
import numpy as np
import typer

from monitor.cli.output import JsonFlag, errors, print_json, print_rows
from monitor.demo.footage.cutouts import cut_out
from monitor.demo.footage.painter import Painter
from monitor.demo.scenes import SCENES
from monitor.detectors.finder import load_finder
from monitor.detectors.finders.agreement import agreement
from monitor.detectors.models.progress import progress_display, step
from monitor.detectors.models.quantise import FEWEST_PICTURES, quantise_model
from monitor.domain.errors import InputError
from monitor.domain.text import Text
from monitor.runtime.environment import models_folder
from monitor.settings.schema import Finder
from monitor.streams.stills import Picture, pictures_of

_FINDER = Finder()
_CONFIDENCES = (0.25, 0.1)


def quantise(
    name: Annotated[str, typer.Argument(help="Name in models/manifest.toml.")] = _FINDER.name,
    frames: Annotated[
        list[Path] | None,
        typer.Option(help="Photographs, recordings or folders of them; else the demo's footage."),
    ] = None,
    pictures: Annotated[
        int, typer.Option(min=2 * FEWEST_PICTURES, max=2000, help="Most pictures taken.")
    ] = 200,
    width: Annotated[int, typer.Option(help="Input width, px.")] = _FINDER.input_width,
    height: Annotated[int, typer.Option(help="Input height, px.")] = _FINDER.input_height,
    as_json: JsonFlag = False,
) -> None:
    """Make the INT8 graph of an exported model and say how far it agrees with the exported one.

    Every second picture calibrates, the others compare. Use it with `model.precision: int8`.

    Example: `monitor models quantise yolov8n --frames recordings/ --pictures 300`
    """
    if any(side < 32 or side % 32 for side in (width, height)):
        raise InputError(
            Text("宽和高应为 32 的倍数", "width and height are multiples of 32"),
            where="--width, --height",
        )
    size = (width, height)
    with progress_display(errors) as progress:
        with step(progress, "taking pictures"):
            taken = pictures_of(frames, pictures) if frames else demo_pictures(pictures)
        path = quantise_model(name, models_folder(), taken[::2], progress, input_size=size)
        with step(progress, "comparing"):
            results = agreement(
                load_finder(name, models_folder(), input_size=size, precision="f32"),
                load_finder(name, models_folder(), input_size=size, precision="int8"),
                taken[1::2],
                _CONFIDENCES,
            )
    if as_json:
        rows = [asdict(result) for result in results]
        print_json({"model": name, "path": str(path), "agreement": rows})
        return
    columns = ("confidence", "people", "kept", "kept_weak", "added", "overlap", "shift", "spread")
    rows = [
        {key: f"{value:.3f}" if isinstance(value, float) else value for key, value in row.items()}
        for row in map(asdict, results)
    ]
    print_rows(columns, rows, as_json=False)


def demo_pictures(most: int) -> list[Picture]:
    """Return ``most`` pictures of the demo's scenes, spread over them and over their time."""
    people = cut_out()
    each = max(1, most // len(SCENES))
    found: list[Picture] = []
    for scene in SCENES.values():
        painter = Painter(scene, people)
        for index in range(each):
            planes = painter.planar(scene.world.loop * index / each, index)
            picture = cv2.cvtColor(planes, cv2.COLOR_YUV2BGR_I420)
            found.append(picture.astype(np.uint8, copy=False))
    return found[:most]
