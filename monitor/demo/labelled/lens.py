"""What a cheap wide-angle camera does to a picture: barrel distortion, blur, noise, low light."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]


class Barrel:
    """Bends straight lines outwards, keeping the picture's corners where they are.

    ``strength`` 0 changes nothing; 0.3 magnifies the middle by 1.3.
    """

    def __init__(self, width: int, height: int, strength: float) -> None:
        y, x = np.mgrid[:height, :width].astype(np.float32)
        x, y = x - (width - 1) / 2, y - (height - 1) / 2
        squared = (x**2 + y**2) / ((width**2 + height**2) / 4)
        factor = (1 + strength * squared) / (1 + strength)
        self._x = (x * factor + (width - 1) / 2).astype(np.float32)
        self._y = (y * factor + (height - 1) / 2).astype(np.float32)

    def picture(self, straight: Picture) -> Picture:
        """Return the picture as the lens draws it."""
        return np.asarray(cv2.remap(straight, self._x, self._y, cv2.INTER_LINEAR), np.uint8)

    def mask(self, straight: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Return the mask as the lens draws it."""
        bent = cv2.remap(straight.astype(np.uint8), self._x, self._y, cv2.INTER_NEAREST)
        return np.asarray(bent > 0)


@dataclass(frozen=True, slots=True)
class Weather:
    """How good the picture is; one for each frame.

    ``light`` multiplies brightness, ``blur_px`` is the length of a motion blur, ``noise`` the
    standard deviation of a sensor's noise, ``grey`` an infra-red picture at night.
    """

    light: float
    blur_px: int
    noise: float
    grey: bool
    jpeg: int

    @classmethod
    def draw(cls, rng: np.random.Generator) -> Weather:
        """Draw one: a quarter of the frames are dark, a fifth blurred, a tenth grey."""
        dark = rng.random() < 0.25
        return cls(
            light=float(rng.uniform(0.25, 0.55) if dark else rng.uniform(0.75, 1.1)),
            blur_px=int(rng.integers(3, 9)) if rng.random() < 0.2 else 0,
            noise=float(rng.uniform(4, 9) if dark else rng.uniform(1, 4)),
            grey=bool(rng.random() < 0.1),
            jpeg=int(rng.integers(45, 90)),
        )

    def apply(self, picture: Picture, rng: np.random.Generator) -> Picture:
        """Return the worse picture."""
        worse = picture.astype(np.float32) * self.light
        if self.blur_px:
            kernel = np.zeros((self.blur_px, self.blur_px), np.float32)
            kernel[self.blur_px // 2] = 1 / self.blur_px
            worse = cv2.filter2D(worse, -1, kernel).astype(np.float32)
        if self.grey:
            grey = cv2.cvtColor(worse, cv2.COLOR_BGR2GRAY)
            worse = cv2.cvtColor(grey, cv2.COLOR_GRAY2BGR).astype(np.float32)
        worse += rng.normal(0, self.noise, worse.shape).astype(np.float32)
        return np.asarray(np.clip(worse, 0, 255), np.uint8)
