"""Figures: one person's looks, ready to be drawn at any size in any step of a walk.

A look is a cut-out in other clothes and, for a child, in a child's proportions: a toddler's head
is a fifth of its height, an adult's an eighth. From it come a front and a back view, each in
:data:`STEPS` steps of a walk, each in a few sizes so that drawing it small stays sharp.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from monitor.demo.footage.cutouts import Cutout, Picture
from monitor.demo.footage.wardrobe import Look, dress

STEPS = 8
STANDING = STEPS
"""The step of somebody who stands still."""

_SIZES = (512, 256, 128, 64)
_PAD = 0.10
_DETAIL = 1.2

Coordinates = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Proportions:
    """Shares of the height that head and legs take, and how wide the body is for its height."""

    head: float
    legs: float
    girth: float


ADULT = Proportions(head=0.140, legs=0.405, girth=1.0)
CHILD = Proportions(head=0.215, legs=0.315, girth=1.18)


@dataclass(frozen=True, slots=True)
class Figure:
    """Pictures of one person, premultiplied BGRA, feet on the last row.

    ``front[size][step]`` and ``back[size][step]``, the last step standing still; ``hip`` is the
    row of the hip as a share of the height, ``sole`` how far right of the middle the feet stand,
    also as a share of the height.
    """

    front: tuple[tuple[Picture, ...], ...]
    back: tuple[tuple[Picture, ...], ...]
    hip: float
    sole: float

    def picture(self, height_px: float, step: int, away: bool) -> Picture:
        """Return the smallest picture that is no smaller than ``height_px``."""
        views = self.back if away else self.front
        fitting = [i for i, steps in enumerate(views) if steps[0].shape[0] >= height_px]
        return views[fitting[-1] if fitting else 0][step]


def make_figure(
    cutout: Cutout,
    look: Look,
    child: bool,
    tallest_px: float = _SIZES[0],
    tint: tuple[float, float, float] = (1.0, 1.0, 1.0),
) -> Figure:
    """Return the figure of ``cutout`` wearing ``look``.

    It is never drawn larger than ``tallest_px``; ``tint`` multiplies blue, green and red.
    """
    sizes = [size for size in _SIZES if size < 2 * tallest_px] or [_SIZES[-1]]
    proportions = CHILD if child else ADULT
    factor = _DETAIL * sizes[0] / cutout.image.shape[0]
    if factor < 1:
        cutout = cutout.reduced(factor)
    leg = np.zeros(cutout.image.shape[:2], np.uint8)
    cv2.fillPoly(leg, [cutout.near_leg], 255)
    views = []
    for away in (False, True):
        dressed = np.dstack([_premultiplied(dress(cutout, look, away), tint), leg])
        soft = np.asarray(cv2.GaussianBlur(dressed, (0, 0), 0.6), np.uint8)
        shaped = _shape(soft, cutout, proportions, sizes[0])
        views.append(
            _sizes([_step(shaped, proportions, cutout.swing, i) for i in range(STEPS + 1)])
        )
    return Figure(views[0], views[1], 1 - proportions.legs, _sole(views[0][0][STANDING]))


def _shape(layers: Picture, cutout: Cutout, proportions: Proportions, size: int) -> Picture:
    """Return the picture in other proportions, ``size`` rows high."""
    height, width = layers.shape[:2]
    chin, hip = size * proportions.head, size * (1 - proportions.legs)
    rows = np.arange(size, dtype=np.float32)
    source_y = np.interp(rows, [0, chin, hip, size], [0, cutout.chin, cutout.hip, height])
    head_scale = chin / cutout.chin
    body_scale = (size / height) * proportions.girth
    neck = [0, chin * 0.96, chin * 1.12, size]
    scale = np.interp(rows, neck, [head_scale] * 2 + [body_scale] * 2)
    centre = np.interp(rows, neck, [cutout.neck] * 2 + [width / 2] * 2)
    place = np.interp(rows, neck, [(cutout.neck - width / 2) * body_scale] * 2 + [0.0] * 2)
    out_width = round(width * body_scale + 2 * _PAD * size)
    columns = np.arange(out_width, dtype=np.float32)[None, :] - out_width / 2
    source_x = (columns - place[:, None]) / scale[:, None] + centre[:, None]
    planes = [
        cv2.remap(
            np.ascontiguousarray(part),
            source_x.astype(np.float32),
            np.repeat(source_y.astype(np.float32)[:, None], out_width, axis=1),
            cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_CONSTANT,
        )
        for part in (layers[..., :4], layers[..., 4])
    ]
    return np.dstack(planes).astype(np.uint8)


def _step(layers: Picture, proportions: Proportions, swing: float, index: int) -> Picture:
    """Return one step of the walk: the legs swing against each other, the swinging one lifts."""
    swing = 0.0 if index == STANDING else swing
    lifting = 0.0 if index == STANDING else 0.018
    phase = 2 * math.pi * index / STEPS
    height, width = layers.shape[:2]
    hip = height * (1 - proportions.legs)
    x, y = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    down = np.clip((y - hip) / (height - hip), 0, 1)
    near = (layers[..., 4:].astype(np.float32) / 255) * (y > hip)[..., None]
    image = layers[..., :4].astype(np.float32)

    def leg(part: NDArray[np.float32], side: int) -> NDArray[np.float32]:
        shift = (side * math.sin(phase) * swing * height) * down
        lift = (max(0.0, side * math.cos(phase)) * lifting * height) * down
        moved = cv2.remap(part, x - shift, y + lift, cv2.INTER_LINEAR)
        return np.asarray(moved, np.float32)

    # The legs overlap a little, else a slit shows where they meet.
    apart = 1 - cv2.erode(near, np.ones((5, 5), np.uint8))[..., None]
    behind, front = leg(image * apart, -1), leg(image * near, 1)
    over = front + behind * (1 - front[..., 3:] / 255)
    return np.clip(over, 0, 255).astype(np.uint8)


def _sole(standing: Picture) -> float:
    height, width = standing.shape[:2]
    weights = standing[round(0.94 * height) :, :, 3].sum(axis=0, dtype=np.float64)
    return float((weights @ np.arange(width) / max(weights.sum(), 1.0) - width / 2) / height)


def _sizes(steps: Sequence[Picture]) -> tuple[tuple[Picture, ...], ...]:
    largest = steps[0].shape[0]
    sizes: list[tuple[Picture, ...]] = [tuple(steps)]
    for size in (size for size in _SIZES if size < largest):
        factor = size / largest
        sizes.append(
            tuple(
                np.asarray(
                    cv2.resize(
                        step, (round(step.shape[1] * factor), size), interpolation=cv2.INTER_AREA
                    ),
                    np.uint8,
                )
                for step in steps
            )
        )
    return tuple(sizes)


def _premultiplied(image: Picture, tint: tuple[float, float, float]) -> Picture:
    share = image[..., 3:].astype(np.float32) / 255 * np.array(tint, np.float32)
    return np.dstack([np.clip(image[..., :3] * share, 0, 255).astype(np.uint8), image[..., 3]])
