"""What one sighting says about adult or child, as log-odds (> 0 speaks for an adult).

A person stands or does not; a small height is that of a standing child, a seated child or a seated
adult, and only the box's shape hints at which. So heights are weighed by a mixture of the two
postures, which makes the evidence lopsided by itself: nobody but an adult is 1.6 m tall, but many
are 0.9 m. Breadth differs by a factor of 1.6 between carers and toddlers and survives sitting, but
boxes are wider than shoulders, so it says little on its own.
"""

from __future__ import annotations

import math

_ADULT_M, _CHILD_M = 1.62, 0.90
_SEATED_ADULT_M, _SEATED_ADULT_SPREAD = 1.0, 0.19
_SEATED_CHILD_M, _SEATED_CHILD_SPREAD = 0.58, 0.12
_BODY_SPREAD, _BOX_SPREAD = 0.09, 0.055
_POSSIBLE_M = (0.3, 2.3)
_ADULT_WIDE_M, _CHILD_WIDE_M, _WIDE_SPREAD = 0.54, 0.37, 0.13
_LOW_M, _LOW_SPAN_M = 0.75, 0.2
_SQUAT = 0.5
_SHAPE_SPREAD = 0.06
_SEATED_LEAST = 0.08
_LYING = 1.3
_STRAY = 0.06  # now and then a box has nothing to do with the person's height
_TEMPER = 0.3  # boxes of one person err alike, so each says less than it seems to


def upright_share(shape: float) -> float:
    """Return how likely somebody stands whose box is ``shape`` times as wide as high."""
    standing = 1 / (1 + math.exp(min((shape - _SQUAT) / _SHAPE_SPREAD, 50.0)))
    return min(max(standing, 0.02), 1 - _SEATED_LEAST)


def height_log_odds(height_m: float, shape: float) -> float:
    """Return what a height in metres says, given the shape (width over height) of the box.

    0 for heights that nobody has, and for people who lie.
    """
    if not _POSSIBLE_M[0] <= height_m <= _POSSIBLE_M[1] or shape > _LYING:
        return 0.0
    stands = upright_share(shape)
    spread = math.hypot(_BODY_SPREAD, _BOX_SPREAD * height_m)
    adult = stands * _bell(height_m, _ADULT_M, spread) + (1 - stands) * _bell(
        height_m, _SEATED_ADULT_M, _SEATED_ADULT_SPREAD
    )
    child = stands * _bell(height_m, _CHILD_M, spread) + (1 - stands) * _bell(
        height_m, _SEATED_CHILD_M, _SEATED_CHILD_SPREAD
    )
    return _TEMPER * math.log((adult + _STRAY) / (child + _STRAY))


def width_log_odds(width_m: float, shape: float, height_m: float) -> float:
    """Return what the width in metres of somebody's box says; 0 for people who lie.

    A wide box that is low as well may show a child who lies or whose legs are hidden, and speaks
    for nobody.
    """
    if shape > _LYING or not 0.1 < width_m < 1.2:
        return 0.0
    adult = _bell(width_m, _ADULT_WIDE_M, _WIDE_SPREAD)
    child = _bell(width_m, _CHILD_WIDE_M, _WIDE_SPREAD)
    odds = math.log((adult + 1e-2) / (child + 1e-2))
    return odds * min(max((height_m - _LOW_M) / _LOW_SPAN_M, 0.0), 1.0) if odds > 0 else odds


def _bell(value: float, middle: float, spread: float) -> float:
    return math.exp(-0.5 * ((value - middle) / spread) ** 2) / spread
