"""In which zones of a camera's picture somebody stands."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from monitor.domain.geometry import Point, Polygon
from monitor.domain.people import Track
from monitor.domain.places import Zone


@dataclass(frozen=True, slots=True)
class Area:
    """A zone with the upright box around it, which most feet are outside of."""

    id: str
    polygon: Polygon
    x1: float
    y1: float
    x2: float
    y2: float

    @classmethod
    def of(cls, zone: Zone) -> Area:
        """Return the area of ``zone``."""
        across = [x for x, _ in zone.polygon.points]
        down = [y for _, y in zone.polygon.points]
        return cls(zone.id, zone.polygon, min(across), min(down), max(across), max(down))

    def contains(self, foot: Point) -> bool:
        """Say whether ``foot`` is within the zone."""
        inside = self.x1 <= foot[0] <= self.x2 and self.y1 <= foot[1] <= self.y2
        return inside and self.polygon.contains(foot)


def with_zones(track: Track, areas: Sequence[Area]) -> Track:
    """Return ``track`` with the zones in which its foot is."""
    if not areas and not track.zones:
        return track
    foot = track.box.foot
    inside = tuple(area.id for area in areas if area.contains(foot))
    return track if inside == track.zones else track.within(inside)
