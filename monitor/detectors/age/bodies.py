"""What height and width together say about adult or child, where both are known in metres.

Neither says much alone: a seated carer is no taller than a standing child, and a child who lies
across the view is as wide as a carer. Together they hardly ever agree: whoever is as tall as the
one and as wide as the other is neither. The likelihood of an age is a mixture over postures, each a
normal distribution of the logarithms of both, also of people of whom a table hides a part. Middles
follow from body proportions (shoulders with arms are about 0.33 of an adult's stature and 0.34 of a
toddler's; a seated body is 0.65 of it high, and wide as 0.3 of it from the front, 0.42 from the
side; somebody who lies shows her length across the view or her width along it); the spreads allow
for boxes that are too large or too small by a tenth. Whoever is at the feet of the camera and not
cut off by the picture's edge rather lies than sits.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

_FLOOR = 0.02  # now and then a box has nothing to do with the body
_TEMPER = 0.3  # boxes of one person err alike, so each says less than it seems to
_POSSIBLE_M = (0.25, 2.3)
_WIDE_M = (0.1, 1.3)
_LONGEST_M = 1.8  # a child under three, and her thickness seen at a flat angle
_SQUAT, _FLAT = (0.75, 0.95), (0.9, 1.08)
"""Widths over heights, in metres and in the picture, between which an adult grows unlikely.

She would have to lie. Who lies near the camera along the view is as high and wide in metres as a
carer who sits, but not in the picture: what was taken for leaning is her length.
"""


@dataclass(frozen=True, slots=True)
class _Bodies:
    """People in one posture: how many they are, height and width in metres, and their spreads."""

    share: float
    height_m: float
    width_m: float
    height_spread: float
    width_spread: float

    def likelihood(self, height_m: float, width_m: float) -> float:
        """Return how likely somebody of them has such a height and width."""
        tall = math.log(height_m / self.height_m) / self.height_spread
        wide = math.log(width_m / self.width_m) / self.width_spread
        area = 2 * math.pi * self.height_spread * self.width_spread
        return self.share * math.exp(-0.5 * (tall * tall + wide * wide)) / area


_ADULTS = (
    _Bodies(0.35, 1.63, 0.56, 0.08, 0.17),  # standing
    _Bodies(0.08, 1.62, 0.40, 0.08, 0.22),  # standing, seen from the side
    _Bodies(0.13, 1.38, 0.68, 0.16, 0.17),  # standing behind something, bending
    _Bodies(0.33, 1.09, 0.61, 0.09, 0.17),  # sitting
    _Bodies(0.11, 0.96, 0.66, 0.13, 0.17),  # sitting behind something
)
_CHILDREN_ANYWHERE = (
    _Bodies(0.28, 0.95, 0.33, 0.11, 0.17),  # standing
    _Bodies(0.10, 0.74, 0.35, 0.22, 0.20),  # standing behind something
    _Bodies(0.22, 0.64, 0.39, 0.11, 0.17),  # sitting
    _Bodies(0.15, 0.48, 0.40, 0.25, 0.18),  # sitting at a table
    _Bodies(0.07, 0.57, 0.85, 0.15, 0.18),  # lying across the view
    _Bodies(0.06, 0.62, 0.55, 0.18, 0.25),  # lying aslant
)
_CHILDREN_NEAR = (
    _Bodies(0.30, 0.95, 0.38, 0.10, 0.20),  # lying along the view
    _Bodies(0.22, 0.92, 0.75, 0.12, 0.20),  # lying aslant
    _Bodies(0.12, 0.88, 1.12, 0.12, 0.12),  # lying across the view
)
"""Children who lie at the feet of the camera, which sees them from above."""
_NEAR_M = (1.3, 1.75)
"""Lengths of who would lie along the view, up to which that is near, and beyond which it is not."""


def may_lie(shape: float, lying_m: float) -> bool:
    """Say whether a box may show a child who lies: she is no longer than children are, or flat.

    ``shape`` is the width of the box over its height, in the picture; ``lying_m`` how long somebody
    would be who lay along the view.
    """
    return shape > _FLAT[0] or lying_m <= _LONGEST_M


def size_log_odds(height_m: float, width_m: float, shape: float, lying_m: float = 0.0) -> float:
    """Return the log-odds (> 0 speaks for an adult) of a body so high and wide; 0 for no body.

    ``shape`` is the width of the box over its height, in the picture; ``lying_m`` how long
    somebody would be who lay along the view.
    """
    low, high = _POSSIBLE_M
    if not (low <= height_m <= high and _WIDE_M[0] <= width_m <= _WIDE_M[1]):
        return 0.0
    adult = sum(bodies.likelihood(height_m, width_m) for bodies in _ADULTS)
    lies = may_lie(shape, lying_m)
    child = sum(bodies.likelihood(height_m, width_m) for bodies in _CHILDREN_ANYWHERE)
    near = _fading(lying_m, _NEAR_M)
    if near > 0:
        child += near * sum(bodies.likelihood(height_m, width_m) for bodies in _CHILDREN_NEAR)
    odds = _TEMPER * math.log((adult + _FLOOR) / (child + _FLOOR))
    if odds <= 0 or not lies:
        return odds
    return odds * min(_fading(width_m / height_m, _SQUAT), _fading(shape, _FLAT))


def _fading(value: float, span: tuple[float, float]) -> float:
    first, last = span
    return min(max((last - value) / (last - first), 0.0), 1.0)
