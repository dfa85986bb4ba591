"""Does a room look attended? What a model's adults are worth for an unattended-child alert.

Two ways to be wrong: to *miss* an adult who is there, which raises a false alarm, and to find a
*ghost*, an adult where none is, which hides a child who is alone. They cost differently, so the
score from which an adult counts is chosen by cost.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from monitor.detectors.evaluation.people import Share, Sight
from monitor.domain.people import AgeClass

THRESHOLDS = tuple(round(0.05 * step, 2) for step in range(1, 20))
WINDOW_S = 10.0
_LEAST_FRAMES = 2
_MOSTLY = 0.5


@dataclass(frozen=True, slots=True)
class Costs:
    """What a ghost and a miss cost, in the same unit; only their ratio matters."""

    ghost: float = 2.0
    miss: float = 1.0


@dataclass(frozen=True, slots=True)
class Point:
    """How attendance is judged when an adult counts from the score ``threshold`` on.

    ``miss`` is the share of moments with an adult in which none is found, ``ghost`` the share of
    moments without one in which one is found.
    """

    threshold: float
    miss: Share
    ghost: Share

    @property
    def balanced_accuracy(self) -> float | None:
        """Return 1 − the mean of both rates; ``None`` if one cannot be told."""
        if self.miss.value is None or self.ghost.value is None:
            return None
        return 1 - (self.miss.value + self.ghost.value) / 2

    def cost(self, costs: Costs) -> float:
        """Return the expected cost of a moment with and one without an adult together."""
        return costs.miss * (self.miss.value or 0.0) + costs.ghost * (self.ghost.value or 0.0)


@dataclass(frozen=True, slots=True)
class Curve:
    """Attendance at every threshold. ``mixed`` windows were left out, see :func:`by_window`."""

    points: tuple[Point, ...]
    moments: int
    mixed: int = 0

    def cheapest(self, costs: Costs) -> Point:
        """Return the point that costs least; of equals the middle one, farthest from the edges."""
        least = min(point.cost(costs) for point in self.points)
        return _middle([point for point in self.points if point.cost(costs) <= least])

    def most_accurate(self) -> Point:
        """Return the point of the best balanced accuracy; of equals the middle one."""
        best = max(point.balanced_accuracy or 0.0 for point in self.points)
        return _middle([p for p in self.points if (p.balanced_accuracy or 0.0) >= best])

    def at(self, threshold: float) -> Point:
        """Return the point nearest to ``threshold``."""
        return min(self.points, key=lambda point: abs(point.threshold - threshold))


def by_frame(sights: Sequence[Sight]) -> Curve:
    """Judge every picture by itself."""
    moments = [(sight.image.attended, (_adult(sight),)) for sight in sights]
    return _curve(moments)


def by_window(sights: Sequence[Sight]) -> Curve | None:
    """Judge ten seconds of a sequence at a time; ``None`` if no file name tells the time.

    In a window an adult is found if one is found in at least half of its pictures. One is there
    if one is in at least half of them, and none is there if none is in any; windows between these
    are mixed, and left out, as are windows of a single picture.
    """
    windows: dict[tuple[str, int], list[Sight]] = defaultdict(list)
    for sight in sights:
        if sight.image.time is not None:
            windows[(sight.image.sequence, int(sight.image.time // WINDOW_S))].append(sight)
    moments, mixed = [], 0
    for group in windows.values():
        share = sum(sight.image.attended for sight in group) / len(group)
        if len(group) < _LEAST_FRAMES:
            continue
        if 0 < share < _MOSTLY:
            mixed += 1
            continue
        moments.append((share > 0, tuple(_adult(sight) for sight in group)))
    return _curve(moments, mixed) if moments else None


def _middle(points: Sequence[Point]) -> Point:
    return points[len(points) // 2]


def _adult(sight: Sight) -> float:
    """Return the best score of an adult in the picture, 0 if there is none."""
    return max((p.score for p in sight.people if p.age is AgeClass.ADULT), default=0.0)


def _curve(moments: Sequence[tuple[bool, tuple[float, ...]]], mixed: int = 0) -> Curve:
    points = []
    for threshold in THRESHOLDS:
        right = [
            (attended, sum(score >= threshold for score in scores) >= _MOSTLY * len(scores))
            for attended, scores in moments
        ]
        with_adult = [found for attended, found in right if attended]
        without = [found for attended, found in right if not attended]
        points.append(
            Point(
                threshold,
                miss=Share(with_adult.count(False), len(with_adult)),
                ghost=Share(without.count(True), len(without)),
            )
        )
    return Curve(tuple(points), len(moments), mixed)
