"""Where tracked boxes will be: constant-velocity Kalman filters of many boxes at once.

The four coordinates of a box (centre x and y, width, height, all shares of the picture) move
independently of one another, so each needs only a position and a velocity: the covariance of a
coordinate is three numbers instead of a matrix, and all tracks are filtered by a few array
operations. Velocities fade with time, so that somebody who is no longer seen does not sail away.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_FADE_SECONDS = np.array([1.5, 1.5, 0.5, 0.5])
_ACCELERATION = np.array([1.6, 0.8, 0.3, 0.3])  # heights per second²
_BOX_NOISE = 0.05  # heights
_FIRST_SPEED = 0.5  # heights per second
_MOST_VARIANCE = 1.0


class Motion:
    """State of ``n`` boxes; row ``i`` of every array belongs to track ``i``."""

    def __init__(self) -> None:
        self.position: Floats = np.empty((0, 4))
        self._velocity: Floats = np.empty((0, 4))
        self._var: Floats = np.empty((0, 4))
        self._cov: Floats = np.empty((0, 4))
        self._speed_var: Floats = np.empty((0, 4))

    def __len__(self) -> int:
        return len(self.position)

    def corners(self) -> Floats:
        """Return the expected boxes as ``(n, 4)`` of x1, y1, x2, y2."""
        half = self.position[:, 2:] / 2
        centre = self.position[:, :2]
        return np.concatenate((centre - half, centre + half), axis=1)

    def predict(self, seconds: float) -> None:
        """Move every box ``seconds`` on."""
        if seconds <= 0 or not len(self):
            return
        fade = np.exp(-seconds / _FADE_SECONDS)
        reach = _FADE_SECONDS * (1 - fade)
        self.position += reach * self._velocity
        np.maximum(self.position[:, 2:], 1e-4, out=self.position[:, 2:])
        force = (_ACCELERATION * self.position[:, 3:]) ** 2
        self._var += reach * (2 * self._cov + reach * self._speed_var) + force * seconds**4 / 4
        self._cov = fade * (self._cov + reach * self._speed_var) + force * seconds**3 / 2
        self._speed_var = fade**2 * self._speed_var + force * seconds**2
        np.minimum(self._var, _MOST_VARIANCE, out=self._var)
        np.minimum(self._speed_var, _MOST_VARIANCE, out=self._speed_var)
        np.minimum(self._cov, np.sqrt(self._var * self._speed_var), out=self._cov)

    def correct(self, rows: NDArray[np.intp], corners: Floats, scores: Floats) -> None:
        """Take measured boxes of ``rows`` in; weak scores count as noisy measurements."""
        if not len(rows):
            return
        measured = centred(corners)
        noise = (_BOX_NOISE * measured[:, 3:] * (2 - scores[:, None])) ** 2
        var, cov = self._var[rows], self._cov[rows]
        total = var + noise
        gain, speed_gain = var / total, cov / total
        surprise = measured - self.position[rows]
        self.position[rows] += gain * surprise
        self._velocity[rows] += speed_gain * surprise
        self._speed_var[rows] -= speed_gain * cov
        self._cov[rows] = (1 - gain) * cov
        self._var[rows] = (1 - gain) * var

    def add(self, corners: Floats) -> None:
        """Append boxes that nothing is known of but where they are."""
        measured = centred(corners)
        height = np.repeat(measured[:, 3:], 4, axis=1)
        self.position = np.concatenate((self.position, measured))
        self._velocity = np.concatenate((self._velocity, np.zeros_like(measured)))
        self._var = np.concatenate((self._var, (_BOX_NOISE * height) ** 2))
        self._cov = np.concatenate((self._cov, np.zeros_like(measured)))
        self._speed_var = np.concatenate((self._speed_var, (_FIRST_SPEED * height) ** 2))

    def keep(self, rows: list[int]) -> None:
        """Forget all rows but ``rows``."""
        self.position = self.position[rows]
        self._velocity = self._velocity[rows]
        self._var = self._var[rows]
        self._cov = self._cov[rows]
        self._speed_var = self._speed_var[rows]

    def move(self, source: int, target: int) -> None:
        """Give row ``target`` the state of row ``source``."""
        for array in (self.position, self._velocity, self._var, self._cov, self._speed_var):
            array[target] = array[source]


def centred(corners: Floats) -> Floats:
    """Return ``(n, 4)`` boxes x1, y1, x2, y2 as centre x, centre y, width, height."""
    size = corners[:, 2:] - corners[:, :2]
    return np.concatenate((corners[:, :2] + size / 2, size), axis=1)
