"""Polygons in normalised picture coordinates: x to the right, y down, both 0–1."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Polygon:
    """A simple polygon of at least three points."""

    points: tuple[Point, ...]

    def __post_init__(self) -> None:
        if len(self.points) < 3:
            raise ValueError("a polygon needs at least three points")

    @classmethod
    def of(cls, points: Sequence[Sequence[float]]) -> Polygon:
        """Build from any sequence of ``[x, y]`` pairs."""
        return cls(tuple((float(x), float(y)) for x, y in points))

    def contains(self, point: Point) -> bool:
        """Say whether ``point`` lies inside (even–odd rule; the edge may count either way)."""
        x, y = point
        inside = False
        previous_x, previous_y = self.points[-1]
        for corner_x, corner_y in self.points:
            if (corner_y > y) != (previous_y > y):
                crossing = corner_x + (y - corner_y) / (previous_y - corner_y) * (
                    previous_x - corner_x
                )
                if x < crossing:
                    inside = not inside
            previous_x, previous_y = corner_x, corner_y
        return inside

    def area(self) -> float:
        """Return the enclosed area as a share of the picture, always positive."""
        total = 0.0
        previous_x, previous_y = self.points[-1]
        for x, y in self.points:
            total += previous_x * y - x * previous_y
            previous_x, previous_y = x, y
        return abs(total) / 2
