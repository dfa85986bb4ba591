"""Those who vanished in the middle of one camera's picture, and must still be inside."""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass

from monitor.detectors.everybody_back import EverybodyBack
from monitor.detectors.shared_floor import Tally
from monitor.domain.people import AgeClass

_MOST = 64


@dataclass(slots=True)
class Unseen:
    """Somebody last seen at ``since``, standing at ``foot`` of the picture; there ``until`` then.

    ``blind``: in an area declared so. ``before`` is how many adults were seen together then.
    """

    track_id: int
    age: AgeClass
    foot: tuple[float, float]
    since: float
    until: float
    blind: bool = False
    before: int | None = None


class Presumed:
    """The people of one camera who are inside unseen. Bounded; times in seconds."""

    def __init__(self) -> None:
        self._people: deque[Unseen] = deque(maxlen=_MOST)

    def add(self, somebody: Unseen) -> None:
        """Presume that somebody is inside."""
        self._people.append(somebody)

    def clear(self) -> None:
        """Presume nobody any more."""
        self._people.clear()

    def found(self, track_id: int) -> None:
        """Take in that the one of that track is seen again, or gone."""
        self._keep([somebody for somebody in self._people if somebody.track_id != track_id])

    def count(self, time: float, *, hiding: bool = True) -> Tally:
        """Return how many are inside; without those ``hiding`` in blind areas, if not asked for."""
        ages = [s.age for s in self._people if time <= s.until and (hiding or not s.blind)]
        return Tally(ages.count(AgeClass.ADULT), ages.count(AgeClass.CHILD), 0)

    def hiding(self, time: float) -> bool:
        """Say whether somebody is in a blind area."""
        return any(somebody.blind and time <= somebody.until for somebody in self._people)

    def account(self, together: EverybodyBack) -> None:
        """Miss no adult where as many as before are seen ``together`` again."""
        self._keep(
            [s for s in self._people if s.age is not AgeClass.ADULT or not together.has_back(s)]
        )

    def nearest(
        self, age: AgeClass, foot: tuple[float, float], first_seen: float, latest: float
    ) -> Unseen | None:
        """Return who may have turned up at ``foot`` at ``first_seen``, missing since ``latest``."""
        may_be = [
            s for s in self._people if s.age is age and s.since <= latest and s.until >= first_seen
        ]
        return min(may_be, key=lambda s: (math.dist(s.foot, foot), s.track_id), default=None)

    def adult_lost_about(self, time: float, earliest: float) -> Unseen | None:
        """Return the adult who vanished ``earliest`` or later, and next to ``time``."""
        then = [s for s in self._people if s.age is AgeClass.ADULT and s.since >= earliest]
        return min(then, key=lambda s: (abs(s.since - time), s.track_id), default=None)

    def _keep(self, people: list[Unseen]) -> None:
        self._people = deque(people, maxlen=_MOST)
