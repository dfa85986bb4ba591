"""A camera's own scale of people, learned from those it saw; for cameras without a ground plane.

Reservoir of upright boxes, evenly over the picture's rows; from time to time a plane is fitted to
them. Nothing is said until adults and children were both seen: with only one of the two there is
no telling which of them it was.
"""

from __future__ import annotations

from collections import deque

from monitor.detectors.age.standing import upright
from monitor.detectors.ground.fit import PlaneFit, Stature, fit_plane
from monitor.domain.people import Box

_BINS = 12
_A_BIN = 40
_FIRST_FIT = 80
_MOST_BETWEEN = 1000


class PictureScale:
    """Learns from boxes and tells heights in metres once it can. Bounded."""

    def __init__(self, aspect: float) -> None:
        self._aspect = aspect
        self._rows: list[deque[Stature]] = [deque(maxlen=_A_BIN) for _ in range(_BINS)]
        self._learned = 0
        self._next_fit = _FIRST_FIT
        self._fit: PlaneFit | None = None

    @property
    def fit(self) -> PlaneFit | None:
        """The newest fit, usable or not; ``None`` before the first."""
        return self._fit

    def learn(self, box: Box) -> None:
        """Take in the whole box of somebody; boxes of people who do not stand are left out."""
        if not upright(box, self._aspect):
            return
        row = min(max(int(box.y2 * _BINS), 0), _BINS - 1)
        self._rows[row].append(Stature.of(box))
        self._learned += 1
        if self._learned >= self._next_fit:
            self._next_fit = self._learned + min(self._learned, _MOST_BETWEEN)
            self._fit = fit_plane([stature for row in self._rows for stature in row], self._aspect)

    def height(self, box: Box) -> float | None:
        """Return the estimated height in metres, or ``None`` while it cannot be told."""
        if self._fit is None or not self._fit.usable:
            return None
        return self._fit.plane.height(box)
