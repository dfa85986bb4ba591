"""People as the cameras see them: never who, only where, and whether adult or child."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class AgeClass(StrEnum):
    """Adult or child, or not yet known."""

    ADULT = "adult"
    CHILD = "child"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Box:
    """An upright box in normalised picture coordinates (0–1), ``x1 < x2`` and ``y1 < y2``."""

    x1: float
    y1: float
    x2: float
    y2: float

    @property
    def width(self) -> float:
        """Width as a share of the picture's width."""
        return self.x2 - self.x1

    @property
    def height(self) -> float:
        """Height as a share of the picture's height."""
        return self.y2 - self.y1

    @property
    def foot(self) -> tuple[float, float]:
        """Middle of the lower edge: where the person touches the floor."""
        return ((self.x1 + self.x2) / 2, self.y2)

    @property
    def centre(self) -> tuple[float, float]:
        """Middle of the box."""
        return ((self.x1 + self.x2) / 2, (self.y1 + self.y2) / 2)

    def overlap(self, other: Box) -> float:
        """Return the intersection with ``other`` over the union of both, 0–1."""
        across = min(self.x2, other.x2) - max(self.x1, other.x1)
        down = min(self.y2, other.y2) - max(self.y1, other.y1)
        if across <= 0 or down <= 0:
            return 0.0
        shared = across * down
        return shared / (self.width * self.height + other.width * other.height - shared)

    def within(self, other: Box) -> float:
        """Return the intersection with ``other`` over the smaller of both, 0–1."""
        across = min(self.x2, other.x2) - max(self.x1, other.x1)
        down = min(self.y2, other.y2) - max(self.y1, other.y1)
        smaller = min(self.width * self.height, other.width * other.height)
        if across <= 0 or down <= 0 or smaller <= 0:
            return 0.0
        return across * down / smaller


@dataclass(frozen=True, slots=True)
class Person:
    """One person found in one frame.

    ``age`` and ``age_score`` are set only where the model's own classes name adults and
    children; otherwise age is decided later, per track.
    """

    box: Box
    score: float
    age: AgeClass = AgeClass.UNKNOWN
    age_score: float = 0.0


@dataclass(frozen=True, slots=True)
class Track:
    """One person over time on one camera, as of its last sighting.

    ``adult_log_odds`` > 0 speaks for an adult; ``height_m`` and ``floor`` (metres) are present
    only with a ground plane; ``seen`` and ``first_seen`` are POSIX or media seconds.
    """

    id: int
    camera_id: str
    box: Box
    score: float
    first_seen: float
    seen: float
    hits: int
    age: AgeClass = AgeClass.UNKNOWN
    adult_log_odds: float = 0.0
    height_m: float | None = None
    floor: tuple[float, float] | None = None
    zones: tuple[str, ...] = ()

    def within(self, zones: tuple[str, ...]) -> Track:
        """Return the same track in ``zones``; done for everybody in every frame."""
        return Track(
            self.id,
            self.camera_id,
            self.box,
            self.score,
            self.first_seen,
            self.seen,
            self.hits,
            self.age,
            self.adult_log_odds,
            self.height_m,
            self.floor,
            zones,
        )
