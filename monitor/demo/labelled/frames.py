"""Composing labelled frames and writing them as a YOLO-format set, split by camera."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from monitor.demo.footage.cutouts import Cutout, cut_out
from monitor.demo.footage.painter import Painter
from monitor.demo.labelled.lens import Barrel, Picture, Weather
from monitor.demo.labelled.rooms import WINDOW_S, room_scene
from monitor.domain.people import AgeClass, Box

NAMES = ("adult", "child")
_LEAST_SHOWN = 0.2
_LEAST_HEIGHT = 0.03
_STRENGTHS = (0.05, 0.35)
_INSET_S = 1.0


@dataclass(frozen=True, slots=True)
class SetPlan:
    """How large a set: ``cameras`` of which the last ``held_out`` become the part ``val``.

    Each camera gives ``windows`` of ten seconds with ``frames`` frames each, of ``size`` (width,
    height) pixels.
    """

    cameras: int
    held_out: int
    windows: int = 2
    frames: int = 5
    size: tuple[int, int] = (1280, 720)
    seed: int = 1


@dataclass(frozen=True, slots=True)
class LabelledFrame:
    """One picture with everybody in it, ``time`` seconds since the camera's start."""

    camera: str
    time: float
    picture: Picture
    people: tuple[tuple[AgeClass, Box], ...]
    jpeg: int


def compose_set(
    plan: SetPlan, folder: Path, progress: Callable[[float], None] = lambda _share: None
) -> Path:
    """Write the set into ``folder`` and return its ``data.yaml``.

    Files are named ``<camera>_<milliseconds>.jpg``; no room is in both parts.
    """
    cutouts = cut_out()
    for part in ("train", "val"):
        (folder / "images" / part).mkdir(parents=True, exist_ok=True)
        (folder / "labels" / part).mkdir(parents=True, exist_ok=True)
    for number in range(plan.cameras):
        part = "val" if number >= plan.cameras - plan.held_out else "train"
        for frame in camera_frames(plan, number, cutouts):
            _write(frame, folder, part)
        progress((number + 1) / plan.cameras)
    data = folder / "data.yaml"
    names = "\n".join(f"  {index}: {name}" for index, name in enumerate(NAMES))
    data.write_text(f"train: images/train\nval: images/val\nnames:\n{names}\n", "utf-8")
    return data


def camera_frames(plan: SetPlan, number: int, cutouts: Sequence[Cutout]) -> Iterator[LabelledFrame]:
    """Yield the frames of one camera in the order of time."""
    rng = np.random.default_rng((plan.seed, number))
    name = f"room{number:03d}"
    scene = room_scene(name, int(rng.integers(1 << 30)), plan.windows, plan.size)
    painter = Painter(scene, cutouts)
    barrel = Barrel(*plan.size, float(rng.uniform(*_STRENGTHS)))
    step = (WINDOW_S - 2 * _INSET_S) / max(plan.frames - 1, 1)
    for window in range(plan.windows):
        weather = Weather.draw(rng)
        for index in range(plan.frames):
            time = window * WINDOW_S + _INSET_S + index * step
            picture = weather.apply(barrel.picture(painter.frame(time)), rng)
            yield LabelledFrame(name, time, picture, _people(painter, barrel, time), weather.jpeg)


def _people(painter: Painter, barrel: Barrel, time: float) -> tuple[tuple[AgeClass, Box], ...]:
    people = []
    for stance, mask, whole in painter.visible(time):
        if mask.sum() < _LEAST_SHOWN * whole:
            continue
        box = _around(barrel.mask(mask))
        if box is not None and box.height >= _LEAST_HEIGHT:
            people.append((stance.actor.age, box))
    return tuple(people)


def _around(mask: NDArray[np.bool_]) -> Box | None:
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    if not rows.size:
        return None
    height, width = mask.shape
    return Box(
        float(columns[0]) / width,
        float(rows[0]) / height,
        float(columns[-1] + 1) / width,
        float(rows[-1] + 1) / height,
    )


def _write(frame: LabelledFrame, folder: Path, part: str) -> None:
    stem = f"{frame.camera}_{round(frame.time * 1000):06d}"
    quality = [cv2.IMWRITE_JPEG_QUALITY, frame.jpeg]
    cv2.imwrite(str(folder / "images" / part / f"{stem}.jpg"), frame.picture, quality)
    lines = [
        f"{NAMES.index(age.value)} {box.centre[0]:.6f} {box.centre[1]:.6f} "
        f"{box.width:.6f} {box.height:.6f}\n"
        for age, box in frame.people
    ]
    (folder / "labels" / part / f"{stem}.txt").write_text("".join(lines), "utf-8")
