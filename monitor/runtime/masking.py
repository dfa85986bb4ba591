"""Privacy masks: what nobody, and nothing, is to look at."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from monitor.domain.geometry import Point
from monitor.domain.media import Frame


class MaskedOut:
    """Blackens polygons (normalised 0–1) of frames before anything looks at them."""

    def __init__(self, masks: Sequence[Sequence[Point]]) -> None:
        self._masks = [np.asarray(mask, np.float64) for mask in masks]

    def apply(self, frame: Frame) -> Frame:
        """Return ``frame`` with the masks filled; its picture is changed in place."""
        if self._masks:
            size = np.array([frame.width, frame.height])
            corners = [np.round(mask * size).astype(np.int32) for mask in self._masks]
            cv2.fillPoly(frame.image, corners, (0, 0, 0))
        return frame
