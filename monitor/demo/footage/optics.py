"""A pinhole camera without roll: where points of a room fall in its picture.

Room coordinates are metres: ``x`` to the right, ``y`` up, ``z`` ahead, the floor at ``y = 0``.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from monitor.domain.places import Calibration

Points = NDArray[np.float64]

NEAR_M = 0.15
"""Nothing nearer to the camera than this is drawn."""


@dataclass(frozen=True, slots=True)
class Optics:
    """Where a camera hangs and how it looks.

    It is ``height_m`` above the floor at ``(x, z)``, turned ``yaw_deg`` to the right of ``z`` and
    ``pitch_deg`` down; ``focal_px`` is for a picture of ``width`` × ``height`` pixels.
    """

    x: float
    z: float
    height_m: float = 2.6
    yaw_deg: float = 0.0
    pitch_deg: float = 25.0
    focal_px: float = 900.0
    width: int = 1280
    height: int = 720

    @property
    def position(self) -> Points:
        """Return the camera's place in the room, metres, shape (3,)."""
        return np.array([self.x, self.height_m, self.z])

    @property
    def axes(self) -> Points:
        """Return right, down and ahead of the camera as the rows of a 3 × 3 matrix."""
        return _axes(self.yaw_deg, self.pitch_deg)

    def see(self, points: Points) -> Points:
        """Return ``points`` (n, 3) as right, down and ahead of the camera, metres, (n, 3)."""
        return np.asarray((points - self.position) @ self.axes.T)

    def project(self, points: Points) -> Points:
        """Return pixels (n, 2) of room points (n, 3) that lie ahead of the camera."""
        seen = self.see(points)
        scale = self.focal_px / np.maximum(seen[:, 2], NEAR_M)
        return np.column_stack(
            [self.width / 2 + seen[:, 0] * scale, self.height / 2 + seen[:, 1] * scale]
        )

    def homography(self, origin: Points, along: Points, across: Points) -> Points:
        """Return the 3 × 3 matrix from (u, v, 1) to pixels of ``origin + u·along + v·across``."""
        camera = np.array(
            [[self.focal_px, 0, self.width / 2], [0, self.focal_px, self.height / 2], [0, 0, 1]]
        )
        plane = np.column_stack([along, across, origin - self.position])
        return np.asarray(camera @ self.axes @ plane)

    def resized(self, width: int, height: int) -> Optics:
        """Return the same camera with a picture of another size."""
        factor = width / self.width
        return replace(self, focal_px=self.focal_px * factor, width=width, height=height)

    def calibration(self) -> Calibration:
        """Return the true calibration, as a surveyor would write it down."""
        return Calibration(self.height_m, self.pitch_deg, self.focal_px, self.width, self.height)


@lru_cache
def _axes(yaw_deg: float, pitch_deg: float) -> Points:
    yaw, pitch = math.radians(yaw_deg), math.radians(pitch_deg)
    right = [math.cos(yaw), 0.0, -math.sin(yaw)]
    level = [math.sin(yaw), 0.0, math.cos(yaw)]
    ahead = [level[0] * math.cos(pitch), -math.sin(pitch), level[2] * math.cos(pitch)]
    down = [-level[0] * math.sin(pitch), -math.cos(pitch), -level[2] * math.sin(pitch)]
    axes = np.array([right, down, ahead])
    axes.flags.writeable = False
    return axes
