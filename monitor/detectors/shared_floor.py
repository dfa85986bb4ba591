"""Counting people whom several cameras see on one floor, each of them once."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

from monitor.domain.people import AgeClass, Track

_DECIDES = 2.0


@dataclass(frozen=True, slots=True)
class Tally:
    """How many people of each kind."""

    adults: int
    children: int
    unknown: int


def merged_tally(tracks: Sequence[Track], same_place_m: float) -> Tally:
    """Count the people behind ``tracks``, whose floor points share one origin.

    Tracks of different cameras within ``same_place_m`` metres are one person, nearest pairs first;
    tracks without a floor point are left out. What the cameras know of her adds up.
    """
    placed = sorted(
        (track for track in tracks if track.floor is not None),
        key=lambda track: (track.camera_id, track.id),
    )
    groups: dict[int, list[Track]] = {index: [track] for index, track in enumerate(placed)}
    home = list(range(len(placed)))
    for _, first, second in sorted(_pairs(placed, same_place_m)):
        one, other = home[first], home[second]
        if one == other:
            continue
        cameras = {track.camera_id for track in groups[one]}
        if cameras & {track.camera_id for track in groups[other]}:
            continue
        groups[one] += groups.pop(other)
        home = [one if group == other else group for group in home]
    ages = [_age_of(group) for group in groups.values()]
    return Tally(
        ages.count(AgeClass.ADULT), ages.count(AgeClass.CHILD), ages.count(AgeClass.UNKNOWN)
    )


def _pairs(placed: Sequence[Track], limit: float) -> list[tuple[float, int, int]]:
    pairs = []
    for (first, one), (second, other) in combinations(enumerate(placed), 2):
        if one.camera_id == other.camera_id or one.floor is None or other.floor is None:
            continue
        distance = math.dist(one.floor, other.floor)
        if distance <= limit:
            pairs.append((distance, first, second))
    return pairs


def _age_of(group: Sequence[Track]) -> AgeClass:
    ages = {track.age for track in group} - {AgeClass.UNKNOWN}
    if len(ages) == 1:
        return ages.pop()
    odds = sum(track.adult_log_odds for track in group)
    if abs(odds) < _DECIDES:
        return AgeClass.UNKNOWN
    return AgeClass.ADULT if odds > 0 else AgeClass.CHILD
