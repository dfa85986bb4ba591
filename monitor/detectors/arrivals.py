"""Nobody comes out of nowhere: who can hardly be an adult because no adult is missing.

Adults come in by a doorway or by the picture's edge. Somebody undecided who turns up in the middle
of the picture is therefore a child found again, or a thing taken for a person, unless an adult
vanished in the middle of some picture of the room not long before. After the camera begins (again)
to be looked at, everybody turns up in the middle, and nothing can be said of them.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

_BEGINNING = 10.0
_BREAK = 5.0
_MISSING = 45.0
_LATE = 4.0
_MOST = 64
CHILDLIKE = -0.8
"""Log-odds below which somebody undecided looks like a child."""


@dataclass(frozen=True, slots=True)
class Newcomer:
    """Somebody undecided who turned up at ``first_seen``; ``at_edge`` of the picture, or inside."""

    first_seen: float
    adult_log_odds: float
    at_edge: bool


@dataclass(frozen=True, slots=True)
class _Vanished:
    track_id: int
    seen: float
    by_edge: bool


class Arrivals:
    """What one camera knows of beginnings and of adults who vanished. Times in seconds."""

    def __init__(self) -> None:
        self._begun: deque[float] = deque(maxlen=_MOST)
        self._vanished: deque[_Vanished] = deque(maxlen=_MOST)

    def looked(self, time: float, before: float | None) -> None:
        """Note a look at ``time``; the one before was at ``before``."""
        if before is None or time < before:
            self._begun.clear()
            self._vanished.clear()
        if before is None or time < before or time - before > _BREAK:
            self._begun.append(time)

    def adult_vanished(self, track_id: int, seen: float, by_edge: bool) -> None:
        """Note that an adult, last ``seen`` then, vanished; ``by_edge`` where one may leave."""
        self._vanished.append(_Vanished(track_id, seen, by_edge))

    def found_again(self, track_id: int) -> None:
        """Note that the adult of that track is missing no more."""
        kept = (v for v in self._vanished if v.track_id != track_id)
        self._vanished = deque(kept, maxlen=_MOST)

    def could_be_anybody(self, first_seen: float) -> bool:
        """Say whether everybody present turned up about then, because looking began."""
        return any(begun <= first_seen <= begun + _BEGINNING for begun in self._begun)

    def may_be(self, newcomer: Newcomer) -> bool:
        """Say whether an adult who vanished may be this newcomer."""
        first = newcomer.first_seen
        return newcomer.adult_log_odds > CHILDLIKE and any(
            first - _MISSING <= vanished.seen <= first + _LATE
            and (newcomer.at_edge or not vanished.by_edge)
            for vanished in self._vanished
        )
