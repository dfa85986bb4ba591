"""How far somebody is from where people leave a picture: its sides, its lower edge, a doorway."""

from __future__ import annotations

import math
from collections.abc import Sequence

from monitor.domain.people import Box
from monitor.domain.places import Zone

_ASPECT = 1.6


def way_out(box: Box, zones: Sequence[Zone]) -> float:
    """Return how far the nearest way out is, in heights of ``box``; less for near doorways."""
    across = _ASPECT * min(box.x1, 1 - box.x2)
    nearest = min(across, 1 - box.y2)
    for zone in zones:
        if zone.is_doorway:
            # Doorways are where people do leave: keep twice the distance.
            nearest = min(nearest, 0.5 * _distance(box, zone))
    return nearest / max(box.height, 1e-6)


def _distance(box: Box, zone: Zone) -> float:
    x, y = box.foot
    if zone.polygon.contains((x, y)):
        return 0.0
    return min(math.hypot(_ASPECT * (x - u), y - v) for u, v in zone.polygon.points)
