"""How far two boxes are from one another, and whether they show the place of one person.

Somebody who sits is found now whole, now only above the table, so that shapes tell little; what
counts is that one box is mostly within the other and about as wide.
"""

from __future__ import annotations

import math

from monitor.domain.people import Box

_ASPECT = 1.6
_LEAST_TALL = 1e-6  # rounding may leave nothing of a tiny box
_WITHIN, _WIDTHS = 0.6, 0.5


def same_place(first: Box, second: Box) -> bool:
    """Say whether somebody of ``first`` may have been where somebody of ``second`` is."""
    narrow, wide = sorted((first.width, second.width))
    return narrow >= _WIDTHS * wide and first.within(second) >= _WITHIN


def heights_apart(first: Box, second: Box) -> float:
    """Return how far apart two boxes stand, in heights of the larger one."""
    across = _ASPECT * (second.centre[0] - first.centre[0])
    tall = max(first.height, second.height, _LEAST_TALL)
    return math.hypot(across, second.y2 - first.y2) / tall
