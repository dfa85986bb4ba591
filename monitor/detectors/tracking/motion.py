"""Where tracked boxes will be: constant-velocity Kalman filters of many boxes at once.

The four coordinates of a box (centre x and y, width, height, all shares of the picture) move
independently of one another, so each needs only a position and a velocity: the covariance of a
coordinate is three numbers instead of a matrix, and all tracks are filtered by a few array
operations. Velocities fade with time, so that somebody who is no longer seen does not sail away.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_FADE_SECONDS = np.array([1.5, 1.5, 0.5, 0.5])
_ACCELERATION = np.array([1.6, 0.8, 0.3, 0.3])  # heights per second²
_BOX_NOISE = 0.05  # heights
_FIRST_SPEED = 0.5  # heights per second
_MOST_VARIANCE = 1.0
_LEAST_SIZE = 1e-4

_PLACE, _SPEED, _VAR, _COV, _SPEED_VAR = range(5)


class Motion:
    """State of ``n`` boxes; row ``i`` belongs to track ``i``.

    One array of shape (5, n, 4): position, velocity, and their variance, covariance and velocity
    variance, for each of the four coordinates.
    """

    def __init__(self) -> None:
        self._state: Floats = np.empty((5, 0, 4))

    def __len__(self) -> int:
        return int(self._state.shape[1])

    def corners(self) -> Floats:
        """Return the expected boxes as ``(n, 4)`` of x1, y1, x2, y2."""
        place = self._state[_PLACE]
        corners: Floats = np.empty((len(self), 4))
        half = place[:, 2:] / 2
        np.subtract(place[:, :2], half, out=corners[:, :2])
        np.add(place[:, :2], half, out=corners[:, 2:])
        return corners

    def predict(self, seconds: float) -> None:
        """Move every box ``seconds`` on."""
        if seconds <= 0 or not len(self):
            return
        place, speed, var, cov, speed_var = self._state
        fade = np.exp(-seconds / _FADE_SECONDS)
        reach = _FADE_SECONDS * (1 - fade)
        place += reach * speed
        speed *= fade
        np.maximum(place[:, 2:], _LEAST_SIZE, out=place[:, 2:])
        force = (_ACCELERATION * seconds * place[:, 3:]) ** 2
        drift = reach * speed_var
        var += reach * (2 * cov + drift) + force * (seconds**2 / 4)
        cov[:] = fade * (cov + drift) + force * (seconds / 2)
        speed_var[:] = fade**2 * speed_var + force
        np.minimum(self._state[_VAR:], _MOST_VARIANCE, out=self._state[_VAR:])

    def correct(self, rows: NDArray[np.intp], corners: Floats, scores: Floats) -> None:
        """Take measured boxes of ``rows`` in; weak scores count as noisy measurements."""
        measured = centred(corners)
        state = self._state[:, rows]
        place, speed, var, cov, speed_var = state
        noise = (_BOX_NOISE * measured[:, 3:] * (2 - scores[:, None])) ** 2
        total = var + noise
        gain, speed_gain = var / total, cov / total
        surprise = measured - place
        place += gain * surprise
        speed += speed_gain * surprise
        speed_var -= speed_gain * cov
        cov *= 1 - gain
        var *= 1 - gain
        self._state[:, rows] = state

    def add(self, corners: Floats) -> None:
        """Append boxes that nothing is known of but where they are."""
        measured = centred(corners)
        state = np.zeros((5, len(measured), 4))
        state[_PLACE] = measured
        state[_VAR] = (_BOX_NOISE * measured[:, 3:]) ** 2
        state[_SPEED_VAR] = (_FIRST_SPEED * measured[:, 3:]) ** 2
        self._state = np.concatenate((self._state, state), axis=1)

    def keep(self, rows: list[int]) -> None:
        """Forget all rows but ``rows``."""
        self._state = self._state[:, rows]

    def move(self, source: int, target: int) -> None:
        """Give row ``target`` the state of row ``source``."""
        self._state[:, target] = self._state[:, source]

    def finite(self) -> bool:
        """Say whether every number is one; for tests."""
        return math.isfinite(float(self._state.sum()))


def centred(corners: Floats) -> Floats:
    """Return ``(n, 4)`` boxes x1, y1, x2, y2 as centre x, centre y, width, height."""
    boxes = np.empty_like(corners)
    np.subtract(corners[:, 2:], corners[:, :2], out=boxes[:, 2:])
    np.add(corners[:, :2], boxes[:, 2:] / 2, out=boxes[:, :2])
    return boxes
