"""Clothes and hair: many people out of few cut-outs, none of whom can be recognised.

Faces are softened to plain skin with a hint of features: these are figures, not portraits. The
back view is the front view with hair instead of a face.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from monitor.demo.footage.cutouts import Cutout, Picture, Shape

Colour = tuple[int, int, int]
Mask = NDArray[np.float32]

# Shares of the figure's height.
_SOFTNESS = 0.0024
_BLEND = 0.008
_JAW = 0.015


@dataclass(frozen=True, slots=True)
class Look:
    """What somebody wears, as BGR colours; ``long_hair`` reaches to the shoulders."""

    top: Colour
    trousers: Colour
    hair: Colour = (30, 34, 42)
    skin: Colour = (146, 176, 222)
    long_hair: bool = False


def dress(cutout: Cutout, look: Look, away: bool) -> Picture:
    """Return ``cutout`` in the clothes and hair of ``look``, BGRA; ``away`` turns its back."""
    image = cutout.image.copy()
    colour, shape = image[..., :3], image.shape[:2]
    rows = np.arange(shape[0], dtype=np.float32)[:, None]
    face = _polygon(shape, cutout.face)
    below = _ramp(rows, cutout.hip)
    legs = np.maximum(below, _polygon(shape, cutout.trousers))
    legs = legs * (1 - _ramp(rows, shape[0] * 0.905))
    reach = round(_JAW * shape[0])
    jaw = cv2.dilate(face, np.ones((reach, reach), np.uint8))
    top = _ramp(rows, cutout.chin * 0.82) * (1 - below) * (1 - legs) * (1 - jaw)
    if not away:
        for hand in cutout.bare:
            top = top * (1 - _polygon(shape, hand))
    hair = _hair(cutout, look, face, away)
    _paint(colour, hair, _strands(colour, look.hair, face))
    _tint(colour, top * (1 - hair), look.top, flatness=0.62 if _dark(colour, top) else 0.12)
    _tint(colour, legs, look.trousers, flatness=0.35)
    features = 0.0 if away else 1.0
    _paint(colour, jaw * (1 - hair), _face(colour, cutout, look.skin, features))
    image[..., 3] = np.maximum(image[..., 3], (hair * 255).astype(np.uint8))
    return image


def _polygon(shape: tuple[int, ...], points: Shape) -> Mask:
    mask = np.zeros(shape[:2], np.float32)
    cv2.fillPoly(mask, [points], 1.0)
    return _soft(mask)


def _soft(mask: Mask) -> Mask:
    return np.asarray(cv2.GaussianBlur(mask, (0, 0), _SOFTNESS * mask.shape[0]), np.float32)


def _ramp(rows: Mask, start: float, width: float = _BLEND) -> Mask:
    """Return 0 above row ``start`` and 1 below; the change takes ``width`` of the height."""
    return np.asarray(np.clip((rows - start) / (width * len(rows)) + 0.5, 0, 1), np.float32)


def _dark(colour: Picture, mask: Mask) -> bool:
    return bool(np.median(colour[mask > 0.5]) < 70)


def _tint(colour: Picture, mask: Mask, wanted: Colour, flatness: float) -> None:
    """Dye what ``mask`` covers, keeping its folds; ``flatness`` evens out deep shadows."""
    light = np.asarray(cv2.cvtColor(colour, cv2.COLOR_BGR2GRAY)).astype(np.float32)
    brightest = max(float(np.percentile(light[mask > 0.5], 88)), 1.0)
    shade = flatness + (1 - flatness) * np.clip(light / brightest, 0, 1.25)
    _paint(colour, mask, shade[..., None] * np.array(wanted, np.float32))


def _paint(colour: Picture, mask: Mask, wanted: NDArray[np.float32]) -> None:
    mixed = colour * (1 - mask[..., None]) + wanted * mask[..., None]
    colour[:] = np.clip(mixed, 0, 255).astype(np.uint8)


def _face(colour: Picture, cutout: Cutout, skin: Colour, features: float) -> NDArray[np.float32]:
    """Return plain skin, lit from one side, with ``features`` (0–1) of eyes and mouth."""
    left, top, width, height = cv2.boundingRect(cutout.face)
    y, x = np.mgrid[: colour.shape[0], : colour.shape[1]].astype(np.float32)
    across, down = (x - left) / width - 0.5, (y - top) / height
    light = 1.02 - 0.30 * np.clip(-across - 0.1, 0, 1) - 0.22 * np.clip(down - 0.55, 0, 1)
    plain = np.array(skin, np.float32) * light[..., None]
    eyes, mouth = np.zeros((2, *colour.shape[:2]), np.float32)
    for place in (0.36, 0.76):
        _dot(eyes, left + place * width, top + 0.46 * height, 0.085 * width, 0.04 * height)
    _dot(mouth, left + 0.56 * width, top + 0.80 * height, 0.11 * width, 0.02 * height)
    plain = plain * (1 - 0.62 * features * _soft(eyes)[..., None])
    plain = plain * (
        1 - features * _soft(mouth)[..., None] * np.array((0.5, 0.45, 0.22), np.float32)
    )
    blurred = cv2.GaussianBlur(colour, (0, 0), 0.09 * height).astype(np.float32)
    return np.asarray(0.92 * plain + 0.08 * blurred, np.float32)


def _dot(mask: Mask, x: float, y: float, a: float, b: float) -> None:
    cv2.ellipse(mask, (round(x), round(y)), (round(a), max(1, round(b))), 0, 0, 360, 1.0, -1)


def _hair(cutout: Cutout, look: Look, face: Mask, away: bool) -> Mask:
    """Return where hair is painted."""
    shape = cutout.image.shape[:2]
    left, top, width, height = cv2.boundingRect(cutout.face)
    middle = (left + width / 2) * 0.6 + cutout.neck * 0.4
    rows = np.arange(shape[0], dtype=np.float32)[:, None]
    grown = np.zeros(shape, np.float32)
    if look.long_hair:
        _dot(grown, middle, top + 0.28 * height, 0.64 * width, 0.60 * height)
        grown *= 1 - _ramp(rows, top + 0.55 * height, _BLEND / 4)
        for side in (-1.0, 1.0) if not away else (-0.7, -0.35, 0.0, 0.35, 0.7):
            lock = middle + 0.56 * side * width
            _dot(grown, lock, top + 0.66 * height, 0.15 * width, 0.62 * height)
    grown = _soft(grown)
    nape = top + (1.1 if look.long_hair else 0.74) * height
    lowest = nape if away else top + 0.35 * height
    own = (cutout.image[..., 3] / 255.0) * (1 - _ramp(rows, lowest, 2 * _BLEND))
    if away:
        covered = face * (1 - _ramp(rows, nape, 2 * _BLEND))
        return np.asarray(np.maximum(np.maximum(own, grown), covered), np.float32)
    return np.asarray(np.maximum(own, grown) * (1 - face), np.float32)


def _strands(colour: Picture, hair: Colour, face: Mask) -> NDArray[np.float32]:
    light = np.asarray(cv2.cvtColor(colour, cv2.COLOR_BGR2GRAY), np.float32)
    rows = light.shape[0]
    fine = (light - cv2.GaussianBlur(light, (0, 0), 0.007 * rows)) * (1 - face)
    noise = np.random.default_rng(3).normal(0, 26, light.shape).astype(np.float32)
    strands = cv2.GaussianBlur(noise, (0, 0), sigmaX=0.0015 * rows + 0.1, sigmaY=0.01 * rows)
    return np.asarray(
        np.array(hair, np.float32) + np.clip(0.35 * fine + strands, -14, 26)[..., None], np.float32
    )
