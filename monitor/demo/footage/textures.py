"""Floors, grass and plain paint: procedural textures, the same on every machine.

All are BGR pictures of :data:`PPM` pixels a metre; the first row is the far end (greatest z).
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from monitor.demo.footage.cutouts import Picture
from monitor.demo.footage.surfaces import Colour, shaded

PPM = 150

Rectangle = tuple[float, float, float, float]
"""x1, z1, x2, z2 on a floor, or left, bottom, right, top on a wall; metres."""


def _grain(shape: tuple[int, int], across: float, along: float, seed: int) -> NDArray[np.float32]:
    """Return noise of unit deviation, smooth over ``across`` columns and ``along`` rows."""
    # Smooth noise is as good when made small and enlarged, and far cheaper.
    coarse_x, coarse_y = max(1, int(across / 2)), max(1, int(along / 2))
    small = (shape[0] // coarse_y + 1, shape[1] // coarse_x + 1)
    noise = np.random.default_rng(seed).standard_normal(small, np.float32)
    blurred = cv2.GaussianBlur(noise, (0, 0), sigmaX=across / coarse_x, sigmaY=along / coarse_y)
    smooth = np.asarray(blurred / max(float(np.std(blurred)), 1e-6), np.float32)
    if small[0] <= shape[0] or small[1] <= shape[1]:
        smooth = np.asarray(cv2.resize(smooth, (shape[1], shape[0])), np.float32)
    return smooth[: shape[0], : shape[1]]


def _toned(colour: Colour, light: NDArray[np.float32], change: NDArray[np.float32]) -> Picture:
    """Return ``colour`` multiplied by ``light`` plus ``change``, pixel by pixel."""
    planes = [np.clip(part * light + change, 0, 255).astype(np.uint8) for part in colour]
    return np.asarray(cv2.merge(planes), np.uint8)


def paint(width: float, height: float, colour: Colour, seed: int = 1) -> Picture:
    """Return painted plaster, a shade darker towards the bottom."""
    rows, columns = round(height * PPM), round(width * PPM)
    fade = np.linspace(3, -7, rows, dtype=np.float32)[:, None]
    light = np.ones((rows, columns), np.float32)
    return _toned(colour, light, _grain((rows, columns), 30, 30, seed) * 1.2 + fade)


def planks(width: float, depth: float, colour: Colour, seed: int = 2) -> Picture:
    """Return a wooden floor, planks running along z."""
    rows, columns = round(depth * PPM), round(width * PPM)
    rng = np.random.default_rng(seed)
    light = np.empty((rows, columns), np.float32)
    plank, length = round(0.16 * PPM), round(1.3 * PPM)
    for left in range(0, columns, plank):
        offset = int(rng.integers(0, length))
        for top in range(-offset, rows, length):
            part = light[max(top, 0) : top + length, left : left + plank]
            part[:] = rng.uniform(0.955, 1.035)
            part[-1:] *= 0.90
        light[:, left : left + 1] *= 0.90
    return _toned(colour, light, _grain((rows, columns), 1.2, 40, seed + 1) * 2.2)


def tiles(width: float, depth: float, colour: Colour, side: float = 0.5, seed: int = 4) -> Picture:
    """Return a tiled floor."""
    rows, columns = round(depth * PPM), round(width * PPM)
    rng = np.random.default_rng(seed)
    step = round(side * PPM)
    jitter = rng.uniform(-3, 3, (rows // step + 1, columns // step + 1)).astype(np.float32)
    change = np.kron(jitter, np.ones((step, step), np.float32))[:rows, :columns]
    light = np.ones((rows, columns), np.float32)
    light[::step] *= 0.92
    light[:, ::step] *= 0.92
    return _toned(colour, light, change + _grain((rows, columns), 6, 6, seed))


def grass(width: float, depth: float, seed: int = 5) -> Picture:
    """Return artificial turf with soft patches."""
    rows, columns = round(depth * PPM), round(width * PPM)
    change = _grain((rows, columns), 90, 90, seed) * 6 + _grain((rows, columns), 1.0, 1.6, seed) * 5
    return _toned((98, 156, 118), np.ones((rows, columns), np.float32), change)


class Plan:
    """A floor texture being furnished: mats, rugs, light and shadow that lie flat.

    ``(x, z)`` is the corner of the floor with the least coordinates, metres.
    """

    def __init__(self, texture: Picture, x: float, z: float) -> None:
        self.texture = texture
        self._x, self._z = x, z

    @property
    def extent(self) -> Rectangle:
        """Return x1, z1, x2, z2 of the floor, metres."""
        rows, columns = self.texture.shape[:2]
        return self._x, self._z, self._x + columns / PPM, self._z + rows / PPM

    def _pixel(self, x: float, z: float) -> tuple[int, int]:
        return round((x - self._x) * PPM), self.texture.shape[0] - round((z - self._z) * PPM)

    def mat(self, area: Rectangle, colours: tuple[Colour, ...], side: float = 0.6) -> None:
        """Lay foam squares over ``area``, colours in turn."""
        x1, z1, x2, z2 = area
        for i in range(round((x2 - x1) / side)):
            for j in range(round((z2 - z1) / side)):
                a = self._pixel(x1 + i * side, z1 + j * side)
                b = self._pixel(x1 + (i + 1) * side, z1 + (j + 1) * side)
                colour = colours[(i + 2 * j) % len(colours)]
                cv2.rectangle(self.texture, a, b, colour, -1)
                cv2.rectangle(self.texture, a, b, shaded(colour, 0.93), 2)

    def rug(self, x: float, z: float, radius: float, colours: tuple[Colour, ...]) -> None:
        """Lay a round rug, its rings from the outside in."""
        for i, colour in enumerate(colours):
            size = round(radius * (1 - i / len(colours)) * PPM)
            cv2.circle(self.texture, self._pixel(x, z), size, colour, -1, cv2.LINE_AA)

    def path(self, area: Rectangle, colour: Colour) -> None:
        """Lay paving, or a doormat, over ``area``."""
        x1, z1, x2, z2 = area
        cv2.rectangle(self.texture, self._pixel(x1, z1), self._pixel(x2, z2), colour, -1)
        for x in np.arange(x1, x2, 0.6):
            self.line((float(x), z1), (float(x), z2), shaded(colour, 0.965))

    def line(self, a: tuple[float, float], b: tuple[float, float], colour: Colour) -> None:
        """Paint a line 6 cm wide."""
        cv2.line(
            self.texture, self._pixel(*a), self._pixel(*b), colour, round(0.06 * PPM), cv2.LINE_AA
        )

    def sunlight(self, corners: tuple[tuple[float, float], ...], strength: float = 0.16) -> None:
        """Let the light of a window fall on ``corners``."""
        self._blend([self._pixel(*c) for c in corners], 1 + strength, 0.07)

    def shadow(self, area: Rectangle, strength: float = 0.34, softness: float = 0.10) -> None:
        """Darken the floor under and around a piece of furniture."""
        x1, z1, x2, z2 = area
        corners = [(x1, z1), (x2, z1), (x2, z2), (x1, z2)]
        self._blend([self._pixel(*c) for c in corners], 1 - strength, softness)

    def corners(self, strength: float = 0.22) -> None:
        """Darken the floor where it meets the walls."""
        rows, columns = self.texture.shape[:2]
        y = np.minimum(np.arange(rows), np.arange(rows)[::-1])[:, None] / PPM
        x = np.minimum(np.arange(columns), np.arange(columns)[::-1])[None, :] / PPM
        near = np.maximum(np.exp(-x / 0.22), np.exp(-y / 0.22))
        light = (255 * (1 - strength * near)).astype(np.uint8)
        self.texture = np.asarray(
            cv2.multiply(self.texture, cv2.merge([light] * 3), scale=1 / 255), np.uint8
        )

    def _blend(self, pixels: list[tuple[int, int]], factor: float, softness: float) -> None:
        corners = np.array(pixels, np.int32)
        reach = round(3 * softness * PPM)
        low = np.maximum(corners.min(axis=0) - reach, 0)
        high = np.maximum(corners.max(axis=0) + reach, low + 1)
        part = self.texture[low[1] : high[1], low[0] : high[0]]
        if not part.size:
            return
        mask = np.zeros(part.shape[:2], np.float32)
        cv2.fillPoly(mask, [corners - low], 1.0)
        soft = cv2.GaussianBlur(mask, (0, 0), softness * PPM)
        part[:] = np.clip(part * (1 + (factor - 1) * soft[..., None]), 0, 255)
