"""Whether one camera may be looked at with a smaller input, by comparing again and again.

A smaller input costs a fraction, and where people are large in the picture it finds the same ones.
How large they are differs from camera to camera and from hour to hour, so nobody is asked: every
few seconds the same picture is looked at with both, and each person found at the usual size is
either kept by the smaller one or not. Trust is earned slowly and lost at once. Nothing is decided
at the smaller size alone: whoever only it finds counts against it, a picture in which nobody was
found is looked at with the usual one, and so are all while the caller says ``closely``.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from monitor.detectors.finders.agreement import same_person
from monitor.detectors.finders.by_size import Size
from monitor.detectors.tracking.tracker import TrackerSettings
from monitor.domain.people import AgeClass, Person

COMPARED_EVERY = 2.0
"""Seconds between two looks at the usual size, at most."""

TRUSTED_FROM = 300
"""People kept one after the other until the smaller size is trusted."""

MISS = 100
"""So many people who are kept make up for one who is not: about one in a hundred may be lost."""

_DISTRUSTED_BELOW = TRUSTED_FROM - MISS
_REFUTED_AT = -3 * MISS
_TRIED_AGAIN = 3600.0  # seconds; children come nearer, furniture is moved
_SHARES = (1 / 2, 2 / 3)
_MULTIPLE, _SMALLEST = 32, 96
_STRONG = TrackerSettings().strong_score
_SAME = 0.6  # intersection over union; heights are measured on these boxes
_SURE_OF_AGE = 0.7


class SmallerSize:
    """What is known of smaller inputs for one camera. Pure: time is the frames' wall time."""

    def __init__(self, usual: Size) -> None:
        """``usual`` is the width and height of the model's input in pixels."""
        self._all = smaller_sizes(usual)
        self._tried = 0
        self._credit = 0
        self._trusted = False
        self._since = -math.inf
        self._usual = -math.inf
        self._somebody = False

    @property
    def candidate(self) -> Size | None:
        """The smaller size that is compared or trusted; ``None`` where none is left to try."""
        return self._all[self._tried] if self._tried < len(self._all) else None

    def size_for(self, wall: float, *, closely: bool) -> Size | None:
        """Return at which size to look at the frame of ``wall``; ``None`` is the usual one."""
        if (
            self._trusted
            and self._somebody
            and not closely
            and 0 <= wall - self._usual < COMPARED_EVERY
        ):
            return self.candidate
        return None

    def looked(self, wall: float, people: Sequence[Person]) -> Size | None:
        """Take in whom a look at the usual size found.

        Returns the size at which the same picture is to be looked at for :meth:`compared`;
        ``None`` if this is not the time.
        """
        due = not 0 <= wall - self._usual < COMPARED_EVERY
        self._somebody = any(person.score >= _STRONG for person in people)
        if not due:
            return None
        self._usual = wall
        if self._tried and not 0 <= wall - self._since < _TRIED_AGAIN:
            self._begin(0, wall)
        return self.candidate if self._somebody else None

    def compared(self, wall: float, usual: Sequence[Person], smaller: Sequence[Person]) -> None:
        """Take in whom both sizes found in one picture, the candidate's last."""
        if self.candidate is None:
            return
        for person in usual:
            if person.score >= _STRONG:
                self._count(_kept(person, smaller))
        for _ in _added(usual, smaller):
            self._count(False)
        if self._credit >= TRUSTED_FROM:
            self._trusted = True
        elif self._credit < _DISTRUSTED_BELOW:
            self._trusted = False
        if self._credit <= _REFUTED_AT:
            self._begin(self._tried + 1, wall)

    def impossible(self, size: Size) -> None:
        """Never try ``size`` again: the model cannot run at it."""
        self._all = tuple(item for item in self._all if item != size)
        self._begin(0, self._since)

    def _count(self, kept: bool) -> None:
        self._credit = min(self._credit + 1, TRUSTED_FROM) if kept else self._credit - MISS

    def _begin(self, place: int, wall: float) -> None:
        self._tried, self._credit, self._trusted, self._since = place, 0, False, wall


def smaller_sizes(usual: Size) -> tuple[Size, ...]:
    """Return the sizes worth trying, the smallest first, each of multiples of 32 pixels."""
    width, height = usual
    sizes = ((_rounded(width * share), _rounded(height * share)) for share in _SHARES)
    return tuple((w, h) for w, h in sizes if w * h < width * height and min(w, h) >= _SMALLEST)


def _rounded(side: float) -> int:
    return round(side / _MULTIPLE) * _MULTIPLE


def _kept(person: Person, smaller: Sequence[Person]) -> bool:
    twin, overlap = same_person(person.box, smaller)
    if twin is None or overlap < _SAME or twin.score < _STRONG:
        return False
    ages = {person.age, twin.age} - {AgeClass.UNKNOWN}
    return len(ages) < 2 or person.age_score < _SURE_OF_AGE


def _added(usual: Sequence[Person], smaller: Sequence[Person]) -> list[Person]:
    return [
        person
        for person in smaller
        if person.score >= _STRONG and same_person(person.box, usual)[1] < _SAME
    ]
