"""Fit a picture of any shape into the model's input without distorting it.

A distorted person is a person the model has not learnt: both sides are scaled alike and the rest is
filled with grey.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

FILL = 114


@dataclass(frozen=True, slots=True)
class Letterbox:
    """Where the scaled picture lies inside the input; all in input pixels."""

    input_width: int
    input_height: int
    left: int
    top: int
    width: int
    height: int

    def draw(self, frame: NDArray[np.uint8], canvas: NDArray[np.uint8]) -> None:
        """Scale ``frame`` into ``canvas`` of shape (input_height, input_width, 3).

        Only the picture is written: the caller clears a canvas whose picture lay elsewhere.
        """
        bottom, right = self.top + self.height, self.left + self.width
        inside = canvas[self.top : bottom, self.left : right]
        if frame.shape == inside.shape:
            inside[:] = frame
        else:
            cv2.resize(frame, (self.width, self.height), dst=inside, interpolation=cv2.INTER_LINEAR)

    def to_frame(self, corners: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return (n, 4) boxes x1, y1, x2, y2 of the input as shares of the frame, cut to 0–1."""
        origin = np.array([self.left, self.top, self.left, self.top], np.float32)
        extent = np.array([self.width, self.height, self.width, self.height], np.float32)
        shares: NDArray[np.float32] = np.clip((corners - origin) / extent, 0.0, 1.0)
        return shares


@lru_cache(maxsize=256)
def letterbox(width: int, height: int, input_width: int, input_height: int) -> Letterbox:
    """Return how a picture of ``width`` × ``height`` pixels fits centred into the input."""
    scale = min(input_width / width, input_height / height)
    inner_width = min(max(round(width * scale), 1), input_width)
    inner_height = min(max(round(height * scale), 1), input_height)
    return Letterbox(
        input_width=input_width,
        input_height=input_height,
        left=(input_width - inner_width) // 2,
        top=(input_height - inner_height) // 2,
        width=inner_width,
        height=inner_height,
    )
