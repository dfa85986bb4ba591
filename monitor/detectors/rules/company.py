"""Who may be a child, and how near the next adult is: what several rules need alike."""

from __future__ import annotations

import math
from collections.abc import Iterable

from monitor.domain.people import AgeClass, Track

_LEANS_ADULT = 0.75
_ASPECT = 16 / 9  # of nearly every camera; only where no floor is known
_CHILD_M, _ADULT_M = 0.95, 1.6


def may_be_child(track: Track) -> bool:
    """Say whether ``track`` is a child, or undecided and does not lean to an adult."""
    if track.age is AgeClass.UNKNOWN:
        return track.adult_log_odds < _LEANS_ADULT
    return track.age is AgeClass.CHILD


def nearest(track: Track, others: Iterable[Track]) -> float:
    """Return how many metres ``track`` is from the nearest of ``others`` on the same camera.

    Infinity where there are none. On the floor where both stand on a known one; else in the
    picture, by the size that people of their age usually have, which is right to about half.
    """
    return min(
        (apart(track, other) for other in others if other.camera_id == track.camera_id),
        default=math.inf,
    )


def apart(one: Track, other: Track) -> float:
    """Return the distance of two people on the same camera in metres, as :func:`nearest`."""
    if one.floor is not None and other.floor is not None:
        return math.dist(one.floor, other.floor)
    (x1, y1), (x2, y2) = one.box.foot, other.box.foot
    metre = (one.box.height / _tall(one) + other.box.height / _tall(other)) / 2
    return math.hypot((x1 - x2) * _ASPECT, y1 - y2) / max(metre, 1e-6)


def _tall(track: Track) -> float:
    return _CHILD_M if may_be_child(track) else _ADULT_M
